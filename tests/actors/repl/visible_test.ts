import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isolated, onlyColours, visible, visibleName } from "../../../actors/repl/visible.ts";

const UNCHANGED = [
  "plain text",
  "grüße, 日本語, 한국어, नमस्ते, مرحبا",
  "می\u200Cخواهم",
  "👍🏽 👨‍👩‍👧‍👦 🏳️‍🌈 ❤️ 👩🏽‍💻 🇩🇪 1️⃣",
  "e\u0301",
];

for (const text of UNCHANGED) {
  Deno.test(`visible: ${text} stays as it is`, () => assertEquals(visible(text), text));
}

/** Fault 64: what a terminal would obey. */
const WRITTEN_OUT: readonly (readonly [what: string, text: string, shown: string])[] = [
  ["clear screen", "\x1b[2J", "<U+001B>[2J"],
  ["clipboard (OSC 52)", "\x1b]52;c;aGk=\x07", "<U+001B>]52;c;aGk=<U+0007>"],
  ["link (OSC 8)", "\x1b]8;;http://x\x1b\\", "<U+001B>]8;;http://x<U+001B>\\"],
  ["title report", "\x1b[21t", "<U+001B>[21t"],
  ["DECRQSS", "\x1bP$qm\x1b\\", "<U+001B>P$qm<U+001B>\\"],
  ["C1 control sequence", "\u009b2J", "<U+009B>2J"],
  ["carriage return and backspace", "a\rb\bc", "a<U+000D>b<U+0008>c"],
  ["newline and tab", "a\nb\tc", "a<U+000A>b<U+0009>c"],
  ["right-to-left override", "a\u202Eb", "a<U+202E>b"],
  ["isolate", "\u2067x", "<U+2067>x"],
  ["zero width space", "a\u200Bb", "a<U+200B>b"],
  ["tag character", "a\u{E0061}", "a<U+E0061>"],
  ["lone surrogate", "a\ud83c", "a<U+D83C>"],
  ["line separator", "a\u2028b", "a<U+2028>b"],
  ["Hangul filler", "a\u3164b", "a<U+3164>b"],
  ["private use", "\uE000", "<U+E000>"],
  ["a joiner between letters", "ad\u200Dmin", "ad<U+200D>min"],
];

for (const [what, text, shown] of WRITTEN_OUT) {
  Deno.test(`visible: ${what} is written out`, () => assertEquals(visible(text), shown));
}

Deno.test("visible: a thousand bells are written out", () => {
  assertEquals(visible("\x07".repeat(1000)), "<U+0007>".repeat(1000));
});

Deno.test("visible: no more than four accents climb on a letter", () => {
  assertEquals(visible("a" + "\u0301".repeat(50)), "a" + "\u0301".repeat(4));
});

Deno.test("visible: nothing a terminal obeys comes through, and twice changes nothing", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
    const shown = visible(text);
    assert(!/[\p{Cc}\p{Cs}\p{Bidi_C}]/u.test(shown));
    assertEquals(visible(shown), shown);
  }));
});

Deno.test("visible: in names the non-joiner is written out too", () => {
  assertEquals(visibleName("ad\u200Cmin"), "ad<U+200C>min");
  assertEquals(visibleName("zoë 👩🏽‍💻"), "zoë 👩🏽‍💻");
});

Deno.test("visible: foreign text is isolated from what stands around it, plain text needs no isolation", () => {
  assertEquals(isolated("مرحبا"), "\u2068مرحبا\u2069");
  assertEquals(isolated("hello"), "hello");
});

Deno.test("visible: the last guard lets colours pass and nothing else of control", () => {
  assertEquals(onlyColours("\x1b[1;31mred\x1b[0m\u2068ä\u2069"), "\x1b[1;31mred\x1b[0m\u2068ä\u2069");
  assertEquals(onlyColours("\x1b[2J\x1b]0;x\x07\r\u009b31m"), "<U+001B>[2J<U+001B>]0;x<U+0007><U+000D><U+009B>31m");
});
