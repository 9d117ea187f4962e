import { assertEquals } from "@std/assert";
import type { MembershipEvent } from "../../../actors/membership.ts";
import { seededRandom } from "../../../actors/runtime/random.ts";
import { Views } from "../../../sim/run/views.ts";

function about(type: "joined" | "left" | "failed" | "suspected", name: string): MembershipEvent {
  const member = { name, address: "127.0.0.1:1", state: "alive", incarnation: 1, meta: new Uint8Array() };
  return { type, member, by: "somebody" } as unknown as MembershipEvent;
}

Deno.test("whoever runs is wrong about whom it does not list and who runs, and about whom it lists and who does not", () => {
  const views = new Views(["a", "b", "c"]);
  views.start("a");
  assertEquals(views.wrongBeliefs(9), [{ observer: "a", subject: "a", listed: false }]);
  views.hear("a", about("joined", "a"));
  assertEquals([views.wrong, views.running], [0, 1]);
  views.start("b");
  views.hear("b", about("joined", "b"));
  assertEquals(views.wrongBeliefs(9), [
    { observer: "a", subject: "b", listed: false },
    { observer: "b", subject: "a", listed: false },
  ]);
  views.hear("a", about("joined", "b"));
  views.hear("b", about("joined", "a"));
  views.hear("b", about("suspected", "a"));
  assertEquals(views.wrong, 0, "a suspect is still there");
  views.end("a");
  assertEquals(views.wrongBeliefs(9), [{ observer: "b", subject: "a", listed: true }]);
  views.hear("b", about("failed", "a"));
  assertEquals(views.wrong, 0);
  views.start("a");
  assertEquals(views.wrong, 3, "a knows nobody any more, itself included, and b does not know that it is back");
});

Deno.test("wrong beliefs that are counted one by one are as many as there are, whatever happens", () => {
  for (let seed = 0; seed < 50; seed++) {
    const random = seededRandom(seed);
    const names = ["a", "b", "c", "d", "e"];
    const views = new Views(names);
    for (let step = 0; step < 200; step++) {
      const [one, other] = [names[random.below(5)]!, names[random.below(5)]!];
      const dice = random.below(4);
      if (dice === 0) views.isRunning(one) ? views.end(one) : views.start(one);
      else views.hear(one, about((["joined", "left", "failed"] as const)[random.below(3)]!, other));
      assertEquals(views.wrong, views.wrongBeliefs(100).length, `seed ${seed}, step ${step}`);
      for (const observer of names) {
        const listed = names.filter((subject) => views.lists(observer, subject));
        assertEquals(views.listed(observer), listed.length, `seed ${seed}, step ${step}, ${observer}`);
      }
      for (const subject of names) {
        const listing = names.filter((observer) => views.isRunning(observer) && views.lists(observer, subject));
        assertEquals(views.listedBy(subject), listing.length, `seed ${seed}, step ${step}, ${subject}`);
      }
    }
  }
});
