import { isTextTooLong } from "../chat_room/entry.ts";
import { parseGuestName } from "../chat_room/guest_name.ts";
import { AUTHOR_BYTES, type AuthorId, authorOf, keyOf } from "./author.ts";
import { bytesOf, type EntryHash, hashIn } from "./values.ts";

/** What an entry says. A guest is somebody without a peer, for whom the author speaks. */
export type Content =
  | Readonly<{ type: "said" | "did"; text: string; guest?: string }>
  /** What the room is about, from now on. */
  | Readonly<{ type: "topic"; text: string }>
  /** An entry of the same author says something else now, or nothing at all. */
  | Readonly<{ type: "edited"; target: EntryHash; text: string }>
  | Readonly<{ type: "redacted"; target: EntryHash }>
  /** A sign of the author's at an entry of anybody's; given twice, it is taken back. */
  | Readonly<{ type: "reacted"; target: EntryHash; sign: string }>
  /** For one other only: what `sealed` holds, nobody else can read. */
  | Readonly<{ type: "sealed"; to: AuthorId; sealed: Uint8Array }>;

export type ContentType = Content["type"];

/** Longest sign, in UTF-8 bytes: one picture of many parts. */
export const SIGN_BYTES_MAX = 64;

/** The longest text, and what sealing adds. */
export const SEALED_BYTES_MAX = 9 * 1024;

const CODES = { said: 1, did: 2, topic: 3, edited: 4, redacted: 5, reacted: 6, sealed: 7 } as const;

/** The end of an entry's row. */
export function rowOf(content: Content): unknown[] {
  const code = CODES[content.type];
  switch (content.type) {
    case "said":
    case "did":
      return content.guest === undefined ? [code, content.text] : [code, content.text, content.guest];
    case "topic":
      return [code, content.text];
    case "edited":
      return [code, bytesOf(content.target), content.text];
    case "redacted":
      return [code, bytesOf(content.target)];
    case "reacted":
      return [code, bytesOf(content.target), content.sign];
    case "sealed":
      return [code, keyOf(content.to), content.sealed];
  }
}

/** What such a row says; `undefined` when it says nothing that we know. */
export function contentIn([code, first, second]: readonly unknown[]): Content | undefined {
  switch (code) {
    case CODES.said:
    case CODES.did:
      return saidIn(code === CODES.said ? "said" : "did", first, second);
    case CODES.topic:
      return isText(first) ? { type: "topic", text: first } : undefined;
    case CODES.edited:
    case CODES.redacted:
    case CODES.reacted:
      return laterIn(code, hashIn(first), second);
    case CODES.sealed:
      return sealedIn(first, second);
    default:
      return undefined;
  }
}

function saidIn(type: "said" | "did", text: unknown, guest: unknown): Content | undefined {
  if (!isText(text)) return undefined;
  if (guest === undefined) return { type, text };
  return typeof guest === "string" && parseGuestName(guest) === guest ? { type, text, guest } : undefined;
}

function laterIn(code: number, target: EntryHash | undefined, second: unknown): Content | undefined {
  if (target === undefined) return undefined;
  if (code === CODES.redacted) return { type: "redacted", target };
  if (code === CODES.edited) return isText(second) ? { type: "edited", target, text: second } : undefined;
  if (!isText(second) || second === "" || Buffer.byteLength(second) > SIGN_BYTES_MAX) return undefined;
  return { type: "reacted", target, sign: second };
}

function sealedIn(to: unknown, sealed: unknown): Content | undefined {
  if (!(to instanceof Uint8Array) || to.length !== AUTHOR_BYTES) return undefined;
  if (!(sealed instanceof Uint8Array) || sealed.length > SEALED_BYTES_MAX) return undefined;
  return { type: "sealed", to: authorOf(to)!, sealed };
}

/** Half of a pair of surrogates, which no writer of text leaves there, would be another character once it was kept. */
function isText(value: unknown): value is string {
  return typeof value === "string" && value.isWellFormed() && !isTextTooLong(value);
}
