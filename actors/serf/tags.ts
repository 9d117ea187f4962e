/** What a member says of itself in its meta: Serf's tags, also among peers that never meet Serf. */
import { accepted, type Decoded, refused } from "../../transport/wire/decoded.ts";
import { MsgpackReader, MsgpackWriter } from "../../transport/wire/msgpack.ts";
import { META_BYTES_MAX } from "../../transport/wire/validate.ts";
import { inOrder, readMap, writeMapHeader } from "./fields.ts";

/** Names and what they stand for. */
export type Tags = ReadonlyMap<string, string>;

/** The first byte of tags (`tagMagicByte`); meta that begins otherwise is one role, as it was before there were tags. */
const TAGS_MARK = 255;

/** A pair has two bytes at least. */
const TAGS_MAX = META_BYTES_MAX / 2;

/** By this tag and value Parley's peers know each other. */
const APP = { tag: "app", value: "parley" } as const;

const ROOMS_TAG = "rooms";

/** The longest header of a string that fits into the meta at all. */
const STRING_HEADER_BYTES = 3;

const textEncoder = new TextEncoder();

/**
 * The tags as meta, in the order of their names.
 *
 * @throws {RangeError} If they need more than the 512 bytes that a member may say.
 */
export function encodeTags(tags: Tags): Uint8Array {
  const writer = new MsgpackWriter();
  writer.byte(TAGS_MARK);
  writeMapHeader(writer, tags.size);
  for (const [name, value] of inOrder(tags)) {
    writer.text(name);
    writer.text(value);
  }
  const meta = writer.finish();
  if (meta.length > META_BYTES_MAX) throw new RangeError(`Tags take ${meta.length} of ${META_BYTES_MAX} bytes`);
  return meta;
}

/** The tags in a member's meta: none in an empty one, and `role` with all of it in one that holds no tags. */
export function decodeTags(meta: Uint8Array): Decoded<Tags> {
  if (meta.length === 0) return accepted(new Map());
  if (meta[0] !== TAGS_MARK) return accepted(new Map([["role", new TextDecoder().decode(meta)]]));
  const reader = new MsgpackReader(meta, 1);
  const tags = readMap(reader, TAGS_MAX, () => reader.text());
  return tags === undefined ? refused(reader.failure ?? "malformed", reader.failedAt) : accepted(tags);
}

/** Whether this is the meta of a peer of ours, which understands what others would only log. */
export function isParley(meta: Uint8Array): boolean {
  const tags = decodeTags(meta);
  return tags.ok && tags.value.get(APP.tag) === APP.value;
}

/**
 * What we say of ourselves. Rooms for which there is no space are only counted: `rooms=lobby,tea,+3`, which no room can be
 * called.
 */
export function ownTags({ version, rooms }: Readonly<{ version: string; rooms: readonly string[] }>): Tags {
  const tags = new Map([[APP.tag, APP.value], ["version", version]]);
  if (rooms.length === 0) return tags;
  const taken = encodeTags(tags).length + 1 + ROOMS_TAG.length + STRING_HEADER_BYTES;
  return tags.set(ROOMS_TAG, listWithin(rooms, META_BYTES_MAX - taken));
}

function listWithin(items: readonly string[], bytesMax: number): string {
  const whole = items.join(",");
  if (textEncoder.encode(whole).length <= bytesMax) return whole;
  const countBytes = `,+${items.length}`.length;
  let bytes = 0;
  const fitting = items.findIndex((item) => {
    bytes += textEncoder.encode(item).length + 1;
    return bytes - 1 + countBytes > bytesMax;
  });
  return [...items.slice(0, fitting), `+${items.length - fitting}`].join(",");
}
