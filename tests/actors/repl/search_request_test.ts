import { assertEquals } from "@std/assert";
import { parseSearch } from "../../../actors/repl/search_request.ts";

const NOW = 1_000_000_000_000;

const REQUESTS: Readonly<Record<string, unknown>> = {
  "hello": { words: ["hello"] },
  "two words": { words: ["two", "words"] },
  '"two words" more': { words: ["two words", "more"] },
  'a "quote \\" inside"': { words: ["a", 'quote " inside'] },
  "hello in dev": { words: ["hello"], room: "dev" },
  "hello in #dev": { words: ["hello"], room: "dev" },
  "hello from bob": { words: ["hello"], from: "bob" },
  'hello from "two words"': { words: ["hello"], from: "two words" },
  "hello since 10m": { words: ["hello"], sinceWallMs: NOW - 600_000 },
  "hello since 1h from bob in dev": { words: ["hello"], room: "dev", from: "bob", sinceWallMs: NOW - 3_600_000 },
  "came from far from bob": { words: ["came", "from", "far"], from: "bob" },
  "hello since ever": { words: ["hello", "since", "ever"] },
  '"in dev"': { words: ["in dev"] },
  'hello "in" dev': { words: ["hello", "in", "dev"] },
  "in dev": { words: ["in", "dev"] },
  "from": { words: ["from"] },
};

for (const [text, request] of Object.entries(REQUESTS)) {
  Deno.test(`search ${text}`, () => assertEquals(parseSearch(text, NOW), request as never));
}

for (const text of ["", "  ", '""', '" "', "w ".repeat(17), "w".repeat(1_001)]) {
  Deno.test(`search ${JSON.stringify(text.slice(0, 20))}, of ${text.length} characters, is none`, () => {
    assertEquals(parseSearch(text, NOW), undefined);
  });
}

Deno.test("of a clause that is there twice, the last one counts, and the other is words", () => {
  assertEquals(parseSearch("x in one in two", NOW), { words: ["x", "in", "one"], room: "two" as never });
  assertEquals(parseSearch("x since 1h since 2h", NOW), {
    words: ["x", "since", "1h"],
    sinceWallMs: NOW - 7_200_000,
  });
});
