import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  decodeMember,
  decodeState,
  encodeMember,
  encodeState,
  formatLine,
  isBefore,
  isNameOf,
  parseLine,
  personOf,
  timestampOf,
} from "../../../actors/cli_chat/format.ts";
import type { Address } from "../../../transport/address.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array): string => new TextDecoder().decode(value);

const NODE = "my-host-bob-0f8fad5b-d9cb-11e9-a165-0e028b02b6c1";
const RECORD = {
  name: NODE,
  sender: "127.0.0.1:33397" as Address,
  timestamp: { seconds: 1_795_207_917, nanos: 147_061_384 },
};
const JSON_OF = `"name":"${NODE}","sender":"127.0.0.1:33397","timestamp":{"seconds":1795207917,"nanos":147061384}}`;

/** As they were on the wire. */
const RECORDED = [["join", `{${JSON_OF}`], ["leave", `{"msgType":1,${JSON_OF}`], [
  "ping",
  `{"msgType":2,${JSON_OF}`,
]] as const;

for (const [type, payload] of RECORDED) {
  Deno.test(`a recorded ${type} of cli-chat is read, and written to the byte`, () => {
    assertEquals(decodeMember(bytes(payload)), { type, record: RECORD });
    assertEquals(text(encodeMember({ type, record: RECORD })), payload);
  });
}

Deno.test("zero values are left out, and what Go escapes is escaped", () => {
  const record = { ...RECORD, name: "<a>&", timestamp: { seconds: 0, nanos: 0 } };
  assertEquals(
    text(encodeMember({ type: "join", record })),
    String.raw`{"name":"\u003ca\u003e\u0026","sender":"127.0.0.1:33397","timestamp":{}}`,
  );
});

Deno.test("a state has all records by name, in the order of bytes, and an empty one is an object", () => {
  assertEquals(text(encodeState([])), "{}");
  const state = encodeState([RECORD, { ...RECORD, name: "alice" }]);
  assertEquals(text(state), `{"alice":${`{${JSON_OF}`.replace(NODE, "alice")},"${NODE}":{${JSON_OF}}`);
  assertEquals(decodeState(state).map(({ record }) => record.name), ["alice", NODE]);
});

Deno.test("of a state, records that are empty or under another's name are left out", () => {
  assertEquals(decodeState(bytes(`{"":{},"other":{${JSON_OF},"x":7,"${NODE}":{${JSON_OF}}`)).length, 1);
  for (const odd of ["", "[]", "null", "7", "{", "d[]"]) assertEquals(decodeState(bytes(odd)), []);
});

const LINES: readonly [line: string, name: string | undefined, text?: string][] = [
  ["<Nov 20 20:53:36.494 alice> hi from alice", "alice", "hi from alice"],
  ["<Nov 2 20:53:36.494 alice> hi", "alice", "hi"],
  ["<alice> hi", "alice", "hi"],
  ["<alice> <bob> hi", "alice", "<bob> hi"],
  ["<alice>  two blanks", "alice", " two blanks"],
  ["<joined> alice has joined", undefined],
  ["<left> alice is leaving", undefined],
  ["<> hi", undefined],
  ["hi", undefined],
  ["", undefined],
  ["<alice> ", undefined],
  [`<${"x".repeat(200)}> hi`, undefined],
];

for (const [line, name, said = ""] of LINES) {
  Deno.test(`the line ${JSON.stringify(line.slice(0, 40))} says ${name === undefined ? "nothing" : JSON.stringify(said)}`, () => {
    assertEquals(parseLine(bytes(line)), name === undefined ? undefined : { name, text: said });
  });
}

Deno.test("a line of ours has Go's time, one line end, and nothing that a terminal obeys", () => {
  const line = text(formatLine(1_795_207_917_147, { name: "al<ice>", text: "a\r\nb\x1b[2J\n" }));
  assertMatch(line, /^<Nov \d{1,2} \d\d:\d\d:\d\d\.147 alice> a b<U\+001B>\[2J \n$/);
  assertEquals(parseLine(bytes(line.slice(0, -1)))?.name, "alice");
});

Deno.test("a time of our clock is seconds and nanoseconds", () => {
  assertEquals(timestampOf(1_795_207_917_147), { seconds: 1_795_207_917, nanos: 147_000_000 });
});

Deno.test("who somebody is is read from the name of their node", () => {
  assertEquals([personOf(NODE), personOf("alice"), personOf("a-b")], ["bob", "alice", "a-b"]);
  assertEquals(["bob", "host-bob", "my", "alice", "ob"].map((name) => isNameOf(name, NODE)), [
    true,
    true,
    true,
    false,
    false,
  ]);
  assertEquals([isNameOf("a-b", "a-b"), isNameOf("b", "a-b")], [true, false]);
});

Deno.test("of two members one came first, by the time in its record and then by its name", () => {
  const record = (name: string, seconds: number, nanos = 0) => ({
    name,
    sender: "127.0.0.1:5" as Address,
    timestamp: { seconds, nanos },
  });
  for (
    const [first, second] of [
      [record("bea", 1), record("alice", 2)],
      [record("bea", 1, 1), record("alice", 1, 2)],
      [record("alice", 1), record("bea", 1)],
    ] as const
  ) {
    assert(isBefore(first, second));
    assert(!isBefore(second, first));
  }
});
