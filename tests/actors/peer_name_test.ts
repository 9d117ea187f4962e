import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parsePeerName } from "../../actors/peer_name.ts";

const permissions = "none";

const accepted = ["a", "alice", "Alice", "bob-2", "a.b_c", "_x", "7", "Zoë", "李雷", "सिद्धि", "мария", "x".repeat(128)];

for (const name of accepted) {
  Deno.test({
    name: `${JSON.stringify(name.slice(0, 20))} (${name.length} characters) is a name`,
    permissions,
    fn() {
      const parsed = parsePeerName(name);
      assertEquals<unknown>(parsed, { ok: true, name: name.normalize("NFC") });
    },
  });
}

const refused: readonly [what: string, name: string, why: string][] = [
  ["of 0 bytes", "", "at least one letter"],
  ["of 129 bytes", "x".repeat(129), "at most 128 bytes, this one has 129"],
  ["of 65 letters with 130 bytes", "ж".repeat(65), "this one has 130"],
  ["with a blank", "a b", "U+0020"],
  ["with NUL", "a\0", "U+0000"],
  ["with a newline", "a\n", "U+000A"],
  ["with ESC", "\x1b[31m", "U+001B"],
  ["with a C1 control", "a\u009d", "U+009D"],
  ["with a bidi override", "a\u202eb", "U+202E"],
  ["with a zero-width joiner", "ad\u200dmin", "U+200D"],
  ["with a soft hyphen", "ad\u00admin", "U+00AD"],
  ["with a Hangul filler", "\u3164", "U+3164"],
  ["with a variation selector", "a\ufe0f", "U+FE0F"],
  ["with a lone surrogate", "a\ud800", "U+D800"],
  ["that climbs out of a folder", "../x", 'not "/"'],
  ["with a backslash", "a\\b", 'not "\\"'],
  ["with a colon", "a:1", 'not ":"'],
  ["that is a folder", "..", "begins with"],
  ["that is hidden", ".x", "begins with"],
  ["that looks like a flag", "-x", "begins with"],
  ["that begins with a mark", "\u0301a", "begins with"],
  ["with a tower of accents", `a${"\u0316".repeat(9)}`, "too many accents"],
  ["with an emoji", "a😀", "U+1F600"],
];

for (const [what, name, why] of refused) {
  Deno.test({
    name: `a name ${what} is refused`,
    permissions,
    fn() {
      const parsed = parsePeerName(name);
      assert(!parsed.ok);
      assertStringIncludes(parsed.why, why);
    },
  });
}

Deno.test({
  name: "two spellings that look the same are the same name",
  permissions,
  fn: () => assertEquals(parsePeerName("Zoe\u0308"), parsePeerName("Zo\u00eb")),
});
