import { assertEquals } from "@std/assert";
import { page } from "../../../actors/gateway/page.ts";
import type { ClientEvent } from "../../../actors/gateway/dialect.ts";
import { parse } from "../../../web/page/protocol.js";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What a page's messages come to. */
function read(...messages: readonly (string | Uint8Array)[]): ClientEvent[] {
  const reader = page.newReader();
  return messages.flatMap((message) => [
    ...reader.push(typeof message === "string" ? encode(message) : message),
    ...reader.flush(),
  ]);
}

const JOIN = '{"type":"join","name":"Ana","room":"dev"}';

Deno.test("a page says who it is, then what it says", () => {
  assertEquals(read(JOIN, '{"type":"say","text":"a\\nb"}'), [
    { type: "hello", name: "Ana", room: "dev", wantsNotices: true },
    { type: "text", text: "a\nb" },
  ]);
  assertEquals(read('{"type":"join","name":"Ana","room":""}'), [{ type: "hello", name: "Ana", wantsNotices: true }]);
});

Deno.test("a page that says anything else is told so, and not read any more", () => {
  const outside = ['{"type":"say","text":"x"}', "{}", "null", "[]", "{", "7", '{"type":"join","name":7,"room":"x"}'];
  for (const first of [...outside, new Uint8Array([0xff]), '{"__proto__":{"type":"join"}}']) {
    assertEquals(read(first, JOIN), [{ type: "unreadable", why: "First say who you are" }]);
  }
  for (const second of [JOIN, '{"type":"say"}', '{"type":"say","text":7}', "{"]) {
    assertEquals(read(JOIN, second, JOIN).slice(1), [
      { type: "unreadable", why: "That is nothing that one can do here" },
    ]);
  }
});

Deno.test("a page's message may come in pieces, up to a limit", () => {
  const reader = page.newReader();
  assertEquals([...reader.push(encode(JOIN.slice(0, 9))), ...reader.push(encode(JOIN.slice(9)))], []);
  assertEquals(reader.flush().length, 1);
  assertEquals(reader.push(new Uint8Array(64 * 1024)), []);
  assertEquals(reader.push(new Uint8Array(1)), [{ type: "unreadable", why: "The message is too long" }]);
  assertEquals([...reader.push(encode(JOIN)), ...reader.flush()], []);
});

Deno.test("what a page is told is what it understands", () => {
  const ana = { name: "Ana", id: "Ana@alice" };
  const told = [page.said(ana, "<b>"), page.came(ana), page.went(ana), page.here([]), page.refusal("no")];
  assertEquals(told.map((bytes) => parse(new TextDecoder().decode(bytes))), [
    { type: "said", name: "Ana", text: "<b>" },
    { type: "came", name: "Ana" },
    { type: "went", name: "Ana" },
    { type: "here", names: [] },
    { type: "refused", why: "no" },
  ]);
});
