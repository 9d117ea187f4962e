import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeTags, encodeTags, isParley, ownTags, type Tags } from "../../../actors/serf/tags.ts";
import { assertSturdy, vector } from "./vectors.ts";

const VECTORS: readonly (readonly [Parameters<typeof vector>[0], Tags])[] = [
  ["tags-none", new Map()],
  ["tags-one", new Map([["role", "web"]])],
  ["tags-long", new Map([["text", "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd"]])],
  ["tags-unicode", new Map([["städte", "Köln,東京"]])],
];

for (const [name, tags] of VECTORS) {
  Deno.test(`what Serf wrote is read and written alike: ${name}`, () => {
    assertEquals(encodeTags(tags), vector(name));
    assertEquals(decodeTags(vector(name)), { ok: true, value: tags });
    assertSturdy(vector(name).subarray(1), (rest) => decodeTags(Uint8Array.of(0xff, ...rest)));
  });
}

Deno.test("any tags that fit survive the way, whatever their order", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 20 }).filter((one) => one.isWellFormed());
  fc.assert(fc.property(fc.uniqueArray(fc.tuple(text, text), { maxLength: 5, selector: ([tag]) => tag }), (pairs) => {
    const meta = encodeTags(new Map(pairs));
    assertEquals(meta, encodeTags(new Map(pairs.toReversed())));
    assertEquals(decodeTags(meta), { ok: true, value: new Map(pairs) });
  }));
});

Deno.test("more than 15 tags have a header of three bytes", () => {
  const sixteen = new Map(Array.from({ length: 16 }, (_, at) => [String.fromCharCode(97 + at), ""] as const));
  assertEquals(encodeTags(sixteen).slice(0, 4), vector("tags-sixteen"));
  assertEquals(decodeTags(encodeTags(sixteen)), { ok: true, value: sixteen });
});

Deno.test("meta that is no tags is a role, and no meta is no tags", () => {
  assertEquals(decodeTags(vector("tags-role-only")), { ok: true, value: new Map([["role", "web"]]) });
  assertEquals(decodeTags(new Uint8Array()), { ok: true, value: new Map() });
  assertEquals(decodeTags(Uint8Array.of(0xc3, 0x28)), { ok: true, value: new Map([["role", "\ufffd("]]) });
});

Deno.test("tags that claim more than there is are refused", () => {
  assertEquals(decodeTags(Uint8Array.of(0xff, 0xdf, 0xff, 0xff, 0xff, 0xff)), {
    ok: false,
    reason: "too_large",
    at: 1,
  });
  assertEquals(decodeTags(Uint8Array.of(0xff, 0x81, 0xdb, 0x7f, 0xff, 0xff, 0xff)).ok, false);
  assertEquals(decodeTags(Uint8Array.of(0xff, 0x01)), { ok: false, reason: "wrong_kind", at: 1 });
});

Deno.test("tags of more than 512 bytes are not written", () => {
  // Mark, header of the map, header and text of the tag, header of the value.
  assertEquals(encodeTags(new Map([["t", "x".repeat(505)]])).length, 512);
  assertThrows(() => encodeTags(new Map([["t", "x".repeat(506)]])), RangeError);
});

Deno.test("we say that we are Parley, which version, and in which rooms", () => {
  const tags = ownTags({ version: "1.2.3", rooms: ["lobby", "tea"] });
  assertEquals([...tags], [["app", "parley"], ["version", "1.2.3"], ["rooms", "lobby,tea"]]);
  assertEquals(ownTags({ version: "1.2.3", rooms: [] }).has("rooms"), false);
});

Deno.test("a peer is known by its tags", () => {
  const isOurs = (tags: Tags): boolean => isParley(encodeTags(tags));
  assertEquals(isOurs(ownTags({ version: "0", rooms: [] })), true);
  assertEquals(isOurs(new Map([["app", "consul"]])), false);
  assertEquals(isParley(new TextEncoder().encode("parley")), false);
  assertEquals(isParley(new Uint8Array()), false);
  assertEquals(isParley(Uint8Array.of(0xff, 0x81)), false);
});

Deno.test("whatever the rooms are called, the tags fit, and no space is left for another room", () => {
  for (let length = 1; length <= 64; length++) {
    const rooms = Array.from({ length: 512 }, () => "r".repeat(length));
    const size = encodeTags(ownTags({ version: "1", rooms })).length;
    assert(size <= 512 && size > 512 - 1 - length - "+512".length, `${size} bytes with names of ${length}`);
  }
});

Deno.test("rooms for which there is no space are counted, and as many as can be are named", () => {
  const room = (at: number): string => `room-${String(at).padStart(3, "0")}-東京`;
  for (let count = 0; count <= 256; count++) {
    const rooms = Array.from({ length: count }, (_, at) => room(at));
    const listed = ownTags({ version: "1", rooms }).get("rooms")?.split(",") ?? [];
    encodeTags(ownTags({ version: "1", rooms })); // does not throw
    const more = /^\+(\d+)$/.exec(listed.at(-1) ?? "");
    const named = more === null ? listed : listed.slice(0, -1);
    assertEquals(named, rooms.slice(0, named.length));
    assertEquals(named.length + Number(more?.[1] ?? 0), count);
    if (more !== null) assertEquals(named.length, 29);
  }
});
