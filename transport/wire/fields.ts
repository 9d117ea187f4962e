/**
 * How every field is called on the wire: the one place that knows. Names and kinds are those of the structs in
 * memberlist's `net.go`; rows stand in byte order, in which Go writes them.
 */
import type {
  Ack,
  Alive,
  Dead,
  IndirectPing,
  Nack,
  NodeState,
  Ping,
  PushPull,
  RemoteError,
  Suspect,
} from "./message.ts";
import { NO_BYTES } from "./msgpack.ts";
import { layout } from "./record.ts";

export const PING = layout<Ping>(
  () => ({ type: "ping", sequence: 0, node: "", sourceAddr: NO_BYTES, sourcePort: 0, sourceNode: "" }),
  [
    ["Node", "node", "text"],
    ["SeqNo", "sequence", "uint32"],
    ["SourceAddr", "sourceAddr", "bytes", "omit_empty"],
    ["SourceNode", "sourceNode", "text", "omit_empty"],
    ["SourcePort", "sourcePort", "uint16", "omit_empty"],
  ],
);

export const INDIRECT_PING = layout<IndirectPing>(
  () => ({
    type: "indirect_ping",
    sequence: 0,
    target: NO_BYTES,
    port: 0,
    node: "",
    nack: false,
    sourceAddr: NO_BYTES,
    sourcePort: 0,
    sourceNode: "",
  }),
  [
    ["Nack", "nack", "bool"],
    ["Node", "node", "text"],
    ["Port", "port", "uint16"],
    ["SeqNo", "sequence", "uint32"],
    ["SourceAddr", "sourceAddr", "bytes", "omit_empty"],
    ["SourceNode", "sourceNode", "text", "omit_empty"],
    ["SourcePort", "sourcePort", "uint16", "omit_empty"],
    ["Target", "target", "bytes"],
  ],
);

export const ACK = layout<Ack>(
  () => ({ type: "ack", sequence: 0, payload: null }),
  [["Payload", "payload", "nilable_bytes"], ["SeqNo", "sequence", "uint32"]],
);

export const NACK = layout<Nack>(() => ({ type: "nack", sequence: 0 }), [["SeqNo", "sequence", "uint32"]]);

export const SUSPECT = layout<Suspect>(
  () => ({ type: "suspect", incarnation: 0, node: "", from: "" }),
  [["From", "from", "text"], ["Incarnation", "incarnation", "uint32"], ["Node", "node", "text"]],
);

export const DEAD = layout<Dead>(
  () => ({ type: "dead", incarnation: 0, node: "", from: "" }),
  [["From", "from", "text"], ["Incarnation", "incarnation", "uint32"], ["Node", "node", "text"]],
);

export const ALIVE = layout<Alive>(
  () => ({ type: "alive", incarnation: 0, node: "", addr: NO_BYTES, port: 0, meta: null, vsn: NO_BYTES }),
  [
    ["Addr", "addr", "bytes"],
    ["Incarnation", "incarnation", "uint32"],
    ["Meta", "meta", "nilable_bytes"],
    ["Node", "node", "text"],
    ["Port", "port", "uint16"],
    ["Vsn", "vsn", "bytes"],
  ],
);

/** A row of a push/pull: like {@linkcode ALIVE}, but the node is called `Name` here. */
export const NODE = layout<NodeState>(
  () => ({ name: "", addr: NO_BYTES, port: 0, meta: null, incarnation: 0, state: 0, vsn: NO_BYTES }),
  [
    ["Addr", "addr", "bytes"],
    ["Incarnation", "incarnation", "uint32"],
    ["Meta", "meta", "nilable_bytes"],
    ["Name", "name", "text"],
    ["Port", "port", "uint16"],
    ["State", "state", "int"],
    ["Vsn", "vsn", "bytes"],
  ],
);

/** In front of the rows of a push/pull: how many rows follow, and after them how many bytes of user state. */
export type PushPullHeader = Readonly<{ join: PushPull["join"]; nodeCount: number; userStateBytes: number }>;

export const PUSH_PULL_HEADER = layout<PushPullHeader>(
  () => ({ join: false, nodeCount: 0, userStateBytes: 0 }),
  [["Join", "join", "bool"], ["Nodes", "nodeCount", "int"], ["UserStateLen", "userStateBytes", "int"]],
);

/** In front of the payload of a user message on a stream; in a packet there is none. */
export type UserHeader = Readonly<{ payloadBytes: number }>;

export const USER_HEADER = layout<UserHeader>(() => ({ payloadBytes: 0 }), [["UserMsgLen", "payloadBytes", "int"]]);

export const ERROR = layout<RemoteError>(() => ({ type: "error", text: "" }), [["Error", "text", "text"]]);

/** The body of a compress message. Its content is unpacked at once, so a window on it is enough. */
export type Compress = Readonly<{ algorithm: number; content: Uint8Array }>;

export const COMPRESS = layout<Compress>(
  () => ({ algorithm: 0, content: NO_BYTES }),
  [["Algo", "algorithm", "uint8"], ["Buf", "content", "view"]],
);
