/** Our codec of memberlist's messages beside the general msgpack library, on the message that is sent most. */
import { decode, encode } from "@msgpack/msgpack";
import type { Ping } from "../transport/wire/message.ts";
import { decodeMessage, encodeMessage } from "../transport/wire/messages.ts";
import { rates, type Work } from "./measure.ts";
import type { Suite } from "./suite.ts";

const UNIT = "messages/s";

export const WIRE: Suite = {
  name: "wire",
  benches: [{ name: "encode_ping", unit: UNIT }, { name: "decode_ping", unit: UNIT }],
  contenders: ["parley", "msgpack"],
  reference: "msgpack",
  notes: [],
  async measure(contender, plan) {
    const { encodePing, decodePing } = contender === "parley" ? PARLEY : MSGPACK;
    return await rates(new Map([["encode_ping", manyTimes(encodePing)], ["decode_ping", manyTimes(decodePing)]]), plan);
  },
};

const ping: Ping = {
  type: "ping",
  sequence: 42,
  node: "node-b",
  sourceAddr: Uint8Array.of(127, 0, 0, 1),
  sourcePort: 7946,
  sourceNode: "node-a",
};
const fields = { Node: "node-b", SeqNo: 42, SourceAddr: ping.sourceAddr, SourceNode: "node-a", SourcePort: 7946 };
const encoded = encodeMessage(ping);
const encodedFields = encode(fields);

type Codec = Readonly<{ encodePing(): unknown; decodePing(): unknown }>;
const PARLEY: Codec = { encodePing: () => encodeMessage(ping), decodePing: () => decodeMessage(encoded) };
const MSGPACK: Codec = { encodePing: () => encode(fields), decodePing: () => decode(encodedFields) };

/** So that reading the clock costs nothing to speak of. */
const CALLS = 1_000;

function manyTimes(run: () => unknown): Work {
  return () => {
    for (let call = 0; call < CALLS; call++) run();
    return Promise.resolve(CALLS);
  };
}
