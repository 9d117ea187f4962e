import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Rounds } from "../../../actors/links/rounds.ts";

Deno.test("who is planned is taken once, in the first round from then on", () => {
  const rounds = new Rounds<string>(10);
  rounds.plan("soon", 5);
  rounds.plan("later", 25);
  assertEquals([rounds.take(9), rounds.take(19), rounds.take(29), rounds.take(99)], [["soon"], [], ["later"], []]);
});

Deno.test("who is planned again is taken in the new round only, and who is dropped in none", () => {
  const rounds = new Rounds<string>(10);
  for (const item of ["earlier", "later", "dropped"]) rounds.plan(item, 25);
  rounds.plan("earlier", 0);
  rounds.plan("later", 45);
  rounds.drop("dropped");
  rounds.drop("never planned");
  assertEquals([rounds.take(9), rounds.take(29), rounds.take(49)], [["earlier"], [], ["later"]]);
});

Deno.test("whatever is planned, nobody is taken more than a round early, or left when his time has come", () => {
  const act = fc.record({ item: fc.nat(5), inMs: fc.nat(60), passMs: fc.nat(25) });
  fc.assert(fc.property(fc.array(act), (acts) => {
    const rounds = new Rounds<number>(10);
    const planned = new Map<number, number>();
    let now = 0;
    for (const { item, inMs, passMs } of acts) {
      rounds.plan(item, now + inMs);
      planned.set(item, now + inMs);
      now += passMs;
      for (const taken of rounds.take(now)) {
        assert(planned.get(taken)! < now + 10 && planned.delete(taken));
      }
      assert([...planned.values()].every((at) => at > now));
    }
  }));
});
