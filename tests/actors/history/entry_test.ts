import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { encode } from "@msgpack/msgpack";
import fc from "fast-check";
import { createHash } from "node:crypto";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import { authorOfLog, EPOCH_MAX, epochOfLog, keyOf, logOf } from "../../../actors/history/author.ts";
import {
  decodeBody,
  encodeBody,
  ENTRY_BYTES_MAX,
  hashOf,
  NAME_BYTES_MAX,
  PARENTS_MAX,
  SEQUENCE_MAX,
} from "../../../actors/history/entry.ts";
import { HYBRID_MS_MAX } from "../../../actors/history/hybrid_time.ts";
import { anyBody, anyPlace } from "../../support/log_arbitraries.ts";
import { ALICE } from "../../support/entries.ts";

const [DEV, OPS] = ["dev", "ops"] as RoomName[];
const KEY = keyOf("a".repeat(64) as never);

Deno.test("an entry comes out of its bytes as it went in, whatever it says, and fits", () => {
  fc.assert(fc.property(anyBody, (body) => {
    const bytes = encodeBody(body);
    assert(bytes.length <= ENTRY_BYTES_MAX);
    assertEquals(decodeBody(bytes), body);
  }));
});

Deno.test("the bytes of an entry, cut anywhere, are none", () => {
  fc.assert(
    fc.property(anyBody, (body) => {
      const bytes = encodeBody(body);
      const step = Math.ceil(bytes.length / 300);
      for (let end = 0; end < bytes.length; end += step) assertEquals(decodeBody(bytes.subarray(0, end)), undefined);
      assertEquals(decodeBody(bytes.subarray(0, -1)), undefined);
    }),
    { numRuns: 30 },
  );
});

Deno.test("whatever bytes a stranger sends, an entry is read or is none, and what is read is written as it says", () => {
  const spoilt = fc.tuple(anyBody, fc.nat(), fc.nat(255)).map(([body, at, byte]) => {
    const bytes = encodeBody(body);
    return bytes.with(at % bytes.length, byte);
  });
  fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), spoilt), (bytes) => {
    const body = decodeBody(bytes);
    if (body !== undefined) assertEquals(decodeBody(encodeBody(body)), body);
  }));
  assertEquals(decodeBody(new Uint8Array(ENTRY_BYTES_MAX + 1)), undefined);
});

/** An entry as an array: version, hash before, parents, time (2), clock, name, what it says. */
function row(...changes: readonly (readonly [index: number, value: unknown])[]): Uint8Array {
  const fields: unknown[] = [1, null, [], 1_000, 0, 1_000, "bob", 1, "hello"];
  for (const [index, value] of changes) fields[index] = value;
  return encode(fields);
}

const parent = (epoch: unknown, sequence: unknown, key: unknown = KEY): unknown => [key, epoch, sequence];

const GOOD: readonly (readonly [what: string, bytes: Uint8Array])[] = [
  ["nothing special", row()],
  ["the latest time there is", row([3, HYBRID_MS_MAX])],
  ["the longest name", row([6, "n".repeat(NAME_BYTES_MAX)])],
  ["as many parents as may be", row([2, Array(PARENTS_MAX).fill(parent(1, 1))])],
  ["the last number and epoch there are", row([2, [parent(EPOCH_MAX, SEQUENCE_MAX)]])],
  ["a field behind those we know", row([9, "later"])],
];

for (const [what, bytes] of GOOD) {
  Deno.test(`an entry with ${what} is read`, () => assert(decodeBody(bytes) !== undefined));
}

const BAD: readonly (readonly [what: string, bytes: Uint8Array])[] = [
  ["another version", row([0, 2])],
  ["a version that is text", row([0, "1"])],
  ["a hash before of 31 bytes", row([1, new Uint8Array(31)])],
  ["a hash before that is text", row([1, "0".repeat(32)])],
  ["parents that are no list", row([2, "none"])],
  ["too many parents", row([2, Array(PARENTS_MAX + 1).fill(parent(1, 1))])],
  ["a parent with a short key", row([2, [parent(1, 1, new Uint8Array(31))]])],
  ["a parent with the number 0", row([2, [parent(1, 0)]])],
  ["a parent with half a number", row([2, [parent(1, 1.5)]])],
  ["a parent with a number beyond all", row([2, [parent(1, SEQUENCE_MAX + 1)]])],
  ["a parent with an epoch below 0", row([2, [parent(-1, 1)]])],
  ["a parent of four parts", row([2, [[KEY, 1, 1, 1]]])],
  ["a time below 0", row([3, -1])],
  ["a time beyond all", row([3, HYBRID_MS_MAX + 1])],
  ["half a millisecond", row([3, 0.5])],
  ["a count that is text", row([4, "0"])],
  ["a clock that is none", row([5, NaN])],
  ["no name", row([6, ""])],
  ["a name that is a number", row([6, 7])],
  ["a name that is too long", row([6, "n".repeat(NAME_BYTES_MAX + 1)])],
];

for (const [what, bytes] of BAD) {
  Deno.test(`an entry with ${what} is none`, () => assertEquals(decodeBody(bytes), undefined));
}

for (const [what, value] of [["a map", { v: 1 }], ["a number", 1], ["nothing", null], ["an empty list", []]] as const) {
  Deno.test(`${what} is no entry`, () => assertEquals(decodeBody(encode(value)), undefined));
}

Deno.test("the address of an entry is another for every room, log, number and body", () => {
  fc.assert(fc.property(anyPlace, anyBody, (place, body) => {
    const bytes = encodeBody(body);
    const hash = hashOf(DEV!, place, bytes);
    assertEquals(hashOf(DEV!, place, bytes.slice()), hash);
    assertEquals(hash.length, 64);
    assertNotEquals(hashOf(OPS!, place, bytes), hash);
    assertNotEquals(hashOf(DEV!, { ...place, sequence: place.sequence + 1 }, bytes), hash);
    assertNotEquals(hashOf(DEV!, place, bytes.with(0, 7)), hash);
  }));
  const bytes = encodeBody({
    previous: undefined,
    parents: [],
    time: { ms: 1, count: 0 },
    wallMs: 1,
    name: "a",
    content: { type: "said", text: "" },
  });
  const places = [ALICE, logOf("a".repeat(64) as never, 2), logOf("b".repeat(64) as never, 1)];
  assertEquals(new Set(places.map((log) => hashOf(DEV!, { log, sequence: 1 }, bytes))).size, 3);
});

Deno.test("the address of an entry is the SHA-256 of its room and log, its number in eight bytes, and its body", () => {
  fc.assert(fc.property(anyPlace, anyBody, ({ log, sequence }, body) => {
    const bytes = encodeBody(body);
    const number = new Uint8Array(8);
    new DataView(number.buffer).setBigUint64(0, BigInt(sequence));
    const sha = createHash("sha256").update(encode(["parley entry", DEV, keyOf(authorOfLog(log)), epochOfLog(log)]));
    assertEquals(hashOf(DEV!, { log, sequence }, bytes), sha.update(number).update(bytes).digest("hex"));
  }));
});
