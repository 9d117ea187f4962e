/** What peers say to each other about the logs of a room. */
import { Encoder } from "@msgpack/msgpack";
import { decodeSound } from "../../transport/sound_msgpack.ts";
import { AUTHOR_BYTES, authorOf, authorOfLog, EPOCH_MAX, epochOfLog, keyOf, type LogId, logOf } from "./author.ts";
import { ENTRY_BYTES_MAX, SEQUENCE_MAX } from "./entry.ts";
import type { Span } from "./store.ts";
import type { BranchEnd } from "./forks.ts";
import { bytesOf, hashIn, isWhole } from "./values.ts";

/** Entries of one log, one after the other. The signature is over the hash of the last. */
export type Batch = Readonly<{
  type: "batch";
  log: LogId;
  /** The number of the first. */
  first: number;
  bodies: readonly Uint8Array[];
  /** Left out where the reader holds the entry after the last, which names its hash. */
  signature: Uint8Array | undefined;
}>;

export type LogMessage =
  | Batch
  /** "These pieces I hold", of the logs that changed or of all; the answer is whatever the other wants of it. */
  | Readonly<{ type: "heads"; spans: readonly Span[]; wantsAnswer: boolean }>
  /** "Send me these, the newest first." The answer is batches, or `lacking`. */
  | Readonly<{ type: "want"; span: Span }>
  /** "Here branches of forked logs end": an author said different things under one number, and I have both. */
  | Readonly<{ type: "branches"; ends: readonly BranchEnd[] }>
  /** "These are my newest entries": who has another one there learns of a fork that the numbers do not show. */
  | Readonly<{ type: "tops"; ends: readonly BranchEnd[] }>
  /** "Send me that branch, from its end back." The answer is a batch. */
  | Readonly<{ type: "want_branch"; end: BranchEnd }>
  /** "Of what you wanted last, I have nothing more." */
  | Readonly<{ type: "lacking"; span: Span }>;

/** Bodies of one batch, in bytes and number: with what wraps them, it fits a rumour's payload. */
export const BATCH_BYTES = 12 * 1024;
export const BATCH_ENTRIES_MAX = 256;

/** Spans in one message. */
export const SPANS_MAX = 256;

/** Ends of branches in one message. */
export const ENDS_MAX = 128;

const SIGNATURE_BYTES = 64;

/** Version of this vocabulary, first in each message; 1 is that of who is here. */
const VERSION = 2;
const CODES = { batch: 0, heads: 1, want: 2, lacking: 3, branches: 4, want_branch: 5, tops: 6 } as const;

/** Made once: to make them costs as much as a message does. */
const encoder = new Encoder();

export function encodeLogMessage(message: LogMessage): Uint8Array {
  const head = [VERSION, CODES[message.type]];
  switch (message.type) {
    case "batch":
      return encoder.encode([
        ...head,
        ...logRow(message.log),
        message.first,
        message.bodies,
        message.signature ?? null,
      ]);
    case "heads":
      return encoder.encode([...head, message.spans.map(spanRow), message.wantsAnswer]);
    case "want":
    case "lacking":
      return encoder.encode([...head, spanRow(message.span)]);
    case "branches":
    case "tops":
      return encoder.encode([...head, message.ends.map(endRow)]);
    case "want_branch":
      return encoder.encode([...head, endRow(message.end)]);
  }
}

/** Whether a payload speaks this vocabulary, without reading it. */
export function isLogMessage(payload: Uint8Array): boolean {
  return payload[1] === VERSION && payload[0] !== undefined && (payload[0] & 0xf0) === MSGPACK_SHORT_ARRAY;
}

const MSGPACK_SHORT_ARRAY = 0x90;

/** The message in a stranger's bytes; `undefined` when there is none. */
export function decodeLogMessage(bytes: Uint8Array): LogMessage | undefined {
  const value = decodeSound(bytes);
  if (!Array.isArray(value) || value[0] !== VERSION) return undefined;
  const [, code, ...rest]: unknown[] = value;
  switch (code) {
    case CODES.batch:
      return batchIn(rest);
    case CODES.heads: {
      const spans = spansIn(rest[0]);
      return spans === undefined ? undefined : { type: "heads", spans, wantsAnswer: rest[1] === true };
    }
    case CODES.want:
    case CODES.lacking: {
      const span = spanIn(rest[0]);
      return span === undefined ? undefined : { type: code === CODES.want ? "want" : "lacking", span };
    }
    case CODES.branches:
    case CODES.tops: {
      const ends = endsIn(rest[0]);
      return ends === undefined ? undefined : { type: code === CODES.tops ? "tops" : "branches", ends };
    }
    case CODES.want_branch: {
      const end = endIn(rest[0]);
      return end === undefined ? undefined : { type: "want_branch", end };
    }
    default:
      return undefined;
  }
}

function batchIn([key, epoch, first, bodies, signature]: readonly unknown[]): Batch | undefined {
  const log = logIn(key, epoch);
  if (log === undefined || !isWhole(first, 1, SEQUENCE_MAX)) return undefined;
  if (!Array.isArray(bodies) || bodies.length === 0 || bodies.length > BATCH_ENTRIES_MAX) return undefined;
  if (!bodies.every((body) => body instanceof Uint8Array && body.length <= ENTRY_BYTES_MAX)) return undefined;
  if (signature === null) return { type: "batch", log, first, bodies, signature: undefined };
  if (!(signature instanceof Uint8Array) || signature.length !== SIGNATURE_BYTES) return undefined;
  return { type: "batch", log, first, bodies, signature };
}

function spansIn(value: unknown): readonly Span[] | undefined {
  if (!Array.isArray(value) || value.length > SPANS_MAX) return undefined;
  const spans = value.map(spanIn);
  return spans.every((span) => span !== undefined) ? spans : undefined;
}

function spanIn(value: unknown): Span | undefined {
  if (!Array.isArray(value) || value.length !== 4) return undefined;
  const [key, epoch, first, last]: unknown[] = value;
  const log = logIn(key, epoch);
  if (log === undefined || !isWhole(first, 1, SEQUENCE_MAX) || !isWhole(last, first, SEQUENCE_MAX)) return undefined;
  return { log, first, last };
}

function endsIn(value: unknown): readonly BranchEnd[] | undefined {
  if (!Array.isArray(value) || value.length > ENDS_MAX) return undefined;
  const ends = value.map(endIn);
  return ends.every((end) => end !== undefined) ? ends : undefined;
}

function endIn(value: unknown): BranchEnd | undefined {
  if (!Array.isArray(value) || value.length !== 4) return undefined;
  const [key, epoch, sequence, bytes]: unknown[] = value;
  const [log, hash] = [logIn(key, epoch), hashIn(bytes)];
  if (log === undefined || hash === undefined || !isWhole(sequence, 1, SEQUENCE_MAX)) return undefined;
  return { log, sequence, hash };
}

function logIn(key: unknown, epoch: unknown): LogId | undefined {
  if (!(key instanceof Uint8Array) || key.length !== AUTHOR_BYTES || !isWhole(epoch, 0, EPOCH_MAX)) return undefined;
  return logOf(authorOf(key)!, epoch);
}

function logRow(log: LogId): [Uint8Array, number] {
  return [keyOf(authorOfLog(log)), epochOfLog(log)];
}

function endRow({ log, sequence, hash }: BranchEnd): unknown[] {
  return [...logRow(log), sequence, bytesOf(hash)];
}

function spanRow({ log, first, last }: Span): unknown[] {
  return [...logRow(log), first, last];
}
