/**
 * One direction of a TCP exchange: a single message, possibly compressed, which ends where its maps and counts say.
 * Nobody half-closes before the reply, so a reader must know the end by itself. Around it goes a frame of encryption, and
 * in front of a request the cluster's label.
 */
import { decompress, encodeCompress } from "./compress.ts";
import { accepted, type Decoded, type DecodeReason, refused } from "./decoded.ts";
import { FRAME_HEADER_BYTES, frameFault, openFrame, sealFrame } from "./encryption.ts";
import { ACK, COMPRESS, ERROR, NODE, PING, PUSH_PULL_HEADER, USER_HEADER } from "./fields.ts";
import { type Label, labelFault, prependLabel } from "./label.ts";
import type { Ack, NodeState, Ping, PushPull, RemoteError, User } from "./message.ts";
import { MESSAGE_TYPE } from "./message_type.ts";
import { encodeMessage } from "./messages.ts";
import { copyOf, MsgpackReader, MsgpackWriter, NO_BYTES } from "./msgpack.ts";
import { expectedLabel, openingOf, type Protection, sealingOf, UNPROTECTED } from "./protection.ts";
import { type Layout, readRecord, writeRecord } from "./record.ts";

/** What may be said on a stream: requests are ping, push/pull and user, replies ack, push/pull and error. */
export type StreamMessage = Ping | Ack | PushPull | User | RemoteError;

/**
 * From the one who connected, or back to it. Only a request carries the label's header; in encryption both are bound to
 * the label.
 */
export type StreamDirection = "request" | "reply";

/** How one direction of a connection is protected. */
type StreamReading = Readonly<{ protection: Protection; direction: StreamDirection }>;

/** Of the nonce, 12 random bytes, each is used once; `isSealing` tells whether it is needed. */
type StreamWriting = StreamReading & Readonly<{ nonce?: Uint8Array | undefined }>;

/** Without label and encryption the two directions are alike. */
const PLAIN: StreamReading = { protection: UNPROTECTED, direction: "request" };

/** Rows of a push/pull; the limit of memberlist 0.6.0, older ones have none. */
const PUSH_PULL_NODES_MAX = 1_048_576;

/** User state of a push/pull; the limit of memberlist 0.6.0, older ones have none. */
const USER_STATE_BYTES_MAX = 20 * 1024 * 1024;

/** Payload of a user message; the limit of memberlist after 0.6.0, older ones have none. */
const STREAM_USER_BYTES_MAX = 20 * 1024 * 1024;

/**
 * One message in all, as it is sent and as it is unpacked. Newer memberlists have this limit for the latter; a sender
 * that keeps it and still sends more has made its message longer by compressing noise.
 */
export const STREAM_MESSAGE_BYTES_MAX = 40 * 1024 * 1024;

/**
 * One map, be it a header, a row or a small message: our guess. A row with the longest meta and a name of 255 bytes takes
 * under 1 KiB. A map that is not all there is read again from its start with the next chunk, so the work that single
 * bytes can cause grows with the square of this: 2 s for a map of 16 KiB, 0.1 s for one of 4 KiB.
 */
export const STREAM_MAP_BYTES_MAX = 4 * 1024;

/**
 * Encodes one direction of an exchange as memberlist 0.2.2 does. Compression, if on, is applied even when it makes the
 * bytes more, as in `rawSendMsgStream`. Throws a `RangeError` for more nodes or bytes than a receiver takes, and a
 * `TypeError` without a nonce where one is needed.
 */
export function encodeStream(
  message: StreamMessage,
  { compress }: Readonly<{ compress: boolean }>,
  { protection, direction, nonce }: StreamWriting = PLAIN,
): Uint8Array {
  const plain = encodePlain(message);
  const body = compress ? encodeCompress(plain) : plain;
  const sealing = sealingOf(protection, nonce);
  const framed = sealing === undefined ? body : sealFrame(body, sealing);
  return direction === "request" ? prependLabel(protection.label, framed) : framed;
}

function encodePlain(message: StreamMessage): Uint8Array {
  switch (message.type) {
    case "ping":
    case "ack":
    case "error":
      return encodeMessage(message);
    case "push_pull":
      return encodePushPull(message);
    case "user":
      return encodeUser(message);
  }
}

function encodePushPull({ join, nodes, userState }: PushPull): Uint8Array {
  checkAtMost("nodes", nodes.length, PUSH_PULL_NODES_MAX);
  checkAtMost("bytes of user state", userState.length, USER_STATE_BYTES_MAX);
  const writer = new MsgpackWriter();
  writer.byte(MESSAGE_TYPE.pushPull);
  writeRecord(writer, PUSH_PULL_HEADER, { join, nodeCount: nodes.length, userStateBytes: userState.length });
  for (const node of nodes) writeRecord(writer, NODE, node);
  writer.raw(userState);
  return writer.finish();
}

function encodeUser({ payload }: User): Uint8Array {
  checkAtMost("bytes of payload", payload.length, STREAM_USER_BYTES_MAX);
  const writer = new MsgpackWriter();
  writer.byte(MESSAGE_TYPE.user);
  writeRecord(writer, USER_HEADER, { payloadBytes: payload.length });
  writer.raw(payload);
  return writer.finish();
}

function checkAtMost(what: string, count: number, max: number): void {
  if (count > max) throw new RangeError(`Cannot send ${count} ${what}: at most ${max}`);
}

/** What a {@linkcode StreamReader} has so far: nothing yet, the message, or why there will never be one. */
export type StreamProgress = "incomplete" | Decoded<StreamMessage>;

/**
 * Reads one direction of an exchange from chunks of any size. Its result does not depend on how the bytes were cut; once
 * there is one, later bytes are ignored. A user message without payload is given too, though Go does not deliver it.
 *
 * Counts and lengths beyond the limits are refused as soon as they are read, others are believed only as far as bytes
 * have come. The reader waits for ever; deadlines are the caller's.
 */
export class StreamReader {
  #input = new StreamInput(NO_BYTES);
  #reading: Reading<StreamMessage>;
  #result: Decoded<StreamMessage> | undefined;

  constructor(reading: StreamReading = PLAIN) {
    this.#reading = readProtected(this.#input, reading);
  }

  /** Takes the next bytes, which are the reader's from now on, and says how far it is. Never throws. */
  push(chunk: Uint8Array): StreamProgress {
    if (this.#result !== undefined) return this.#result;
    this.#input.append(chunk);
    const step = this.#reading.next();
    if (step.done) return this.#finish(step.value);
    if (this.#input.isFull) return this.#finish(refused("too_large", STREAM_MESSAGE_BYTES_MAX));
    return "incomplete";
  }

  #finish(result: Decoded<StreamMessage>): Decoded<StreamMessage> {
    // A reader kept beside its connection must not keep the bytes.
    this.#input = new StreamInput(NO_BYTES);
    this.#reading = readMessage(this.#input, false);
    this.#result = result;
    return result;
  }
}

/** Reading that stops wherever bytes are missing, and goes on when there are more. */
type Reading<T> = Generator<"incomplete", Decoded<T>, void>;

function* readProtected(input: StreamInput, { protection, direction }: StreamReading): Reading<StreamMessage> {
  if (direction === "request") {
    const label = yield* readLabel(input, expectedLabel(protection));
    if (!label.ok) return label;
  }
  if (protection.keyring.isEmpty) return yield* readMessage(input, false);
  while (input.available === 0) yield "incomplete";
  if (input.nextByte === MESSAGE_TYPE.encrypt) return yield* readFrame(input, protection);
  return protection.verifyIncoming ? refused("unencrypted", input.offset) : yield* readMessage(input, false);
}

/** Takes the label off, if there is one (`RemoveLabelHeaderFromStream`), and says if it is the one to be expected. */
function* readLabel(input: StreamInput, expected: Label): Reading<Uint8Array> {
  while (input.available === 0) yield "incomplete";
  let label = NO_BYTES;
  if (input.nextByte === MESSAGE_TYPE.label) {
    // Nothing that follows could make it the right one.
    if (expected.bytes.length === 0) return refused("labelled", 0);
    input.takeByte();
    while (input.available === 0) yield "incomplete";
    const length = input.takeByte();
    if (length === 0) return refused("malformed", 1);
    const bytes = yield* readBytes(input, length);
    if (!bytes.ok) return bytes;
    label = bytes.value;
  }
  const fault = labelFault(label, expected);
  return fault === undefined ? accepted(label) : refused(fault, 0);
}

/** The frame must be all there before it proves anything, so its length is bounded before a byte of it is kept. */
function* readFrame(input: StreamInput, protection: Protection): Reading<StreamMessage> {
  const at = input.offset;
  while (input.available < FRAME_HEADER_BYTES) yield "incomplete";
  const header = input.takeBytes(FRAME_HEADER_BYTES);
  const length = new DataView(header.buffer).getUint32(1);
  const fault = frameFault(length);
  if (fault !== undefined) return refused(fault, at + 1);
  const sealed = yield* readBytes(input, length);
  if (!sealed.ok) return sealed;
  const plain = openFrame(sealed.value, openingOf(protection));
  return plain.ok ? readWhole(plain.value, false) : refused(plain.reason, at + FRAME_HEADER_BYTES + plain.at);
}

function* readMessage(input: StreamInput, isUnpacked: boolean): Reading<StreamMessage> {
  while (input.available === 0) yield "incomplete";
  const type = input.takeByte();
  switch (type) {
    case MESSAGE_TYPE.ping:
      return yield* readMap(input, PING);
    case MESSAGE_TYPE.ack:
      return yield* readMap(input, ACK);
    case MESSAGE_TYPE.error:
      return yield* readMap(input, ERROR);
    case MESSAGE_TYPE.pushPull:
      return yield* readPushPull(input);
    case MESSAGE_TYPE.user:
      return yield* readUser(input);
    case MESSAGE_TYPE.compress:
      return isUnpacked ? refused("too_deep", input.offset - 1) : yield* readCompressed(input);
    default:
      return refused(whyNotInStreams(type), input.offset - 1);
  }
}

function whyNotInStreams(type: number): DecodeReason {
  switch (type) {
    case MESSAGE_TYPE.encrypt:
      return "encrypted";
    case MESSAGE_TYPE.label:
      return "labelled";
    case MESSAGE_TYPE.indirectPing:
    case MESSAGE_TYPE.nack:
    case MESSAGE_TYPE.suspect:
    case MESSAGE_TYPE.alive:
    case MESSAGE_TYPE.dead:
    case MESSAGE_TYPE.compound:
    case MESSAGE_TYPE.crc:
      return "not_in_streams";
    default:
      return "unknown_type";
  }
}

function* readPushPull(input: StreamInput): Reading<PushPull> {
  const header = yield* readMap(input, PUSH_PULL_HEADER);
  if (!header.ok) return header;
  const { join, nodeCount, userStateBytes } = header.value;
  const fault = countFault(nodeCount, PUSH_PULL_NODES_MAX) ?? countFault(userStateBytes, USER_STATE_BYTES_MAX);
  if (fault !== undefined) return refused(fault, input.offset);

  const nodes: NodeState[] = [];
  while (nodes.length < nodeCount) {
    const node = input.takeMap(NODE, STREAM_MAP_BYTES_MAX); // without a generator for each of many
    if (node === "incomplete") yield "incomplete";
    else if (node.ok) nodes.push(node.value);
    else return node;
  }
  const userState = yield* readBytes(input, userStateBytes);
  return userState.ok ? accepted({ type: "push_pull", join, nodes, userState: userState.value }) : userState;
}

function* readUser(input: StreamInput): Reading<User> {
  const header = yield* readMap(input, USER_HEADER);
  if (!header.ok) return header;
  const fault = countFault(header.value.payloadBytes, STREAM_USER_BYTES_MAX);
  if (fault !== undefined) return refused(fault, input.offset);
  const payload = yield* readBytes(input, header.value.payloadBytes);
  return payload.ok ? accepted({ type: "user", payload: payload.value }) : payload;
}

function countFault(count: number, max: number): DecodeReason | undefined {
  return count < 0 ? "out_of_range" : count > max ? "too_large" : undefined;
}

function* readCompressed(input: StreamInput): Reading<StreamMessage> {
  const body = yield* readMap(input, COMPRESS, STREAM_MESSAGE_BYTES_MAX);
  if (!body.ok) return body;
  const plain = decompress(body.value, STREAM_MESSAGE_BYTES_MAX);
  return plain.ok ? readWhole(plain.value, true) : plain;
}

/** Reads what has been opened or unpacked. All of it is there: what is incomplete now will stay so. */
function readWhole(bytes: Uint8Array, isUnpacked: boolean): Decoded<StreamMessage> {
  const step = readMessage(new StreamInput(bytes), isUnpacked).next();
  return step.done ? step.value : refused("truncated", bytes.length);
}

function* readMap<R extends object>(input: StreamInput, layout: Layout<R>, bytesMax?: number): Reading<R> {
  for (;;) {
    const map = input.takeMap(layout, bytesMax ?? STREAM_MAP_BYTES_MAX);
    if (map !== "incomplete") return map;
    yield "incomplete";
  }
}

function* readBytes(input: StreamInput, length: number): Reading<Uint8Array> {
  while (input.available < length) yield "incomplete";
  return accepted(input.takeBytes(length));
}

const BUFFER_BYTES_MIN = 4096;

/** The bytes that have come and are not yet read, in memory that grows with them. */
class StreamInput {
  #bytes: Uint8Array;
  #start = 0;
  #end: number;
  /** Where `#bytes` begins in the stream. */
  #base = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  get available(): number {
    return this.#end - this.#start;
  }

  /** How many bytes of the stream have been read. */
  get offset(): number {
    return this.#base + this.#start;
  }

  /** Whether as many bytes came as one message may have. */
  get isFull(): boolean {
    return this.#base + this.#end === STREAM_MESSAGE_BYTES_MAX;
  }

  /** Adds a chunk, or as much of it as still belongs to a message that keeps to the limit. */
  append(chunk: Uint8Array): void {
    const taken = chunk.subarray(0, STREAM_MESSAGE_BYTES_MAX - this.#base - this.#end);
    const available = this.available;
    const needed = available + taken.length;
    if (available === 0) {
      // Most exchanges are one chunk, which need not be copied.
      this.#moveTo(taken, taken.length);
      return;
    }
    if (this.#end + taken.length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * needed, BUFFER_BYTES_MIN));
      larger.set(this.#bytes.subarray(this.#start, this.#end));
      this.#moveTo(larger, available);
    }
    this.#bytes.set(taken, this.#end);
    this.#end += taken.length;
  }

  #moveTo(bytes: Uint8Array, end: number): void {
    this.#base += this.#start;
    this.#bytes = bytes;
    this.#start = 0;
    this.#end = end;
  }

  /** The byte that {@linkcode StreamInput.takeByte} would take. */
  get nextByte(): number | undefined {
    return this.#bytes[this.#start];
  }

  takeByte(): number {
    return this.#bytes[this.#start++]!;
  }

  takeBytes(length: number): Uint8Array {
    const start = this.#start;
    this.#start += length;
    return copyOf(this.#bytes, start, this.#start);
  }

  /** Reads a map of at most `bytesMax` bytes; until it is all there, none of it is taken. */
  takeMap<R extends object>(layout: Layout<R>, bytesMax: number): "incomplete" | Decoded<R> {
    const limit = this.#start + bytesMax;
    const reader = new MsgpackReader(this.#bytes, this.#start, Math.min(this.#end, limit), limit);
    const record = readRecord(reader, layout);
    if (record !== undefined) {
      this.#start = reader.position;
      return accepted(record);
    }
    if (reader.failure !== "truncated") return refused(reader.failure ?? "malformed", this.#base + reader.failedAt);
    return this.#end < limit ? "incomplete" : refused("too_large", this.offset);
  }
}
