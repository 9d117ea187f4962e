/** The recorded bytes of a real memberlist, and what they say, in our vocabulary. */
import data from "../../data/memberlist.json" with { type: "json" };
import type { NodeState, WireMessage } from "../../../transport/wire/message.ts";
import { type Protection, UNPROTECTED } from "../../../transport/wire/protection.ts";
import { keyringOf, labelOf } from "./secrets.ts";

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

/** What a layer of a packet or stream reveals; for encryption also with what it was put on. */
type Layer = Readonly<
  { layer: string; key?: string; nonce?: string; version?: 0 | 1; plain?: string; header?: string }
>;

export type Vector = Readonly<{
  name: string;
  kind: string;
  hex: string;
  decode_only?: boolean;
  error?: boolean;
  accepted?: boolean;
  keys?: readonly string[];
  label?: string;
  receiver_label?: string;
  malformed?: boolean;
  rest?: string;
  direction?: string;
  layers?: readonly Layer[];
  type?: number;
  fields?: Fields;
  payload?: Hex;
  parts?: readonly string[];
  truncated?: number;
  lzw?: string;
  plain?: string;
  messages?: readonly MessageJson[];
  message?: MessageJson;
  cases?: readonly Readonly<Record<string, number>>[];
}>;

export const VECTORS = data.vectors as unknown as readonly Vector[];

/** The vectors of one kind. */
export function vectorsOf(kind: string): readonly Vector[] {
  return VECTORS.filter((vector) => vector.kind === kind);
}

/** The layer of encryption around a packet or stream, if there is one. */
export function sealOf({ layers = [] }: Vector): Required<Pick<Layer, "key" | "nonce" | "version">> | undefined {
  const found = layers.find(({ layer }) => layer === "encrypt" || layer === "stream-encrypt");
  return found as Required<Layer> | undefined;
}

/** Whether a vector needs neither keys nor a label to be read. */
export function isPlain(vector: Vector): boolean {
  return sealOf(vector) === undefined && vector.label === undefined;
}

/** The protection of who receives this packet or stream. */
export function receiverOf({ keys = [], label = "" }: Vector): Protection {
  return { ...UNPROTECTED, keyring: keyringOf(...keys), label: labelOf(label) };
}

/** The protection of who sent this packet or stream, and the nonce that was used. */
export function senderOf(vector: Vector): { protection: Protection; nonce: Uint8Array | undefined } {
  const seal = sealOf(vector);
  const label = labelOf(vector.label ?? "");
  if (seal === undefined) return { protection: { ...UNPROTECTED, label }, nonce: undefined };
  const { key, nonce, version: encryptionVersion } = seal;
  return {
    protection: { ...UNPROTECTED, label, keyring: keyringOf(key), encryptionVersion },
    nonce: bytesOf(nonce),
  };
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
