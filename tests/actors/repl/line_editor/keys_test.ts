import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Key, KeyDecoder, PASTE_LENGTH_MAX } from "../../../../actors/repl/line_editor/keys.ts";

const encoder = new TextEncoder();

function keysOf(...texts: string[]): Key[] {
  const decoder = new KeyDecoder();
  return texts.flatMap((text) => decoder.push(encoder.encode(text)));
}

function press(name: string): Key {
  return { type: "press", name };
}

function chars(text: string): Key[] {
  return Array.from(text, (char) => ({ type: "char", char }));
}

const NAMED: readonly (readonly [bytes: string, name: string])[] = [
  ["\r", "enter"],
  ["\n", "enter"],
  ["\t", "tab"],
  ["\x7f", "backspace"],
  ["\b", "backspace"],
  ["\x01", "ctrl-a"],
  ["\x03", "ctrl-c"],
  ["\x1a", "ctrl-z"],
  ["\0", "unknown"],
  ["\x1c", "unknown"],
  ["\u009b", "unknown"],
  ["\x1b[A", "up"],
  ["\x1bOA", "up"],
  ["\x1b[B", "down"],
  ["\x1b[C", "right"],
  ["\x1b[D", "left"],
  ["\x1b[H", "home"],
  ["\x1bOH", "home"],
  ["\x1b[1~", "home"],
  ["\x1b[7~", "home"],
  ["\x1b[F", "end"],
  ["\x1b[4~", "end"],
  ["\x1b[3~", "delete"],
  ["\x1b[5~", "page-up"],
  ["\x1b[Z", "shift-tab"],
  ["\x1b[1;5D", "ctrl-left"],
  ["\x1b[1;5C", "ctrl-right"],
  ["\x1b[1;3D", "alt-left"],
  ["\x1b[1;8A", "ctrl-alt-shift-up"],
  ["\x1b[3;5~", "ctrl-delete"],
  ["\x1bb", "alt-b"],
  ["\x1b\x7f", "alt-backspace"],
  ["\x1bé", "alt-é"],
  ["\x1b[15~", "unknown"],
  ["\x1b[[A", "unknown"],
  ["\x1b[?1;2c", "unknown"],
  ["\x1b[27;5;9~", "unknown"],
];

for (const [bytes, name] of NAMED) {
  Deno.test(`keys: ${JSON.stringify(bytes)} is ${name}`, () => {
    assertEquals(keysOf(bytes), [press(name)]);
    assertEquals(keysOf(...bytes), [press(name)], "a byte at a time");
  });
}

Deno.test("keys: text comes a code point at a time, whatever its bytes were split into", () => {
  const decoder = new KeyDecoder();
  const bytes = encoder.encode("aé日👍🏽");
  const keys = Array.from(bytes).flatMap((byte) => decoder.push(new Uint8Array([byte])));
  assertEquals(keys, chars("aé日👍🏽"));
});

Deno.test("keys: a lone escape waits until it is flushed", () => {
  const decoder = new KeyDecoder();
  assertEquals(decoder.push(encoder.encode("\x1b")), []);
  assertEquals(decoder.waiting, true);
  assertEquals(decoder.flush(), [press("escape")]);
  assertEquals(decoder.waiting, false);
  assertEquals(decoder.flush(), []);
});

Deno.test("keys: a flushed bracket was Alt and that bracket; a longer beginning is unknown", () => {
  for (const [bytes, name] of [["\x1b[", "alt-["], ["\x1bO", "alt-O"], ["\x1b[1;", "unknown"]] as const) {
    const decoder = new KeyDecoder();
    assertEquals(decoder.push(encoder.encode(bytes)), []);
    assertEquals(decoder.flush(), [press(name)]);
  }
});

Deno.test("keys: two escapes are an escape and the beginning of a key", () => {
  assertEquals(keysOf("\x1b\x1b[A"), [press("escape"), press("up")]);
});

Deno.test("keys: a sequence broken off by text does not swallow the text", () => {
  assertEquals(keysOf("\x1b[1é"), [press("unknown"), ...chars("é")]);
});

Deno.test("keys: an endless sequence is given up, not kept", () => {
  const decoder = new KeyDecoder();
  decoder.push(encoder.encode("\x1b[" + "1".repeat(100_000)));
  assertEquals(decoder.pending.rest.length < 100, true);
});

Deno.test("keys: a paste is one key, with its line ends as line feeds", () => {
  assertEquals(keysOf("a\x1b[200~one\rtwo\r\nthree\nfour\x1b[201~\r"), [
    ...chars("a"),
    { type: "paste", text: "one\ntwo\nthree\nfour", dropped: 0 },
    press("enter"),
  ]);
});

Deno.test("keys: what looks like keys within a paste is text", () => {
  assertEquals(keysOf("\x1b[200~\x03\x1b[A\t\x1b[20\x1b[201~"), [
    { type: "paste", text: "\x03\x1b[A\t\x1b[20", dropped: 0 },
  ]);
});

Deno.test("keys: flushing does not end a paste", () => {
  const decoder = new KeyDecoder();
  assertEquals(decoder.push(encoder.encode("\x1b[200~one\x1b")), []);
  assertEquals([decoder.waiting, decoder.flush()], [false, []]);
  assertEquals(decoder.push(encoder.encode("[201~")), [{ type: "paste", text: "one", dropped: 0 }]);
});

Deno.test("keys: a paste beyond the limit is cut, and says by how much", () => {
  const text = "x".repeat(PASTE_LENGTH_MAX);
  assertEquals(keysOf("\x1b[200~", text, "123", "\x1b[201~"), [{ type: "paste", text, dropped: 3 }]);
});

Deno.test("keys: another decoder goes on in the middle of a paste", () => {
  const first = new KeyDecoder();
  first.push(encoder.encode("\x1b[200~one\rtw"));
  const second = new KeyDecoder(first.pending);
  assertEquals(second.push(encoder.encode("o\x1b[201~")), [{ type: "paste", text: "one\ntwo", dropped: 0 }]);
});

Deno.test("keys: any split of any bytes gives the same keys", () => {
  const piece = fc.oneof(
    fc.constantFrom(...NAMED.map(([bytes]) => bytes), "\x1b", "\x1b[", "\x1bO", "\x1b[200~", "\x1b[201~", "\x1b[1;"),
    fc.string({ unit: "grapheme", maxLength: 3 }),
  ).map((text) => encoder.encode(text));
  const bytes = fc.array(fc.oneof(piece, fc.uint8Array({ maxLength: 4 })), { maxLength: 12 })
    .map((pieces) => new Uint8Array(pieces.flatMap((part) => [...part])));
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(60)), (all, cuts) => {
      const whole = new KeyDecoder();
      const split = new KeyDecoder();
      const ends = [0, ...cuts.map((cut) => Math.min(cut, all.length)).sort((a, b) => a - b), all.length];
      const keys = ends.slice(1).flatMap((end, index) => split.push(all.subarray(ends[index], end)));
      assertEquals(keys, whole.push(all));
      assertEquals(split.pending.rest, whole.pending.rest);
      assertEquals(split.flush(), whole.flush());
    }),
    { numRuns: 2000 },
  );
});
