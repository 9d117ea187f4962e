import { assertEquals } from "@std/assert";
import { folded } from "../../../actors/history/search_text.ts";

Deno.test("texts that differ in case and accents are compared alike", () => {
  for (
    const [a, b] of [["Köln", "kOLN"], ["Ko\u0308ln", "köln"], ["ΟΔΟΣ", "οδόσ"], ["İstanbul", "istanbul"], [
      "ЁЛКА",
      "елка",
    ]]
  ) {
    assertEquals(folded(a!), folded(b!), a);
  }
});

Deno.test("what is part of a letter and no accent stays", () => {
  for (const text of ["한국", "ばば", "कि", "ß"]) assertEquals(folded(text), text);
  assertEquals(folded("한국").includes(folded("한구")), false);
});
