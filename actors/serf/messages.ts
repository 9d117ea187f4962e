/** What Serf's members say to each other in memberlist's user messages (`messages.go`): a type byte and a map. */
import { accepted, type Decoded, refused } from "../../transport/wire/decoded.ts";
import { copyOf, MsgpackReader, MsgpackWriter, NO_BYTES } from "../../transport/wire/msgpack.ts";
import { layout, readRecord, writeRecord } from "../../transport/wire/record.ts";
import { assigned, inOrder, readFields, readList, TIME_MAX, writeListHeader, writeMapHeader } from "./fields.ts";
import type { Tags } from "./tags.ts";

/** `node` says that it leaves, or somebody says so of one that failed; `prune`: and is to be forgotten at once. */
export type LeaveIntent = Readonly<{ type: "leave"; time: number; node: string; prune: boolean }>;

/** `node` says that it is there, whatever was said of it before. */
export type JoinIntent = Readonly<{ type: "join"; time: number; node: string }>;

export type UserEvent = Readonly<
  { type: "user_event"; time: number; name: string; payload: Uint8Array | null; coalesce: boolean }
>;

/** A question to all whom its filters mean, answered to the address in it. */
export type Query = Readonly<{
  type: "query";
  time: number;
  id: number;
  /** 4 or 16 bytes. */
  addr: Uint8Array;
  port: number;
  sourceNode: string;
  filters: readonly Uint8Array[];
  /** Whoever hears it says so, before any answer. */
  ackWanted: boolean;
  /** Not to be gossiped on. */
  noBroadcast: boolean;
  /** How many others are to pass on a copy of the answer. */
  relayFactor: number;
  name: string;
  payload: Uint8Array;
}>;

export type QueryResponse = Readonly<
  { type: "query_response"; time: number; id: number; from: string; flags: number; payload: Uint8Array | null }
>;

/** A message to be passed on to somebody else. */
export type Relay = Readonly<
  { type: "relay"; addr: Uint8Array; port: number; name: string; content: Uint8Array }
>;

export type SerfWireMessage = LeaveIntent | JoinIntent | UserEvent | Query | QueryResponse | Relay;

/** A member as an agent wants to hear of it when its name is claimed twice. */
export type ConflictAnswer = Readonly<{ name: string; addr: Uint8Array; port: number; tags: Tags }>;

/** How a change of the key ring went, or the keys that are on it, in base64. */
export type KeyAnswer = Readonly<{ ok: boolean; message: string; keys: readonly string[]; primary: string }>;

/** The type bytes. */
export const SERF_TYPE = {
  leave: 0,
  join: 1,
  state: 2,
  userEvent: 3,
  query: 4,
  queryResponse: 5,
  conflictAnswer: 6,
  keyRequest: 7,
  keyAnswer: 8,
  relay: 9,
} as const;

/** In the flags of a query: it wants acks; it is not to be gossiped on. In those of a response: it is an ack. */
const FLAG = { ack: 1, noBroadcast: 2 } as const;

/** The flags of an ack. */
export const ACK_FLAGS = FLAG.ack;

/** Filters in one query: one of names and one for each tag. */
const FILTERS_MAX = 64;

const STATUS_ALIVE = 1;

const LEAVE = layout<LeaveIntent>(
  () => ({ type: "leave", time: 0, node: "", prune: false }),
  [["LTime", "time", "int"], ["Node", "node", "text"], ["Prune", "prune", "bool"]],
);

const JOIN = layout<JoinIntent>(
  () => ({ type: "join", time: 0, node: "" }),
  [["LTime", "time", "int"], ["Node", "node", "text"]],
);

const USER_EVENT = layout<UserEvent>(
  () => ({ type: "user_event", time: 0, name: "", payload: null, coalesce: false }),
  [["CC", "coalesce", "bool"], ["LTime", "time", "int"], ["Name", "name", "text"], [
    "Payload",
    "payload",
    "nilable_bytes",
  ]],
);

const QUERY_RESPONSE = layout<QueryResponse>(
  () => ({ type: "query_response", time: 0, id: 0, from: "", flags: 0, payload: null }),
  [
    ["Flags", "flags", "uint32"],
    ["From", "from", "text"],
    ["ID", "id", "uint32"],
    ["LTime", "time", "int"],
    ["Payload", "payload", "nilable_bytes"],
  ],
);

/** Decodes a user message. It shares no memory with `bytes`. */
export function decodeSerf(bytes: Uint8Array): Decoded<SerfWireMessage> {
  const reader = new MsgpackReader(bytes, 1);
  const message = readMessage(reader, bytes[0]);
  if (message === "unknown_type") return refused(bytes.length === 0 ? "empty" : "unknown_type", 0);
  if (message === undefined) return refused(reader.failure ?? "malformed", reader.failedAt);
  if ("time" in message && (message.time < 0 || message.time > TIME_MAX)) return refused("out_of_range", 1);
  return accepted(message);
}

/** Encodes a message, byte for byte as Serf 0.9.4 does. */
export function encodeSerf(message: Exclude<SerfWireMessage, Query>): Uint8Array {
  const writer = new MsgpackWriter();
  switch (message.type) {
    case "leave":
      writer.byte(SERF_TYPE.leave);
      writeRecord(writer, LEAVE, message);
      break;
    case "join":
      writer.byte(SERF_TYPE.join);
      writeRecord(writer, JOIN, message);
      break;
    case "user_event":
      writer.byte(SERF_TYPE.userEvent);
      writeRecord(writer, USER_EVENT, message);
      break;
    case "query_response":
      writer.byte(SERF_TYPE.queryResponse);
      writeRecord(writer, QUERY_RESPONSE, message);
      break;
    case "relay":
      writer.byte(SERF_TYPE.relay);
      writeRelayHeader(writer, message);
      writer.raw(message.content);
      break;
  }
  return writer.finish();
}

/** What is answered to who asks where a member is: `undefined` when it is not known here. */
export function encodeConflictAnswer(member: ConflictAnswer | undefined): Uint8Array {
  const writer = new MsgpackWriter();
  writer.byte(SERF_TYPE.conflictAnswer);
  if (member === undefined) writer.byteString(null);
  else writeMember(writer, member);
  return writer.finish();
}

/** What is answered to who wants to change the keys, or to know them. */
export function encodeKeyAnswer({ ok, message, keys, primary }: KeyAnswer): Uint8Array {
  const writer = new MsgpackWriter();
  writer.byte(SERF_TYPE.keyAnswer);
  writer.mapHeader(4);
  writer.text("Keys");
  if (keys.length === 0) writer.byteString(null);
  else {
    writeListHeader(writer, keys.length);
    for (const key of keys) writer.text(key);
  }
  writer.text("Message");
  writer.text(message);
  writer.text("PrimaryKey");
  writer.text(primary);
  writer.text("Result");
  writer.bool(ok);
  return writer.finish();
}

/** The key in what somebody wants done with it. */
export function decodeKeyRequest(bytes: Uint8Array): Decoded<Uint8Array> {
  if (bytes[0] !== SERF_TYPE.keyRequest) return refused(bytes.length === 0 ? "empty" : "unknown_type", 0);
  const reader = new MsgpackReader(bytes, 1);
  let key: Uint8Array = NO_BYTES;
  const whole = readFields(reader, { Key: () => assigned(copied(reader.byteString()), (value) => key = value) });
  return whole === undefined ? refused(reader.failure ?? "malformed", reader.failedAt) : accepted(key);
}

function readMessage(reader: MsgpackReader, type: number | undefined): SerfWireMessage | "unknown_type" | undefined {
  switch (type) {
    case SERF_TYPE.leave:
      return readRecord(reader, LEAVE);
    case SERF_TYPE.join:
      return readRecord(reader, JOIN);
    case SERF_TYPE.userEvent:
      return readRecord(reader, USER_EVENT);
    case SERF_TYPE.query:
      return readQuery(reader);
    case SERF_TYPE.queryResponse:
      return readRecord(reader, QUERY_RESPONSE);
    case SERF_TYPE.relay:
      return readRelay(reader);
    default:
      return "unknown_type";
  }
}

function readQuery(reader: MsgpackReader): Query | undefined {
  const query = {
    type: "query" as const,
    time: 0,
    id: 0,
    addr: NO_BYTES,
    port: 0,
    sourceNode: "",
    filters: [] as readonly Uint8Array[],
    relayFactor: 0,
    name: "",
    payload: NO_BYTES,
  };
  let flags = 0;
  const bytes = (): Uint8Array | undefined => copied(reader.byteString());
  const whole = readFields(reader, {
    LTime: () => assigned(reader.int(), (value) => query.time = value),
    ID: () => assigned(reader.unsigned(0xffffffff), (value) => query.id = value),
    Addr: () => assigned(bytes(), (value) => query.addr = value),
    Port: () => assigned(reader.unsigned(0xffff), (value) => query.port = value),
    SourceNode: () => assigned(reader.text(), (value) => query.sourceNode = value),
    Filters: () => assigned(readList(reader, FILTERS_MAX, bytes), (value) => query.filters = value),
    Flags: () => assigned(reader.unsigned(0xffffffff), (value) => flags = value),
    RelayFactor: () => assigned(reader.unsigned(0xff), (value) => query.relayFactor = value),
    Name: () => assigned(reader.text(), (value) => query.name = value),
    Payload: () => assigned(bytes(), (value) => query.payload = value),
  });
  if (whole === undefined) return undefined;
  return { ...query, ackWanted: (flags & FLAG.ack) !== 0, noBroadcast: (flags & FLAG.noBroadcast) !== 0 };
}

/** A header with the address of who shall have it, and then the message itself. */
function readRelay(reader: MsgpackReader): Relay | undefined {
  const relay = { type: "relay" as const, addr: NO_BYTES, port: 0, name: "" };
  const whole = readFields(reader, {
    DestName: () => assigned(reader.text(), (value) => relay.name = value),
    DestAddr: () =>
      readFields(reader, {
        IP: () => assigned(copied(reader.byteString()), (value) => relay.addr = value),
        Port: () => assigned(reader.unsigned(0xffff), (value) => relay.port = value),
      }),
  });
  if (whole === undefined) return undefined;
  return { ...relay, content: copyOf(reader.bytes, reader.position, reader.bytes.length) };
}

function writeRelayHeader(writer: MsgpackWriter, { addr, port, name }: Relay): void {
  writer.mapHeader(2);
  writer.text("DestAddr");
  writer.mapHeader(3);
  writer.text("IP");
  writer.byteString(addr);
  writer.text("Port");
  writer.unsigned(port);
  writer.text("Zone");
  writer.text("");
  writer.text("DestName");
  writer.text(name);
}

/** The versions are those of nobody: it is the address that is asked for, and no table of ours hands them out. */
function writeMember(writer: MsgpackWriter, { name, addr, port, tags }: ConflictAnswer): void {
  const number = (key: string, value: number): void => {
    writer.text(key);
    writer.unsigned(value);
  };
  writer.mapHeader(11);
  writer.text("Addr");
  writer.byteString(addr);
  for (const key of ["DelegateCur", "DelegateMax", "DelegateMin"]) number(key, 0);
  writer.text("Name");
  writer.text(name);
  number("Port", port);
  for (const key of ["ProtocolCur", "ProtocolMax", "ProtocolMin"]) number(key, 0);
  number("Status", STATUS_ALIVE);
  writer.text("Tags");
  writeMapHeader(writer, tags.size);
  for (const [tag, value] of inOrder(tags)) {
    writer.text(tag);
    writer.text(value);
  }
}

function copied(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes === undefined ? undefined : copyOf(bytes, 0, bytes.length);
}
