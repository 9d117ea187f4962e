/** MaChat's bytes, as `seeds.md` 4.2 has them. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ClientEvent } from "../../../actors/gateway/dialect.ts";
import { machat, MACHAT_LINE_BYTES_MAX } from "../../../actors/gateway/machat.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined): string => new TextDecoder().decode(value);
const says = (value: string): ClientEvent => ({ type: "text", text: value });
const MINA: ClientEvent = { type: "hello", name: "Mina", room: "dev", wantsNotices: false };
const HELLO = '{"name":"Mina","room":"dev"}';

/** What a client means that sends these pieces, and then nothing more. */
function read(...pieces: readonly (string | Uint8Array)[]): ClientEvent[] {
  const reader = machat.newReader();
  return [
    ...pieces.flatMap((piece) => reader.push(typeof piece === "string" ? bytes(piece) : piece)),
    ...reader.flush(),
  ];
}

Deno.test("a handshake is taken with and without a line end, which may come by itself", () => {
  for (
    const pieces of [[HELLO], [`${HELLO}\n`], [HELLO, "\n"], [HELLO, "\r", "\n"], [`${HELLO}\r\n`], ["\n " + HELLO]]
  ) {
    assertEquals(read(...pieces, "hi\n"), [MINA, says("hi")], JSON.stringify(pieces));
  }
});

Deno.test("what follows the handshake in the same segment is said", () => {
  assertEquals(read(`${HELLO}one\ntwo\n`), [MINA, says("one"), says("two")]);
  assertEquals(read(`${HELLO}\none\r\ntwo`), [MINA, says("one"), says("two")]);
});

Deno.test("a \\r before a line end is dropped, and an unterminated tail counts at the end", () => {
  assertEquals(read(HELLO, "\n", "a\r\nb\n\nc\rd\r"), [MINA, says("a"), says("b"), says(""), says("c\rd")]);
});

Deno.test("keys match in any case, unknown ones do not matter, missing ones are empty", () => {
  assertEquals(read('{"NAME":"Mina","Room":"dev","age":3}'), [MINA]);
  assertEquals(read('{"room":"dev"}'), [{ ...MINA, name: "" }]);
  assertEquals(read('{"name":"Mina","__proto__":{"room":"x"}}'), [{
    type: "hello",
    name: "Mina",
    wantsNotices: false,
  }]);
  assertEquals(read('{"name":"Mina","room":"dev","notices":true}'), [{ ...MINA, wantsNotices: true }]);
});

Deno.test("braces and quotes inside a name do not end the handshake", () => {
  const name = 'a}"{\\b';
  assertEquals(read(JSON.stringify({ name, room: "dev" })), [{ ...MINA, name }]);
});

for (
  const [what, bad, why] of [
    ["text", "hello there\n", 'First comes a handshake: {"name":"...","room":"..."}'],
    ["an array", '["Mina"]\n', 'First comes a handshake: {"name":"...","room":"..."}'],
    ["half JSON", '{"name":Mina}\n', "The handshake is no JSON"],
    ["no UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), "The handshake is no JSON"],
    ["a number for a name", '{"name":7,"room":"dev"}', "Name and room have to be texts"],
    ["null for a room", '{"name":"Mina","room":null}', "Name and room have to be texts"],
    ["a key twice", '{"name":"Mina","room":"dev","name":"Tom"}', "The handshake has a key twice"],
    ["a key in two cases", '{"name":"Mina","Name":"Tom"}', "The handshake has a key twice"],
    ["a key twice, one of them escaped", '{"name":"Mina","n\\u0061me":"Tom"}', "The handshake has a key twice"],
    ["__proto__ twice", '{"__proto__":{},"__proto__":[]}', "The handshake has a key twice"],
    ["what never ends", `{"name":"${"x".repeat(2_000)}`, "The handshake is longer than 1024 bytes"],
  ] as const
) {
  Deno.test(`faults row 46: ${what} in place of a handshake is refused with a reason, and nothing after it is read`, () => {
    assertEquals(read(bad, HELLO, "hi\n"), [{ type: "unreadable", why }]);
  });
}

Deno.test("faults row 46: nothing of a handshake reaches the prototype of objects, whatever its keys are called", () => {
  const keys = ["__proto__", "constructor", "prototype", "toString"];
  for (const key of keys) {
    const handshake = `{"name":"Mina","room":"dev","${key}":{"polluted":true,"notices":true}}`;
    assertEquals(read(handshake, "hi\n"), [MINA, says("hi")], key);
  }
  assertEquals(["polluted" in {}, "notices" in {}, Object.keys(Object.prototype)], [false, false, []]);
});

Deno.test("keys inside of others' values, and what only looks like a key, are not counted", () => {
  for (
    const more of ['"a":{"name":1,"name":2}', '"a":["name",{"name":3}]', '"a":"\\"name\\":1,\\"name\\":"', '"{":"}"']
  ) {
    assertEquals(read(`{"name":"Mina" , "room"\n:"dev",${more}}`), [MINA], more);
  }
});

Deno.test("faults row 47: a line of 65,535 bytes is said, a longer one is refused with a reason after those before it", () => {
  const longest = "x".repeat(MACHAT_LINE_BYTES_MAX);
  assertEquals(read(`${HELLO}\n${longest}\r\nhi\n`), [MINA, says(longest), says("hi")]);
  const refused: ClientEvent = { type: "unreadable", why: "A line has at most 65535 bytes" };
  assertEquals(read(`${HELLO}\nhi\n${longest}x\nmore\n`), [MINA, says("hi"), refused]);
  assertEquals(read(`${HELLO}\n${longest}x`), [MINA, refused], "also without an end");
  assertEquals(read(`${HELLO}\n`, ...Array<string>(10).fill("x".repeat(8_192))), [MINA, refused], "as soon as it is");
});

Deno.test("however what a client sends is cut, it means the same", () => {
  const sent = bytes(`${HELLO}\r\nhé\n\nzwölf ☃\r\nlast`);
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: sent.length }), { maxLength: 12 }), (cuts) => {
    const at = [0, ...cuts.toSorted((a, b) => a - b), sent.length];
    const pieces = at.slice(1).map((end, index) => sent.subarray(at[index], end));
    assertEquals(read(...pieces), [MINA, says("hé"), says(""), says("zwölf ☃"), says("last")]);
  }));
});

Deno.test("whatever bytes come, the reader does not throw, and after a refusal it is silent", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 }), (pieces) => {
    const events = read(...pieces);
    const refused = events.findIndex(({ type }) => type === "unreadable");
    assertEquals(refused < 0 || refused === events.length - 1, true);
  }));
});

Deno.test("over WebSocket a message without a line end is whole at its end, and several lines are several texts", () => {
  const reader = machat.newReader();
  const message = (value: string): ClientEvent[] => [...reader.push(bytes(value)), ...reader.flush()];
  assertEquals(message('{"name":"Mina",'), [], "a handshake may take several");
  assertEquals(message('"room":"dev"}'), [MINA]);
  assertEquals(message("one"), [says("one")]);
  assertEquals(message("two\nthree\n"), [says("two"), says("three")]);
  assertEquals(message(""), []);
  assertEquals(message("\n"), [says("")]);
});

Deno.test("a text is told as NAME:TEXT, each of its lines for itself", () => {
  const mina = { name: "Mina", id: "1" };
  assertEquals(text(machat.said(mina, "hi: there")), "Mina:hi: there\n");
  assertEquals(
    text(machat.said(mina, "one\nTom:two\r\nthree\rfour")),
    "Mina:one\nMina:Tom:two\nMina:three\nMina:four\n",
  );
  assertEquals(text(machat.came(mina)), "*:Mina came\n");
  assertEquals(text(machat.here(["Tom", "alice"])), "*:here: Tom, alice\n");
  assertEquals(machat.here([]), undefined);
  assertEquals(text(machat.refusal("Too\nlate")), "*:Too\n*:late\n");
});
