/** Our codec of memberlist's messages beside the general msgpack library, on the message that is sent most. */
import { decode, encode } from "@msgpack/msgpack";
import type { Ping } from "../transport/wire/message.ts";
import { decodeMessage, encodeMessage } from "../transport/wire/messages.ts";

const ping: Ping = {
  type: "ping",
  sequence: 42,
  node: "node-b",
  sourceAddr: Uint8Array.of(127, 0, 0, 1),
  sourcePort: 7946,
  sourceNode: "node-a",
};
const encoded = encodeMessage(ping);
const fields = { Node: "node-b", SeqNo: 42, SourceAddr: ping.sourceAddr, SourceNode: "node-a", SourcePort: 7946 };
const general = encode(fields);

Deno.bench("@msgpack/msgpack", { group: "encode a ping", baseline: true }, () => void encode(fields));
Deno.bench("transport/wire", { group: "encode a ping" }, () => void encodeMessage(ping));
Deno.bench("@msgpack/msgpack", { group: "decode a ping", baseline: true }, () => void decode(general));
Deno.bench("transport/wire", { group: "decode a ping" }, () => void decodeMessage(encoded));
