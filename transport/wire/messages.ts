/** One bare message, as it stands in a packet: a type byte and a body. What wraps messages is in `packet.ts`. */
import { accepted, type Decoded, refused } from "./decoded.ts";
import { ACK, ALIVE, DEAD, ERROR, INDIRECT_PING, NACK, PING, SUSPECT } from "./fields.ts";
import type { PushPull, WireMessage } from "./message.ts";
import { MESSAGE_TYPE } from "./message_type.ts";
import { copyOf, MsgpackReader, MsgpackWriter } from "./msgpack.ts";
import { type Layout, readRecord, writeRecord } from "./record.ts";

const writer = new MsgpackWriter();

/**
 * Encodes a message, byte for byte as memberlist 0.2.2 does. Throws a `RangeError` for a number that does not fit its
 * field. Push/pulls, and user messages with their length in front, are encoded by `encodeStream`.
 */
export function encodeMessage(message: Exclude<WireMessage, PushPull>): Uint8Array {
  switch (message.type) {
    case "ping":
      return encodeRecord(MESSAGE_TYPE.ping, PING, message);
    case "indirect_ping":
      return encodeRecord(MESSAGE_TYPE.indirectPing, INDIRECT_PING, message);
    case "ack":
      return encodeRecord(MESSAGE_TYPE.ack, ACK, message);
    case "nack":
      return encodeRecord(MESSAGE_TYPE.nack, NACK, message);
    case "suspect":
      return encodeRecord(MESSAGE_TYPE.suspect, SUSPECT, message);
    case "alive":
      return encodeRecord(MESSAGE_TYPE.alive, ALIVE, message);
    case "dead":
      return encodeRecord(MESSAGE_TYPE.dead, DEAD, message);
    case "error":
      return encodeRecord(MESSAGE_TYPE.error, ERROR, message);
    case "user": {
      const bytes = new Uint8Array(1 + message.payload.length);
      bytes[0] = MESSAGE_TYPE.user;
      bytes.set(message.payload, 1);
      return bytes;
    }
  }
}

/**
 * Decodes one message of a packet, as memberlist 0.2.2 would take it; bytes after its map are ignored. What is returned
 * shares no memory with `bytes`. Wrappers are `"too_deep"` here, where only a bare message may stand.
 */
export function decodeMessage(bytes: Uint8Array): Decoded<WireMessage> {
  const type = bytes[0];
  switch (type) {
    case undefined:
      return refused("empty", 0);
    case MESSAGE_TYPE.ping:
      return decodeRecord(PING, bytes);
    case MESSAGE_TYPE.indirectPing:
      return decodeRecord(INDIRECT_PING, bytes);
    case MESSAGE_TYPE.ack:
      return decodeRecord(ACK, bytes);
    case MESSAGE_TYPE.nack:
      return decodeRecord(NACK, bytes);
    case MESSAGE_TYPE.suspect:
      return decodeRecord(SUSPECT, bytes);
    case MESSAGE_TYPE.alive:
      return decodeRecord(ALIVE, bytes);
    case MESSAGE_TYPE.dead:
      return decodeRecord(DEAD, bytes);
    case MESSAGE_TYPE.user:
      return accepted({ type: "user", payload: copyOf(bytes, 1, bytes.length) });
    case MESSAGE_TYPE.pushPull:
    case MESSAGE_TYPE.error:
      return refused("not_in_packets", 0);
    case MESSAGE_TYPE.compound:
    case MESSAGE_TYPE.compress:
    case MESSAGE_TYPE.crc:
      return refused("too_deep", 0);
    case MESSAGE_TYPE.encrypt:
      return refused("encrypted", 0);
    case MESSAGE_TYPE.label:
      return refused("labelled", 0);
    default:
      return refused("unknown_type", 0);
  }
}

function encodeRecord<R extends object>(type: number, layout: Layout<R>, record: R): Uint8Array {
  writer.clear();
  writer.byte(type);
  writeRecord(writer, layout, record);
  return writer.finish();
}

function decodeRecord<R extends object>(layout: Layout<R>, bytes: Uint8Array): Decoded<R> {
  const reader = new MsgpackReader(bytes, 1);
  const record = readRecord(reader, layout);
  return record === undefined ? refused(reader.failure ?? "malformed", reader.failedAt) : accepted(record);
}
