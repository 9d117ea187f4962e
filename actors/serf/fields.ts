/**
 * What Serf's messages have beyond memberlist's flat records: lists, maps of strings, floats, and records that hold them.
 * Each count has a limit, and nothing is allocated for a count before the items are there. As with the steps of the
 * reader, `undefined` means a failure, whose reason is the reader's.
 */
import type { DecodeReason } from "../../transport/wire/decoded.ts";
import { MsgpackReader, type MsgpackWriter } from "../../transport/wire/msgpack.ts";

/** A time of Serf's logical clocks: our limit, in Go it is a uint64. No cluster lives to see it. */
export const TIME_MAX = Number.MAX_SAFE_INTEGER - 1;

/** How to read the value of each field by its name on the wire. */
type FieldReaders = Readonly<Record<string, () => unknown>>;

/** Reads a map, or nil: keys in any order, missing ones left alone, unknown ones skipped. */
export function readFields(reader: MsgpackReader, fields: FieldReaders): true | undefined {
  const pairs = reader.mapHeader();
  if (pairs === undefined) return undefined;
  for (let left = pairs; left > 0; left--) {
    const key = reader.text();
    if (key === undefined) return undefined;
    const value = Object.hasOwn(fields, key) ? fields[key]!() : reader.skip();
    if (value === undefined) return undefined;
  }
  return true;
}

/** Hands a value on, if it could be read. */
export function assigned<T>(value: T | undefined, assign: (value: T) => void): true | undefined {
  if (value === undefined) return undefined;
  assign(value);
  return true;
}

/** Reads a list of at most `countMax` items, or nil for none. */
export function readList<T>(reader: MsgpackReader, countMax: number, item: () => T | undefined): T[] | undefined {
  const at = reader.position;
  const count = arrayHeader(reader);
  if (count === undefined) return undefined;
  if (count > countMax) return fail(reader, "too_large", at);
  const items: T[] = [];
  while (items.length < count) {
    const value = item();
    if (value === undefined) return undefined;
    items.push(value);
  }
  return items;
}

/** Reads a map from strings, or nil for an empty one, with at most `countMax` pairs; of repeated keys the last wins. */
export function readMap<V>(
  reader: MsgpackReader,
  countMax: number,
  item: () => V | undefined,
): Map<string, V> | undefined {
  const at = reader.position;
  const count = reader.mapHeader();
  if (count === undefined) return undefined;
  if (count > countMax) return fail(reader, "too_large", at);
  const map = new Map<string, V>();
  for (let left = count; left > 0; left--) {
    const key = reader.text();
    const value = key === undefined ? undefined : item();
    if (key === undefined || value === undefined) return undefined;
    map.set(key, value);
  }
  return map;
}

/** Reads a float, which may be written as an integer. */
export function readFloat(reader: MsgpackReader): number | undefined {
  const { bytes, position: at } = reader;
  const width = bytes[at] === 0xcb ? 8 : bytes[at] === 0xca ? 4 : 0;
  if (width === 0) return reader.int();
  if (at + 1 + width > bytes.length) return fail(reader, "truncated", bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset + at + 1, width);
  reader.position = at + 1 + width;
  return width === 8 ? view.getFloat64(0) : view.getFloat32(0);
}

/** Steps over a nil; whether there was one. */
export function readNil(reader: MsgpackReader): boolean {
  if (reader.bytes[reader.position] !== 0xc0) return false;
  reader.position++;
  return true;
}

/** Begins a list of `count` items. */
export function writeListHeader(writer: MsgpackWriter, count: number): void {
  writeHeader(writer, count, 0x90, 0xdc);
}

/** Begins a map of `count` pairs, however many. */
export function writeMapHeader(writer: MsgpackWriter, count: number): void {
  writeHeader(writer, count, 0x80, 0xde);
}

/** In byte order, as Go writes the keys of its records; its maps have no order, and ours are to be the same each time. */
export function inOrder<V>(map: ReadonlyMap<string, V>): readonly (readonly [string, V])[] {
  return [...map].sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
}

function arrayHeader(reader: MsgpackReader): number | undefined {
  const { bytes, position: at } = reader;
  const head = bytes[at];
  if (head === undefined) return fail(reader, "truncated", at);
  const width = head === 0xdc ? 2 : head === 0xdd ? 4 : 0;
  if (width === 0 && head !== 0xc0 && (head < 0x90 || head > 0x9f)) return fail(reader, "wrong_kind", at);
  if (at + 1 + width > bytes.length) return fail(reader, "truncated", bytes.length);
  reader.position = at + 1 + width;
  if (width === 0) return head === 0xc0 ? 0 : head & 0x0f;
  let count = 0;
  for (let offset = at + 1; offset <= at + width; offset++) count = count * 0x100 + bytes[offset]!;
  return count;
}

function writeHeader(writer: MsgpackWriter, count: number, small: number, large: number): void {
  if (count <= 15) return writer.byte(small | count);
  const width = count <= 0xffff ? 2 : 4;
  writer.byte(width === 2 ? large : large + 1);
  for (let shift = 8 * (width - 1); shift >= 0; shift -= 8) writer.byte((count >>> shift) & 0xff);
}

function fail(reader: MsgpackReader, reason: DecodeReason, at: number): undefined {
  reader.failure = reason;
  reader.failedAt = at;
  return undefined;
}
