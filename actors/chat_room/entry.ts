import { decode, encode } from "@msgpack/msgpack";
import type { Brand } from "../runtime/brand.ts";

/** A room's name: what comes after the `#`. */
export type RoomName = Brand<string, "RoomName">;

/** What one author says in a room. Who the author is stands outside, in what carries it. */
export type Entry =
  | Readonly<{ type: "said"; text: string; wallMs: number }>
  /** I came in just now; answered by `present` from all who are there. */
  | Readonly<{ type: "came"; wallMs: number }>
  /** I have been here since then. */
  | Readonly<{ type: "present"; wallMs: number }>
  /** I have been here since then, and who else is? Answered like `came`, but no news to anybody. */
  | Readonly<{ type: "asked"; wallMs: number }>
  | Readonly<{ type: "went"; wallMs: number }>;

/** Longest text of one message, in UTF-8 bytes: a long page. */
export const TEXT_BYTES_MAX = 8 * 1024;

const ROOM_NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u;

/** The last millisecond that a `Date` can show. */
const WALL_MS_MAX = 8_640_000_000_000_000;

/** Version of the encoding, first in each entry. */
const ENTRY_VERSION = 1;

const CODES = { said: 0, came: 1, present: 2, went: 3, asked: 4 } as const;

/** The room called `text` (a leading `#` is dropped), or `undefined` when no room can be called so. */
export function parseRoomName(text: string): RoomName | undefined {
  const name = text.replace(/^#/, "").normalize("NFC");
  return ROOM_NAME.test(name) ? name as RoomName : undefined;
}

/** Whether a message is too long to be sent; its length in UTF-8 bytes decides. */
export function isTextTooLong(text: string): boolean {
  return new TextEncoder().encode(text).length > TEXT_BYTES_MAX;
}

export function encodeEntry(entry: Entry): Uint8Array {
  return encode([ENTRY_VERSION, CODES[entry.type], entry.wallMs, ...(entry.type === "said" ? [entry.text] : [])]);
}

/** The entry in a stranger's bytes; `undefined` when there is none. */
export function decodeEntry(bytes: Uint8Array): Entry | undefined {
  let value: unknown;
  try {
    value = decode(bytes);
  } catch {
    return undefined; // not msgpack: no entry
  }
  if (!Array.isArray(value) || value[0] !== ENTRY_VERSION) return undefined;
  const [, code, wallMs, text]: unknown[] = value;
  if (typeof wallMs !== "number" || !Number.isInteger(wallMs) || wallMs < 0 || wallMs > WALL_MS_MAX) return undefined;
  switch (code) {
    case CODES.said:
      return typeof text === "string" && !isTextTooLong(text) ? { type: "said", text, wallMs } : undefined;
    case CODES.came:
      return { type: "came", wallMs };
    case CODES.present:
      return { type: "present", wallMs };
    case CODES.went:
      return { type: "went", wallMs };
    case CODES.asked:
      return { type: "asked", wallMs };
    default:
      return undefined;
  }
}
