/** The recorded bytes of a real memberlist, and what they say, in our vocabulary. */
import data from "../../data/memberlist.json" with { type: "json" };
import type { NodeState, WireMessage } from "../../../transport/wire/message.ts";

export type Hex = { readonly $hex: string };
type Fields = Readonly<Record<string, Hex | string | number | boolean | null>>;
export type MessageJson = Readonly<{
  type: number;
  hex: string;
  fields?: Fields;
  payload?: Hex;
  header?: Fields;
  nodes?: readonly Fields[];
  user_state?: Hex | null;
}>;

export type Vector = Readonly<{
  name: string;
  kind: string;
  hex: string;
  decode_only?: boolean;
  error?: boolean;
  accepted?: boolean;
  keys?: readonly string[];
  label?: string;
  layers?: readonly Readonly<{ layer: string }>[];
  type?: number;
  fields?: Fields;
  payload?: Hex;
  parts?: readonly string[];
  truncated?: number;
  lzw?: string;
  plain?: string;
  messages?: readonly MessageJson[];
  message?: MessageJson;
}>;

export const VECTORS = data.vectors as unknown as readonly Vector[];

/** The kinds of vectors that the tests beside this file go through, as far as they are plain. */
const PLAIN_KINDS = ["message", "accept", "compound", "compress", "packet", "stream"];

const PLAIN_LAYERS = ["compound", "compress", "crc"];

/** Whether a vector needs neither keys nor labels nor formulas. */
export function isPlain({ kind, layers = [] }: Vector): boolean {
  return PLAIN_KINDS.includes(kind) && layers.every(({ layer }) => PLAIN_LAYERS.includes(layer));
}

/** The plain vectors of one kind. */
export function vectorsOf(kind: string): readonly Vector[] {
  return VECTORS.filter((vector) => vector.kind === kind && isPlain(vector));
}

export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.fromHex(hex);
}

/** The message that a vector's fields describe. A field that is not there has its zero value. */
export function messageOf({ type, fields = {}, payload, header, nodes = [], user_state }: MessageJson): WireMessage {
  const number = (name: string) => (fields[name] ?? 0) as number;
  const text = (name: string) => (fields[name] ?? "") as string;
  const nilable = (name: string) => nilableOf(fields[name]);
  const bytes = (name: string) => nilable(name) ?? new Uint8Array(0);
  const source = () => ({
    sourceAddr: bytes("SourceAddr"),
    sourcePort: number("SourcePort"),
    sourceNode: text("SourceNode"),
  });
  switch (type) {
    case 0:
      return { type: "ping", sequence: number("SeqNo"), node: text("Node"), ...source() };
    case 1:
      return {
        type: "indirect_ping",
        sequence: number("SeqNo"),
        target: bytes("Target"),
        port: number("Port"),
        node: text("Node"),
        nack: fields["Nack"] === true,
        ...source(),
      };
    case 2:
      return { type: "ack", sequence: number("SeqNo"), payload: nilable("Payload") };
    case 3:
      return { type: "suspect", incarnation: number("Incarnation"), node: text("Node"), from: text("From") };
    case 4:
      return {
        type: "alive",
        incarnation: number("Incarnation"),
        node: text("Node"),
        addr: bytes("Addr"),
        port: number("Port"),
        meta: nilable("Meta"),
        vsn: bytes("Vsn"),
      };
    case 5:
      return { type: "dead", incarnation: number("Incarnation"), node: text("Node"), from: text("From") };
    case 6:
      return {
        type: "push_pull",
        join: header?.["Join"] === true,
        nodes: nodes.map(nodeOf),
        userState: nilableOf(user_state) ?? new Uint8Array(0),
      };
    case 8:
      return { type: "user", payload: nilableOf(payload) ?? new Uint8Array(0) };
    case 11:
      return { type: "nack", sequence: number("SeqNo") };
    case 13:
      return { type: "error", text: text("Error") };
    default:
      throw new Error(`No message has type ${type}`);
  }
}

function nodeOf(fields: Fields): NodeState {
  return {
    name: fields["Name"] as string,
    addr: nilableOf(fields["Addr"]) ?? new Uint8Array(0),
    port: fields["Port"] as number,
    meta: nilableOf(fields["Meta"]),
    incarnation: fields["Incarnation"] as number,
    state: fields["State"] as number,
    vsn: nilableOf(fields["Vsn"]) ?? new Uint8Array(0),
  };
}

function nilableOf(value: unknown): Uint8Array | null {
  return value === null || value === undefined ? null : bytesOf((value as { $hex: string }).$hex);
}
