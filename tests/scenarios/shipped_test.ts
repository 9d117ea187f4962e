import { assert, assertEquals, assertMatch } from "@std/assert";
import { FOLDER, play, shipped } from "./play.ts";

for (const name of shipped()) {
  Deno.test(`${name} comes true on virtual time, twice alike from one seed`, async () => {
    const [one, two] = [await play(name, "1"), await play(name, "1")];
    assertEquals(one.outcome.type, "passed", JSON.stringify(one.outcome, null, 2));
    assertEquals(one.transcript, two.transcript);
  });

  Deno.test(`${name} comes true with other chances`, async () => {
    for (const seed of ["2", "3"]) {
      const { outcome } = await play(name, seed);
      assertEquals(outcome.type, "passed", `seed ${seed}: ${JSON.stringify(outcome, null, 2)}`);
    }
  });
}

Deno.test("there are at least twelve scenarios, each says in its first lines what it shows, and each looks", () => {
  assert(shipped().length >= 12);
  for (const name of shipped()) {
    const text = Deno.readTextFileSync(FOLDER + name);
    assertMatch(text, /^# [A-Z][^\n]{40,}\n/, name);
    assertMatch(text, /^(expect|members|assert) /m, name);
  }
});
