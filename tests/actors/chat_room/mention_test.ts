import { assertEquals } from "@std/assert";
import { mentions } from "../../../actors/chat_room/mention.ts";

const TEXTS: Readonly<Record<string, boolean>> = {
  "alice": true,
  "hi Alice!": true,
  "hi ALI": true,
  "@alice: look": true,
  "(alice)": true,
  "alice's": true,
  "malice": false,
  "alices": false,
  "malice, alice": true,
  "alice_2": false,
  "alice2": false,
  "älice": false,
  "alice𝒳": false,
  "alice\u0301": false,
  "👍alice👍": true,
  "": false,
  "ali ce": true,
  "a li ce": false,
};

for (const [text, is] of Object.entries(TEXTS)) {
  Deno.test(`"${text}" ${is ? "names" : "does not name"} who is called alice, or ali`, () => {
    assertEquals(mentions(text, ["alice", "ali", ""]), is);
  });
}

Deno.test("a name with signs or blanks in it is found as it is written, composed or not", () => {
  assertEquals(mentions("ask a.b (x) now", ["a.b (x)"]), true);
  assertEquals(mentions("cafe\u0301?", ["caf\u00e9"]), true);
});
