/** Where a member believes to be in the network (Vivaldi), as Serf puts it into its acks (`ping_delegate.go`). */
import { accepted, type Decoded, refused } from "../../transport/wire/decoded.ts";
import { MsgpackReader } from "../../transport/wire/msgpack.ts";
import { assigned, readFields, readFloat, readList } from "./fields.ts";

/** Seconds, but for `error`, which is a measure of doubt. */
export type Coordinate = Readonly<{ vector: readonly number[]; error: number; adjustment: number; height: number }>;

/** `PingVersion`, the first byte. */
const VERSION = 1;

/** Serf has 8. */
const DIMENSIONS_MAX = 16;

/** Nobody is farther than that, in seconds: beyond it is a mistake or a lie. */
const MAGNITUDE_MAX = 3_600;

/** The coordinate in the payload of an ack. Components that are no numbers, endless or huge are `out_of_range`. */
export function decodeCoordinate(payload: Uint8Array): Decoded<Coordinate> {
  if (payload[0] !== VERSION) return refused(payload.length === 0 ? "empty" : "unknown_version", 0);
  const reader = new MsgpackReader(payload, 1);
  const read = { vector: [] as readonly number[], error: 0, adjustment: 0, height: 0 };
  const float = (): number | undefined => readFloat(reader);
  const whole = readFields(reader, {
    Vec: () => assigned(readList(reader, DIMENSIONS_MAX, float), (value) => read.vector = value),
    Error: () => assigned(float(), (value) => read.error = value),
    Adjustment: () => assigned(float(), (value) => read.adjustment = value),
    Height: () => assigned(float(), (value) => read.height = value),
  });
  if (whole === undefined) return refused(reader.failure ?? "malformed", reader.failedAt);
  const { vector, error, adjustment, height } = read;
  // Of a component that is no number, no comparison holds.
  const isNear = (component: number): boolean => Math.abs(component) <= MAGNITUDE_MAX;
  return [...vector, error, adjustment, height].every(isNear) ? accepted(read) : refused("out_of_range", 1);
}
