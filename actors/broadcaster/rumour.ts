/** What broadcasters of different peers say to each other, as bytes: what is passed on is passed on as it came. */
import { MsgpackReader, MsgpackWriter } from "../../transport/wire/msgpack.ts";
import { type Span, SPANNED_MAX, SPANS_MAX } from "./plumtree/span.ts";

/**
 * How a rumour came. `direct`: from its author, who tells everybody itself. `tree`: to be passed on. `answer`: over the
 * tree too, but late, because it was asked for.
 */
export type Way = "direct" | "tree" | "answer";

/** What one author says to everybody: the payload is opaque to whoever passes it on. */
export type Rumour = Readonly<{
  type: "rumour";
  way: Way;
  /** How often it was passed on before it came here. */
  hops: number;
  /** Who is interested, such as `room/lobby`. */
  topic: string;
  author: string;
  /** New with each start of the author; within it, rumours are numbered from 1. */
  epoch: number;
  /** 0 for what is said to one peer only and may come twice. */
  sequence: number;
  /** How long ago it was said, by the author's clock: not 0 where a newcomer is told what it may have missed. */
  ageMs: number;
  payload: Uint8Array;
  /** All of it, as it is sent. */
  bytes: Uint8Array;
}>;

/** What a broadcaster says to another's: a rumour, or what keeps the tree in order (`plumtree.ts`). */
export type BroadcasterWord =
  | Rumour
  | Readonly<{ type: "announce"; spans: readonly Span[] }>
  | Readonly<{ type: "graft"; wants: GraftWants; spans: readonly Span[] }>
  | Readonly<{ type: "prune"; author: string }>;

/** Send me these, and in future what their authors say; or the one or the other. */
export type GraftWants = "these" | "these_and_more" | "more";

/** Longest payload: a message of the longest text, with room for what wraps it. */
export const RUMOUR_PAYLOAD_BYTES_MAX = 16 * 1024;

/** Newcomers are told what was said a few seconds ago: whatever claims to be older than this is nonsense. */
export const RUMOUR_AGE_MS_MAX = 60_000;

/** More hops than any tree has; what claims as many is not passed on any more. */
export const HOPS_MAX = 64;

const NAME_BYTES_MAX = 1_024;

const WANTS: readonly GraftWants[] = ["these", "these_and_more", "more"];
const WAYS: readonly Way[] = ["direct", "tree", "answer"];
const ANNOUNCE = 3;
const GRAFT = 4;
const PRUNE = 5;

const writer = new MsgpackWriter();

/** A rumour that was not sent yet, with its bytes. Whole ms of age are sent, and not 0 for what has one. */
export function newRumour(rumour: Omit<Rumour, "type" | "hops" | "bytes">): Rumour {
  const { way, topic, author, epoch, sequence, payload } = rumour;
  const ageMs = Math.min(RUMOUR_AGE_MS_MAX, Math.ceil(rumour.ageMs));
  writer.byte(WAYS.indexOf(way));
  writer.byte(0);
  writer.text(author);
  writer.text(topic);
  writer.unsigned(epoch);
  writer.unsigned(sequence);
  writer.unsigned(ageMs);
  writer.raw(payload);
  return { ...rumour, type: "rumour", hops: 0, ageMs, bytes: writer.finish() };
}

/** The bytes with which a rumour goes on: a copy that differs in its first two bytes. */
export function bytesOnward({ bytes }: Rumour, way: Way, hops: number): Uint8Array {
  const onward = new Uint8Array(bytes);
  onward[0] = WAYS.indexOf(way);
  onward[1] = hops;
  return onward;
}

export function encodeWord(word: Exclude<BroadcasterWord, Rumour>): Uint8Array {
  switch (word.type) {
    case "announce":
      writer.byte(ANNOUNCE);
      writeSpans(word.spans);
      break;
    case "graft":
      writer.byte(GRAFT);
      writer.byte(WANTS.indexOf(word.wants));
      writeSpans(word.spans);
      break;
    case "prune":
      writer.byte(PRUNE);
      writer.text(word.author);
  }
  return writer.finish();
}

/** What a stranger's message says, or `undefined`. */
export function decodeWord(value: unknown): BroadcasterWord | undefined {
  if (!(value instanceof Uint8Array) || value.length === 0) return undefined;
  const [kind, second] = value;
  switch (kind) {
    case ANNOUNCE: {
      const spans = readSpans(value, 1);
      return spans && { type: "announce", spans };
    }
    case GRAFT: {
      const wants = second === undefined ? undefined : WANTS[second];
      const spans = readSpans(value, 2);
      return wants && spans && { type: "graft", wants, spans };
    }
    case PRUNE: {
      const reader = new MsgpackReader(value, 1);
      const author = readName(reader);
      return author === undefined || reader.position < value.length ? undefined : { type: "prune", author };
    }
    default:
      return readRumour(value);
  }
}

function readRumour(bytes: Uint8Array): Rumour | undefined {
  const way = WAYS[bytes[0]!];
  const hops = bytes[1];
  if (way === undefined || hops === undefined || hops > HOPS_MAX) return undefined;
  const reader = new MsgpackReader(bytes, 2);
  const author = readName(reader);
  const topic = readName(reader);
  const epoch = reader.unsigned(Number.MAX_SAFE_INTEGER);
  const sequence = reader.unsigned(Number.MAX_SAFE_INTEGER);
  const ageMs = reader.unsigned(RUMOUR_AGE_MS_MAX);
  const payload = bytes.subarray(reader.position);
  if (author === undefined || topic === undefined || epoch === undefined || sequence === undefined) return undefined;
  if (ageMs === undefined || payload.length > RUMOUR_PAYLOAD_BYTES_MAX) return undefined;
  return { type: "rumour", way, hops, topic, author, epoch, sequence, ageMs, payload, bytes };
}

function writeSpans(spans: readonly Span[]): void {
  for (const { author, epoch, first, last, hops } of spans) {
    writer.text(author);
    writer.unsigned(epoch);
    writer.unsigned(first);
    writer.unsigned(last - first);
    writer.byte(hops);
  }
}

function readSpans(bytes: Uint8Array, from: number): readonly Span[] | undefined {
  const reader = new MsgpackReader(bytes, from);
  const spans: Span[] = [];
  let spanned = 0;
  while (reader.position < bytes.length) {
    const author = readName(reader);
    const epoch = reader.unsigned(Number.MAX_SAFE_INTEGER);
    const first = reader.unsigned(Number.MAX_SAFE_INTEGER - SPANNED_MAX);
    const more = reader.unsigned(SPANNED_MAX);
    const hops = reader.unsigned(HOPS_MAX);
    if (author === undefined || epoch === undefined || first === undefined || first === 0) return undefined;
    if (more === undefined || hops === undefined) return undefined;
    spans.push({ author, epoch, first, last: first + more, hops });
    spanned += more + 1;
    if (spans.length > SPANS_MAX || spanned > SPANNED_MAX) return undefined;
  }
  return spans;
}

function readName(reader: MsgpackReader): string | undefined {
  const length = reader.position;
  const name = reader.text();
  if (name === undefined || name === "" || reader.position - length > NAME_BYTES_MAX) return undefined;
  return name;
}
