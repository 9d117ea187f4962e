/**
 * A history as lines of JSON, one for each entry: what it says for people and their tools to read, and its bytes and
 * signature for peers. Only the latter are read again; whoever admits them checks them as if a stranger had sent them.
 */
import { Buffer } from "node:buffer";
import { parseRoomName, type RoomName } from "../chat_room/entry.ts";
import { type AuthorId, authorOfLog, EPOCH_MAX, epochOfLog, logOf } from "./author.ts";
import { shownIso } from "./clock_mark.ts";
import type { Content } from "./content.ts";
import { decodeBody, ENTRY_BYTES_MAX, hashOf, type LogEntry, type Place, SEQUENCE_MAX } from "./entry.ts";
import type { Kept } from "./store.ts";
import { isWhole } from "./values.ts";

/** Longest line that is read, in UTF-16 units: an entry's text twice, as base64 and with every character escaped. */
export const LINE_MAX = 128 * 1024;

/** Version of the lines, in each of them. */
const VERSION = 1;

const SIGNATURE_BYTES = 64;

/** A line of an export, without its end; `hidden` leaves out what is readable of one that was redacted. */
export function lineOf(entry: Kept, hidden = false): string {
  const { room, log, sequence, hash, name, time, order, previous, parents, content, bytes, signature } = entry;
  return JSON.stringify({
    v: VERSION,
    type: "entry",
    room,
    author: authorOfLog(log),
    epoch: epochOfLog(log),
    sequence,
    hash,
    name,
    wall: shownIso(entry.wallMs),
    ...(entry.clock === undefined ? {} : { clock: entry.clock }),
    received: new Date(entry.receivedWallMs).toISOString(),
    time,
    order,
    ...(entry.forked ? { forked: true } : {}),
    ...(previous === undefined ? {} : { previous }),
    parents: parents.map(readablePlace),
    content: hidden ? { type: content.type, redacted: true } : readable(content),
    bytes: Buffer.from(bytes).toString("base64"),
    ...(signature === undefined ? {} : { signature: Buffer.from(signature).toString("base64") }),
  });
}

/** What a line has for the room's log to admit, or why it has nothing. Lines count from 1. */
export type Imported =
  | Readonly<{ ok: true; line: number; entry: LogEntry }>
  | Readonly<{ ok: false; line: number; why: string }>;

/** Reads lines, so many after the first, one after the other; an empty one is nothing, a bad one changes nothing for others. */
export function* entriesIn(lines: Iterable<string>, before = 0): Generator<Imported> {
  let line = before;
  for (const text of lines) {
    line++;
    if (text.trim() === "") continue;
    const entry = entryIn(text);
    yield typeof entry === "string" ? { ok: false, line, why: entry } : { ok: true, line, entry };
  }
}

/** The entry of a line, or why there is none. */
function entryIn(text: string): LogEntry | string {
  if (text.length > LINE_MAX) return `it is longer than ${LINE_MAX} characters`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "it is not JSON";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "it is not an object";
  const fields = value as Readonly<Record<string, unknown>>;
  if (fields["v"] !== VERSION) return "it is of another version";
  if (fields["type"] !== "entry") return "it is no entry";
  const room = roomIn(fields["room"]);
  if (room === undefined) return "it names no room";
  const place = placeIn(fields);
  if (place === undefined) return "it names no place in a log";
  const bytes = bytesIn(fields["bytes"], ENTRY_BYTES_MAX);
  const body = bytes === undefined ? undefined : decodeBody(bytes);
  if (bytes === undefined || body === undefined) return "its bytes are no entry";
  const signature = fields["signature"] === undefined ? undefined : bytesIn(fields["signature"], SIGNATURE_BYTES);
  if (fields["signature"] !== undefined && signature?.length !== SIGNATURE_BYTES) return "its signature is none";
  const hash = hashOf(room, place, bytes);
  if (fields["hash"] !== undefined && fields["hash"] !== hash) return "its bytes are not what its hash says";
  return { room, ...place, ...body, bytes, hash, signature };
}

function roomIn(value: unknown): RoomName | undefined {
  return typeof value === "string" && parseRoomName(value) === value ? value as RoomName : undefined;
}

function placeIn({ author, epoch, sequence }: Readonly<Record<string, unknown>>): Place | undefined {
  if (typeof author !== "string" || !/^[0-9a-f]{64}$/.test(author)) return undefined;
  if (!isWhole(epoch, 0, EPOCH_MAX) || !isWhole(sequence, 1, SEQUENCE_MAX)) return undefined;
  return { log: logOf(author as AuthorId, epoch), sequence };
}

/** What base64 stands for; `undefined` where it is none, or longer. */
function bytesIn(value: unknown, max: number): Uint8Array | undefined {
  if (typeof value !== "string" || value.length > Math.ceil(max / 3) * 4) return undefined;
  const bytes = Buffer.from(value, "base64");
  return bytes.toString("base64") === value && bytes.length <= max ? Uint8Array.from(bytes) : undefined;
}

function readablePlace({ log, sequence }: Place): Record<string, unknown> {
  return { author: authorOfLog(log), epoch: epochOfLog(log), sequence };
}

function readable(content: Content): Content | Record<string, unknown> {
  return content.type === "sealed" ? { ...content, sealed: Buffer.from(content.sealed).toString("base64") } : content;
}
