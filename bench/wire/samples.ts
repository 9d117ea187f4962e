import { type Alive, NODE_STATE, type PushPull, type WireMessage } from "../../transport/wire/message.ts";

/** What is encoded and decoded: a message alone, several in a packet, or a table on a stream. */
export type Sample =
  | Readonly<{ type: "message"; message: Exclude<WireMessage, PushPull> }>
  | Readonly<{ type: "packet"; messages: readonly Exclude<WireMessage, PushPull>[] }>
  | Readonly<{ type: "stream"; message: PushPull }>;

const PACKET_MESSAGES = 12;
const TABLE_ROWS = 100;

const addressOf = (index: number): Uint8Array => Uint8Array.of(127, 0, index >> 8, index);
const vsn = Uint8Array.of(1, 5, 2, 0, 0, 0);
/** As long as Serf's tags of a peer are. */
const meta = new TextEncoder().encode("\xffapp=parley rooms=1");

const alive = (index: number): Alive => ({
  type: "alive",
  incarnation: index,
  node: `node-${index}`,
  addr: addressOf(index),
  port: 7946,
  meta,
  vsn,
});
const suspect = (index: number) =>
  ({ type: "suspect", incarnation: index, node: `node-${index}`, from: "node-0" }) as const;

const ping = {
  type: "ping",
  sequence: 2_913_471_022,
  node: "node-1",
  sourceAddr: addressOf(2),
  sourcePort: 7946,
  sourceNode: "node-2",
} as const;

const table: PushPull = {
  type: "push_pull",
  join: false,
  nodes: Array.from({ length: TABLE_ROWS }, (_, index) => {
    const { type: _type, node: name, ...rest } = alive(index);
    return { ...rest, name, state: NODE_STATE.alive };
  }),
  userState: new Uint8Array(0),
};

/** By the name of the row. */
export const SAMPLES: Readonly<Record<string, Sample>> = {
  ping: { type: "message", message: ping },
  ack: { type: "message", message: { type: "ack", sequence: ping.sequence, payload: null } },
  alive: { type: "message", message: alive(1) },
  suspect: { type: "message", message: suspect(1) },
  packet: {
    type: "packet",
    messages: Array.from({ length: PACKET_MESSAGES }, (_, index) => index % 2 === 0 ? alive(index) : suspect(index)),
  },
  push_pull: { type: "stream", message: table },
};
