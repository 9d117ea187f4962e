/** Reads and writes one msgpack map by the layout of its fields. */
import type { MsgpackReader, MsgpackWriter } from "./msgpack.ts";

/** What a field holds, which decides which encodings of it are taken. */
type FieldKind =
  | "text"
  | "bytes"
  | "nilable_bytes"
  | "view"
  | "uint8"
  | "uint16"
  | "uint32"
  | "int"
  | "bool";

/** How the fields of a map are called, in the order in which Go writes them, and which properties of ours they are. */
export type Layout<R> = Readonly<{
  /** A new record in which every field has its zero value: what a missing field means. */
  zero: () => R;
  fields: readonly Field[];
}>;

type Field = Readonly<{
  /** The key as it is written: one byte of raw header, then its name. */
  key: Uint8Array;
  property: string;
  kind: FieldKind;
  /** Left out of the map, and of its count, when it has its zero value. */
  omitEmpty: boolean;
}>;

type KindOf<V> = [V] extends [string] ? "text"
  : [V] extends [boolean] ? "bool"
  : [V] extends [number] ? "uint8" | "uint16" | "uint32" | "int"
  : [V] extends [Uint8Array] ? "bytes" | "view"
  : "nilable_bytes";

/** A field's name on the wire, our property for it, what it holds, and whether it is left out when empty. */
type FieldRow<R> = {
  [P in Exclude<keyof R & string, "type">]: readonly [
    name: string,
    property: P,
    kind: KindOf<R[P]>,
    omission?: "omit_empty",
  ];
}[Exclude<keyof R & string, "type">];

/** Encodes the keys of a layout, once. The rows stand in the byte order of their names. */
export function layout<R>(zero: () => R, rows: readonly FieldRow<R>[]): Layout<R> {
  const fields = rows.map(([name, property, kind, omission]): Field => ({
    key: Uint8Array.of(0xa0 | name.length, ...new TextEncoder().encode(name)),
    property,
    kind,
    omitEmpty: omission === "omit_empty",
  }));
  return { zero, fields };
}

/**
 * Reads a map, or nil, at the reader's cursor: keys in any order, missing ones zero, unknown ones skipped, of repeated
 * ones the last. Bytes, but for views, are copies. Returns `undefined` on a failure, whose reason is the reader's.
 */
export function readRecord<R extends object>(reader: MsgpackReader, layout: Layout<R>): R | undefined {
  const { zero, fields } = layout;
  const pairs = reader.mapHeader();
  if (pairs === undefined) return undefined;
  const record = zero();
  const values = record as Record<string, unknown>;
  let expected = 0;
  for (let left = pairs; left > 0; left--) {
    let index = expected;
    if (index >= fields.length || !reader.takeBytes(fields[index]!.key)) {
      const length = reader.textLength();
      if (length === undefined) return undefined;
      index = findKey(fields, reader.bytes, reader.position, length);
      reader.position += length;
    }
    const field = fields[index];
    if (field === undefined) {
      if (reader.skip() === undefined) return undefined;
      continue;
    }
    const value = readValue(reader, field.kind);
    if (value === undefined) return undefined;
    values[field.property] = value;
    expected = index + 1;
  }
  return record;
}

/** Writes a record as a map. Throws a `RangeError` for a number that does not fit its field. */
export function writeRecord<R extends object>(writer: MsgpackWriter, { fields }: Layout<R>, record: R): void {
  const values = record as Record<string, unknown>;
  let pairs = fields.length;
  for (const field of fields) if (field.omitEmpty && isZero(values[field.property])) pairs--;
  writer.mapHeader(pairs);
  for (const { key, property, kind, omitEmpty } of fields) {
    const value = values[property];
    if (omitEmpty && isZero(value)) continue;
    writer.raw(key);
    writeValue(writer, kind, value);
  }
}

/** The index of the field with the name that stands in `bytes`, or -1. */
function findKey(fields: readonly Field[], bytes: Uint8Array, start: number, length: number): number {
  return fields.findIndex(({ key }) => isKey(key, bytes, start, length));
}

function isKey(key: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  if (key.length !== length + 1) return false;
  for (let index = 0; index < length; index++) if (key[index + 1] !== bytes[start + index]) return false;
  return true;
}

function readValue(reader: MsgpackReader, kind: FieldKind): unknown {
  switch (kind) {
    case "text":
      return reader.text();
    case "bytes":
      return reader.ownBytes();
    case "nilable_bytes":
      return reader.ownNilableBytes();
    case "view":
      return reader.byteString();
    case "uint8":
      return reader.unsigned(0xff);
    case "uint16":
      return reader.unsigned(0xffff);
    case "uint32":
      return reader.unsigned(0xffffffff);
    case "int":
      return reader.int();
    case "bool":
      return reader.bool();
  }
}

// The layout has been checked against the record's type, so the casts say what the compiler knew there.
function writeValue(writer: MsgpackWriter, kind: FieldKind, value: unknown): void {
  switch (kind) {
    case "text":
      return writer.text(value as string);
    case "bytes":
    case "nilable_bytes":
    case "view":
      return writer.byteString(value as Uint8Array | null);
    case "uint8":
      return writer.unsigned(value as number, 0xff);
    case "uint16":
      return writer.unsigned(value as number, 0xffff);
    case "uint32":
      return writer.unsigned(value as number, 0xffffffff);
    case "int":
      return writer.unsigned(value as number);
    case "bool":
      return writer.bool(value as boolean);
  }
}

function isZero(value: unknown): boolean {
  return value === 0 || value === "" || (value instanceof Uint8Array && value.length === 0);
}
