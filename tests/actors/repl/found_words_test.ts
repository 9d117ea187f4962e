import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { partsByFound } from "../../../actors/repl/found_words.ts";

/** With what was found in brackets. */
function marked(text: string, ...words: string[]): string {
  return partsByFound(text, words).map((part) => part.isFound ? `[${part.text}]` : part.text).join("");
}

Deno.test("found words are told from the rest, wherever they are, in any case, with any accents", () => {
  assertEquals(marked("one two one", "one"), "[one] two [one]");
  assertEquals(marked("Éclair und ECLAIR", "eclair"), "[Éclair] und [ECLAIR]");
  assertEquals(marked("e\u0301clair", "ÉCL"), "[e\u0301cl]air");
  assertEquals(marked("aaa", "aa"), "[aaa]");
  assertEquals(marked("ab abc", "bc", "ab"), "[ab] [abc]");
  assertEquals(marked("İstanbul", "istanbul"), "[İstanbul]");
  assertEquals(marked("nothing", "else"), "nothing");
  assertEquals(marked("", "x"), "");
  assertEquals(marked("word", ""), "word");
});

Deno.test("the parts of a text are the text, whatever it is and whatever was looked for", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.array(fc.string({ unit: "binary", maxLength: 3 })), (text, words) => {
      assertEquals(partsByFound(text, words).map((part) => part.text).join(""), text);
    }),
  );
});
