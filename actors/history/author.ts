import type { Brand } from "../runtime/brand.ts";
import { lastMade } from "./last_made.ts";

/** Who writes: the public key (Ed25519, RFC 8032) of one device, in hexadecimal. Names are claims; this is identity. */
export type AuthorId = Brand<string, "AuthorId">;

/**
 * One log of an author. A device begins another one only where it cannot go on with its last, as after a restored
 * backup; `epoch` tells them apart and is the wall clock's milliseconds when the log began.
 */
export type LogId = Brand<string, "LogId">;

export const AUTHOR_BYTES = 32;

/** Enough for the wall clock of any year that a `Date` knows. */
export const EPOCH_MAX = 2 ** 53 - 1;

/** The author of such a key; `undefined` where it has the wrong length. Whether it can sign is another question. */
export function authorOf(key: Uint8Array): AuthorId | undefined {
  return key.length === AUTHOR_BYTES ? key.toHex() as AuthorId : undefined;
}

export function keyOf(author: AuthorId): Uint8Array {
  return new Uint8Array(Buffer.from(author, "hex")); // what is no key is too short, and throws nothing
}

export function logOf(author: AuthorId, epoch: number): LogId {
  return `${author}.${epoch}` as LogId;
}

/** One text for all that comes of one log at a time: as a key of a map, each other would be compared by its characters. */
export const authorOfLog = lastMade((log: LogId): AuthorId => log.slice(0, 2 * AUTHOR_BYTES) as AuthorId);

export function epochOfLog(log: LogId): number {
  return Number(log.slice(2 * AUTHOR_BYTES + 1));
}
