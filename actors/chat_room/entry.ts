import { encode } from "@msgpack/msgpack";
import { decodeSound } from "../../transport/sound_msgpack.ts";
import { type AuthorId, authorOf, keyOf } from "../history/author.ts";
import type { Brand } from "../runtime/brand.ts";
import { parseGuestName } from "./guest_name.ts";

/** A room's name: what comes after the `#`. */
export type RoomName = Brand<string, "RoomName">;

/**
 * What a peer says of who is in a room, itself and its guests: people without a peer of their own, for whom it speaks.
 * Which peer stands outside, in what carries it. Nobody keeps these; what is said in the room is in its history.
 */
export type Entry =
  /** I came in just now; answered by `present` and `hosting` from all who are there. A guest's coming is not answered. */
  | Readonly<{ type: "came"; wallMs: number; guest?: string }> & Self
  /** I have been here since then. */
  | Readonly<{ type: "present"; wallMs: number }> & Self
  /** I have been here since then, and who else is? Answered like `came`, but no news to anybody. */
  | Readonly<{ type: "asked"; wallMs: number }> & Self
  | Readonly<{ type: "went"; wallMs: number; guest?: string; proof?: Proof }>
  /** Who is here? I am not, but guests of mine may be. Answered like `came`. */
  | Readonly<{ type: "looked_in"; wallMs: number; proof?: Proof }>
  /** These are here as my guests, as far as they fit into one entry; since then. */
  | Readonly<{ type: "hosting"; wallMs: number; guests: readonly string[] }>
  /** Your name belongs to another key here, this one: you are not let in. */
  | Readonly<{ type: "refused"; wallMs: number; holder: AuthorId }>;

/** What one who is here says besides: which key is theirs; and where they are, if they are away from the screen. */
type Self = Readonly<{ proof?: Proof; away?: string }>;

/** A key, and its signature over what is said of whom, where and when: it may come by way of others. */
export type Proof = Readonly<{ key: AuthorId; signature: Uint8Array }>;

/** Guests in one entry of `hosting`: with the longest names, half of what a rumour carries. */
export const GUESTS_PER_ENTRY_MAX = 100;

/** Longest text of one message, in UTF-8 bytes: a long page. */
export const TEXT_BYTES_MAX = 8 * 1024;

const ROOM_NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u;

/** The last millisecond that a `Date` can show. */
const WALL_MS_MAX = 8_640_000_000_000_000;

const SIGNATURE_BYTES = 64;

/** Longest text that says where somebody is, in UTF-8 bytes: a line. */
export const AWAY_BYTES_MAX = 200;

/** Version of the encoding, first in each entry. */
const ENTRY_VERSION = 1;

/** 0 was what is said, before it had a history. */
const CODES = { came: 1, present: 2, went: 3, asked: 4, hosting: 5, looked_in: 6, refused: 7 } as const;

/** The room called `text` (a leading `#` is dropped), or `undefined` when no room can be called so. */
export function parseRoomName(text: string): RoomName | undefined {
  const name = text.replace(/^#/, "").normalize("NFC");
  return ROOM_NAME.test(name) ? name as RoomName : undefined;
}

/** Whether a message is too long to be sent; its length in UTF-8 bytes decides. */
export function isTextTooLong(text: string): boolean {
  return Buffer.byteLength(text) > TEXT_BYTES_MAX;
}

/** Whether who is there says so to who said that. */
export function wantsAnswer(entry: Entry): boolean {
  if (entry.type === "came") return entry.guest === undefined;
  return entry.type === "asked" || entry.type === "looked_in";
}

export function encodeEntry(entry: Entry): Uint8Array {
  const head = [ENTRY_VERSION, CODES[entry.type], entry.wallMs];
  switch (entry.type) {
    case "came":
    case "present":
    case "asked":
      return encode([...head, ...selfRow(entry)]);
    case "went":
    case "looked_in":
      return encode([...head, ...selfRow(entry)]);
    case "hosting":
      return encode([...head, entry.guests]);
    case "refused":
      return encode([...head, keyOf(entry.holder)]);
  }
}

function selfRow({ guest, away, proof }: Self & Readonly<{ guest?: string }>): unknown[] {
  if (proof !== undefined) return [away ?? null, guest ?? null, keyOf(proof.key), proof.signature];
  if (guest !== undefined) return [away ?? null, guest];
  return away === undefined ? [] : [away, null];
}

/** The entry in a stranger's bytes; `undefined` when there is none. */
export function decodeEntry(bytes: Uint8Array): Entry | undefined {
  const value = decodeSound(bytes);
  if (!Array.isArray(value) || value[0] !== ENTRY_VERSION) return undefined;
  const [, code, wallMs, content, guestOrNone, key, signature]: unknown[] = value;
  if (typeof wallMs !== "number" || !Number.isInteger(wallMs) || wallMs < 0 || wallMs > WALL_MS_MAX) return undefined;
  const guest = guestOrNone ?? undefined;
  if (guest !== undefined && !isGuestName(guest)) return undefined;
  const of = guest === undefined ? {} : { guest };
  const proof = proofIn(key, signature);
  if (proof === undefined && key !== undefined) return undefined;
  const proven = proof === undefined ? {} : { proof };
  const self = { ...proven, ...(isAway(content) ? { away: content } : {}) };
  switch (code) {
    case CODES.came:
      return { type: "came", wallMs, ...of, ...self };
    case CODES.present:
      return { type: "present", wallMs, ...self };
    case CODES.went:
      return { type: "went", wallMs, ...of, ...proven };
    case CODES.asked:
      return { type: "asked", wallMs, ...self };
    case CODES.looked_in:
      return { type: "looked_in", wallMs, ...proven };
    case CODES.hosting:
      return areGuests(content) ? { type: "hosting", wallMs, guests: content } : undefined;
    case CODES.refused: {
      const holder = content instanceof Uint8Array ? authorOf(content) : undefined;
      return holder === undefined ? undefined : { type: "refused", wallMs, holder };
    }
    default:
      return undefined;
  }
}

/** Whoever says more of it, or something else, is here as far as we know. */
function isAway(value: unknown): value is string {
  return typeof value === "string" && value.isWellFormed() && Buffer.byteLength(value) <= AWAY_BYTES_MAX;
}

function proofIn(key: unknown, signature: unknown): Proof | undefined {
  if (!(key instanceof Uint8Array) || !(signature instanceof Uint8Array)) return undefined;
  const author = authorOf(key);
  return author === undefined || signature.length !== SIGNATURE_BYTES ? undefined : { key: author, signature };
}

function areGuests(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= GUESTS_PER_ENTRY_MAX && value.every(isGuestName);
}

function isGuestName(value: unknown): value is string {
  return typeof value === "string" && parseGuestName(value) === value;
}
