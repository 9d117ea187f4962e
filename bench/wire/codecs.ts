import { Decoder, Encoder } from "@msgpack/msgpack";
import { decodeCompound, encodeCompounds } from "../../transport/wire/compound.ts";
import type { Alive, NodeState, PushPull, WireMessage } from "../../transport/wire/message.ts";
import { decodeMessage, encodeMessage } from "../../transport/wire/messages.ts";
import { decodePacket, encodePacket } from "../../transport/wire/packet.ts";
import { encodeStream, StreamReader } from "../../transport/wire/stream.ts";
import type { Sample } from "./samples.ts";

/** Both directions of one sample. Throws if what comes out is not what went in, as far as it can tell. */
export type Codec = Readonly<{ encode(): unknown; decode(): unknown }>;

/** Ours first. */
export const CONTENDERS: Readonly<Record<string, { prepare(sample: Sample): Codec }>> = {
  parley: { prepare: prepareOurs },
  msgpack: { prepare: prepareTheirs },
};

const OPTIONS = { compress: false, crc: false };

function prepareOurs(sample: Sample): Codec {
  switch (sample.type) {
    case "message": {
      const bytes = encodeMessage(sample.message);
      return { encode: () => encodeMessage(sample.message), decode: () => expect(decodeMessage(bytes).ok) };
    }
    case "packet": {
      const encode = (): Uint8Array => encodePacket(sample.messages.map(encodeMessage), OPTIONS);
      const [bytes, count] = [encode(), sample.messages.length];
      return { encode, decode: () => expect(decodePacket(bytes).messages.length === count) };
    }
    case "stream": {
      const encode = (): Uint8Array => encodeStream(sample.message, OPTIONS);
      const bytes = encode();
      return { encode, decode: () => expect(isTable(new StreamReader().push(bytes))) };
    }
  }
}

function isTable(progress: ReturnType<StreamReader["push"]>): boolean {
  return progress !== "incomplete" && progress.ok;
}

const encoder = new Encoder();
const decoder = new Decoder();

function prepareTheirs(sample: Sample): Codec {
  switch (sample.type) {
    case "message": {
      const fields = fieldsOf(sample.message);
      const bytes = encoder.encode(fields);
      return { encode: () => encoder.encode(fields), decode: () => decoder.decode(bytes) };
    }
    case "packet": {
      const maps = sample.messages.map(fieldsOf);
      const encode = (): Uint8Array => encodeCompounds(maps.map((map) => encoder.encode(map)))[0]!;
      const bytes = encode();
      return { encode, decode: () => decodeParts(bytes) };
    }
    case "stream": {
      const maps = [headerOf(sample.message), ...sample.message.nodes.map(rowOf)];
      const encode = (): Uint8Array => concat(maps.map((map) => encoder.encode(map)));
      const [bytes, count] = [encode(), maps.length];
      return { encode, decode: () => expect([...decoder.decodeMulti(bytes)].length === count) };
    }
  }
}

function decodeParts(bytes: Uint8Array): unknown {
  const compound = decodeCompound(bytes);
  return compound.ok && compound.value.parts.map((part) => decoder.decode(part));
}

/** The map of a message, as memberlist's structs have it. */
function fieldsOf(message: WireMessage): object {
  switch (message.type) {
    case "ping": {
      const { node, sequence, sourceAddr, sourceNode, sourcePort } = message;
      return { Node: node, SeqNo: sequence, SourceAddr: sourceAddr, SourceNode: sourceNode, SourcePort: sourcePort };
    }
    case "ack":
      return { Payload: message.payload, SeqNo: message.sequence };
    case "suspect":
      return { From: message.from, Incarnation: message.incarnation, Node: message.node };
    case "alive":
      return { ...claimOf(message), Node: message.node };
    default:
      throw new TypeError(`Not among the samples: ${message.type}`);
  }
}

function headerOf({ join, nodes, userState }: PushPull): object {
  return { Join: join, Nodes: nodes.length, UserStateLen: userState.length };
}

function rowOf(row: NodeState): object {
  return { ...claimOf(row), Name: row.name, State: row.state };
}

function claimOf({ addr, incarnation, meta, port, vsn }: Alive | NodeState): object {
  return { Addr: addr, Incarnation: incarnation, Meta: meta, Port: port, Vsn: vsn };
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function expect(holds: boolean): void {
  if (!holds) throw new Error("Something was lost on the way through the codec");
}
