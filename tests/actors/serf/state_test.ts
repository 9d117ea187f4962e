import { assertEquals } from "@std/assert";
import { decodeState, encodeState, type SerfState } from "../../../actors/serf/state.ts";
import { assertSturdy, vector } from "./vectors.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const FULL: SerfState = {
  time: 12,
  statusTimes: new Map([["alice", 3]]),
  left: ["bob"],
  eventTime: 7,
  events: [
    null,
    null,
    null,
    null,
    null,
    { time: 5, events: [{ name: "deploy", payload: bytes("v1.2") }, { name: "nothing", payload: null }] },
    { time: 6, events: [{ name: "again", payload: new Uint8Array() }] },
    null,
  ],
  queryTime: 2,
};
const NEW: SerfState = {
  time: 1,
  statusTimes: new Map(),
  left: [],
  eventTime: 1,
  events: [null, null],
  queryTime: 1,
};

for (const [name, state] of [["state", FULL], ["state-new", NEW]] as const) {
  Deno.test(`what Serf wrote is read and written alike: ${name}`, () => {
    assertEquals(decodeState(vector(name)), { ok: true, value: state });
    assertEquals(encodeState(state), vector(name));
    assertSturdy(vector(name), decodeState);
  });
}

Deno.test("a field that nobody knows is stepped over, whatever it is called", () => {
  for (const name of ["Tomorrow", "constructor", "__proto__"]) {
    const header = Uint8Array.of(0x02, 0x82, 0xa0 + name.length, ...bytes(name), 0x92, 0xc0, 0x01);
    const time = Uint8Array.of(0xa5, ...bytes("LTime"), 0x07);
    const decoded = decodeState(Uint8Array.of(...header, ...time));
    assertEquals(decoded.ok && decoded.value.time, 7);
  }
});

Deno.test("nothing of a state is the stream's own memory", () => {
  const stream = vector("state");
  const decoded = decodeState(stream);
  stream.fill(0);
  assertEquals(decoded, { ok: true, value: FULL });
});

Deno.test("a state with thousands of names survives the way", () => {
  const names = Array.from({ length: 70_000 }, (_, at) => `node-${at}`);
  const state = { ...NEW, statusTimes: new Map(names.map((name, at) => [name, at])), left: names.slice(0, 300) };
  const decoded = decodeState(encodeState(state));
  assertEquals(decoded.ok && decoded.value.statusTimes.get("node-69999"), 69_999);
  assertEquals(decoded.ok && decoded.value.left.length, 300);
});

Deno.test("more than a state can hold is refused by its count", () => {
  const claims = { StatusLTimes: "df000186a1", LeftMembers: "dd000186a1", Events: "dc1001" };
  for (const [field, count] of Object.entries(claims)) {
    const header = [2, 0x81, 0xa0 + field.length, ...bytes(field)];
    const claim = Uint8Array.of(...header, ...Uint8Array.fromHex(count));
    assertEquals(decodeState(claim), { ok: false, reason: "too_large", at: header.length });
  }
});

Deno.test("what is no state is refused with a reason", () => {
  assertEquals(decodeState(new Uint8Array()), { ok: false, reason: "empty", at: 0 });
  assertEquals(decodeState(vector("join")), { ok: false, reason: "unknown_type", at: 0 });
});
