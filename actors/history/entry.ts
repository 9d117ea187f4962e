/**
 * One entry of an author's log: what it says, and where it stands. Its bytes are what is hashed, chained and signed, so
 * they are kept and handed on as they came and never encoded anew.
 */
import { Encoder } from "@msgpack/msgpack";
import { createHash } from "node:crypto";
import { decodeSound } from "../../transport/sound_msgpack.ts";
import { type RoomName, TEXT_BYTES_MAX } from "../chat_room/entry.ts";
import { AUTHOR_BYTES, authorOf, authorOfLog, EPOCH_MAX, epochOfLog, keyOf, type LogId, logOf } from "./author.ts";
import { type Content, contentIn, rowOf } from "./content.ts";
import { type HybridTime, hybridTimeIn } from "./hybrid_time.ts";
import { KeptReady } from "./kept_ready.ts";
import { bytesOf, type EntryHash, hashIn, isWhole } from "./values.ts";

/** An entry somewhere: of which log, and which of it, from 1. */
export type Place = Readonly<{ log: LogId; sequence: number }>;

/** What its author puts into an entry. */
export type Body = Readonly<{
  /** Hash of the entry before it in its log; nothing in the first one. */
  previous: EntryHash | undefined;
  /** The newest entries of others that its author had seen, as far as none of them follows from another. */
  parents: readonly Place[];
  time: HybridTime;
  /** The author's wall clock, for people; it decides nothing. */
  wallMs: number;
  /** By which name the author goes, as it claims. */
  name: string;
  content: Content;
}>;

/** An entry of a room with the bytes that it was read from; its hash is its address. */
export type LogEntry =
  & Place
  & Body
  & Readonly<{
    room: RoomName;
    bytes: Uint8Array;
    hash: EntryHash;
    /** Of the author, over the hash; one stands for all entries before it, which the hashes chain to it. */
    signature: Uint8Array | undefined;
  }>;

/** Parents of one entry: of more than these at once, the newest are named. */
export const PARENTS_MAX = 16;

/** Longest name of an author, in UTF-8 bytes: as memberlist's names are. */
export const NAME_BYTES_MAX = 128;

/** Longest entry: the longest text in the longest frame around it. */
export const ENTRY_BYTES_MAX = TEXT_BYTES_MAX + 3 * 1024;

/** Logs whose part of the hash is kept ready. */
const LOGS_READY_MAX = 1_024;

export const SEQUENCE_MAX = 2 ** 40;

/** Version of the format, first in each body. */
const VERSION = 1;

/** Made once: to make them costs as much as an entry does. */
const encoder = new Encoder();

export function encodeBody({ previous, parents, time, wallMs, name, content }: Body): Uint8Array {
  const seen = parents.map(({ log, sequence }) => [keyOf(authorOfLog(log)), epochOfLog(log), sequence]);
  return encoder.encode([
    VERSION,
    previous === undefined ? null : bytesOf(previous),
    seen,
    time.ms,
    time.count,
    wallMs,
    name,
    ...rowOf(content),
  ]);
}

/** The body in somebody's bytes; `undefined` when there is none. */
export function decodeBody(bytes: Uint8Array): Body | undefined {
  if (bytes.length > ENTRY_BYTES_MAX) return undefined;
  const value = decodeSound(bytes);
  if (!Array.isArray(value) || value[0] !== VERSION) return undefined;
  const [, before, seen, ms, count, wallMs, name, code, first, second]: unknown[] = value;
  const previous = hashIn(before);
  if (previous === undefined && before !== null) return undefined;
  const time = hybridTimeIn(ms, count);
  if (time === undefined || hybridTimeIn(wallMs, 0) === undefined) return undefined;
  if (typeof name !== "string" || name === "" || !name.isWellFormed() || Buffer.byteLength(name) > NAME_BYTES_MAX) {
    return undefined;
  }
  const parents = placesIn(seen);
  const content = contentIn([code, first, second]);
  if (parents === undefined || content === undefined) return undefined;
  return { previous, parents, time, wallMs: wallMs as number, name, content };
}

/** The address of an entry: what it says, and where it stands. */
export function hashOf(room: RoomName, { log, sequence }: Place, bytes: Uint8Array): EntryHash {
  return hasherOf(room, log)(sequence, bytes);
}

/** The address of an entry of one log in one room, by its number and its body. */
export type Hasher = (sequence: number, bytes: Uint8Array) => EntryHash;

/** For who hashes many of one log: what is the same for all of them is looked up once. */
export function hasherOf(room: RoomName, log: LogId): Hasher {
  return hashers.for(`${log} ${room}`)!;
}

const SEQUENCE_BYTES = 8;

/** What is hashed of a log and a room goes before the number and the body. A log's id has no blank in it. */
const hashers = new KeptReady<string, Hasher>(LOGS_READY_MAX, (key) => {
  const [log, room] = [key.slice(0, key.indexOf(" ")) as LogId, key.slice(key.indexOf(" ") + 1)];
  const ofLog = encoder.encode(["parley entry", room, keyOf(authorOfLog(log)), epochOfLog(log)]);
  const head = new Uint8Array(ofLog.length + SEQUENCE_BYTES);
  head.set(ofLog);
  const number = new DataView(head.buffer, ofLog.length);
  return (sequence, bytes) => {
    number.setUint32(0, Math.floor(sequence / 2 ** 32)); // a third of what a `BigInt` costs
    number.setUint32(4, sequence);
    return createHash("sha256").update(head).update(bytes).digest("hex") as EntryHash; // a quarter of what `hash` costs
  };
});

/** A place as it goes into a message: the author's key, the epoch, the number. */
function placeIn(value: unknown): Place | undefined {
  if (!Array.isArray(value) || value.length !== 3) return undefined;
  const [key, epoch, sequence]: unknown[] = value;
  if (!(key instanceof Uint8Array) || key.length !== AUTHOR_BYTES) return undefined;
  if (!isWhole(epoch, 0, EPOCH_MAX) || !isWhole(sequence, 1, SEQUENCE_MAX)) return undefined;
  return { log: logOf(authorOf(key)!, epoch), sequence };
}

function placesIn(value: unknown): readonly Place[] | undefined {
  if (!Array.isArray(value) || value.length > PARENTS_MAX) return undefined;
  const places = value.map(placeIn);
  return places.every((place) => place !== undefined) ? places : undefined;
}
