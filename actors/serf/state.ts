/** What two Serf members tell each other beside memberlist's tables in an exchange (`messagePushPull`). */
import { accepted, type Decoded, refused } from "../../transport/wire/decoded.ts";
import { copyOf, MsgpackReader, MsgpackWriter } from "../../transport/wire/msgpack.ts";
import {
  assigned,
  inOrder,
  readFields,
  readList,
  readMap,
  readNil,
  TIME_MAX,
  writeListHeader,
  writeMapHeader,
} from "./fields.ts";
import { SERF_TYPE } from "./messages.ts";

/** User events of one logical time. */
export type EventsAt = Readonly<
  { time: number; events: readonly Readonly<{ name: string; payload: Uint8Array | null }>[] }
>;

export type SerfState = Readonly<{
  /** The clock of intents. */
  time: number;
  /** When each member's last intent was said. */
  statusTimes: ReadonlyMap<string, number>;
  /** Those of them who have left. */
  left: readonly string[];
  eventTime: number;
  /** The last ones, in no order; `null` where there was none. */
  events: readonly (EventsAt | null)[];
  queryTime: number;
}>;

/** Names in one state: as many as a table of members can hold. */
const NAMES_MAX = 100_000;

/** Times with events, of which Serf keeps 512 unless told otherwise; and events of one time. */
const EVENT_TIMES_MAX = 4_096;
const EVENTS_AT_MAX = 1_024;

export function encodeState(state: SerfState): Uint8Array {
  const writer = new MsgpackWriter();
  writer.byte(SERF_TYPE.state);
  writer.mapHeader(6);
  writer.text("EventLTime");
  writer.unsigned(state.eventTime);
  writer.text("Events");
  writeListHeader(writer, state.events.length);
  for (const at of state.events) writeEventsAt(writer, at);
  writer.text("LTime");
  writer.unsigned(state.time);
  writer.text("LeftMembers");
  writeListHeader(writer, state.left.length);
  for (const name of state.left) writer.text(name);
  writer.text("QueryLTime");
  writer.unsigned(state.queryTime);
  writer.text("StatusLTimes");
  writeMapHeader(writer, state.statusTimes.size);
  for (const [name, time] of inOrder(state.statusTimes)) {
    writer.text(name);
    writer.unsigned(time);
  }
  return writer.finish();
}

/** Decodes a member's state. It shares no memory with `bytes`. */
export function decodeState(bytes: Uint8Array): Decoded<SerfState> {
  if (bytes[0] !== SERF_TYPE.state) return refused(bytes.length === 0 ? "empty" : "unknown_type", 0);
  const reader = new MsgpackReader(bytes, 1);
  const time = (): number | undefined => reader.unsigned(TIME_MAX);
  const read: { -readonly [P in keyof SerfState]: SerfState[P] } = {
    time: 0,
    statusTimes: new Map(),
    left: [],
    eventTime: 0,
    events: [],
    queryTime: 0,
  };
  const whole = readFields(reader, {
    EventLTime: () => assigned(time(), (value) => read.eventTime = value),
    Events: () =>
      assigned(readList(reader, EVENT_TIMES_MAX, () => readEventsAt(reader)), (value) => read.events = value),
    LTime: () => assigned(time(), (value) => read.time = value),
    LeftMembers: () => assigned(readList(reader, NAMES_MAX, () => reader.text()), (value) => read.left = value),
    QueryLTime: () => assigned(time(), (value) => read.queryTime = value),
    StatusLTimes: () => assigned(readMap(reader, NAMES_MAX, time), (value) => read.statusTimes = value),
  });
  return whole === undefined ? refused(reader.failure ?? "malformed", reader.failedAt) : accepted(read);
}

function writeEventsAt(writer: MsgpackWriter, at: EventsAt | null): void {
  if (at === null) return writer.byteString(null);
  writer.mapHeader(2);
  writer.text("Events");
  writeListHeader(writer, at.events.length);
  for (const { name, payload } of at.events) {
    writer.mapHeader(2);
    writer.text("Name");
    writer.text(name);
    writer.text("Payload");
    writer.byteString(payload);
  }
  writer.text("LTime");
  writer.unsigned(at.time);
}

function readEventsAt(reader: MsgpackReader): EventsAt | null | undefined {
  if (readNil(reader)) return null;
  const at = { time: 0, events: [] as EventsAt["events"] };
  const whole = readFields(reader, {
    LTime: () => assigned(reader.unsigned(TIME_MAX), (value) => at.time = value),
    Events: () => assigned(readList(reader, EVENTS_AT_MAX, () => readEvent(reader)), (value) => at.events = value),
  });
  return whole === undefined ? undefined : at;
}

function readEvent(reader: MsgpackReader): EventsAt["events"][number] | undefined {
  const event = { name: "", payload: null as Uint8Array | null };
  const whole = readFields(reader, {
    Name: () => assigned(reader.text(), (value) => event.name = value),
    Payload: () => assigned(reader.nilableBytes(), (value) => event.payload = value && copyOf(value, 0, value.length)),
  });
  return whole === undefined ? undefined : event;
}
