import { assert, assertEquals } from "@std/assert";
import { decodeNotes, encodeNotes } from "../../../actors/cli_chat/delivery_notes.ts";
import { decodeMember } from "../../../actors/cli_chat/format.ts";

const note = (i: number) => ({ node: `host-bob-${"\u00fc".repeat(60)}`, author: "alice", wallMs: i });

Deno.test("notes of what was brought to whom come out as they went in, in payloads that fit a packet", () => {
  const notes = Array.from({ length: 100 }, (_, i) => note(i));
  const payloads = encodeNotes(notes);
  assert(payloads.length > 1 && payloads.every(({ length }) => length < 1_100));
  assertEquals(payloads.flatMap((payload) => decodeNotes(payload) ?? []), notes);
  assertEquals(encodeNotes([]), []);
  const short = Array.from({ length: 65 }, (_, wallMs) => ({ node: "b", author: "a", wallMs }));
  assertEquals(encodeNotes(short).flatMap((payload) => decodeNotes(payload) ?? []), short);
});

Deno.test("notes are no record of cli-chat, and a record is no note; nor is anything else", () => {
  assertEquals(decodeMember(encodeNotes([note(1)])[0]!), undefined);
  const many = JSON.stringify({ delivered: Array(65).fill(["b", "a", 1]) });
  for (
    const text of ["", "{}", "[]", "null", '{"name":"x","sender":"127.0.0.1:5"}', '{"delivered":[["b","a","1"]]}', many]
  ) {
    assertEquals(decodeNotes(new TextEncoder().encode(text)), undefined, text);
  }
});
