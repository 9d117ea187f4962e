import { assertEquals } from "@std/assert";
import { Unsettled } from "../../../actors/cli_chat/unsettled.ts";

const ledger = (): Unsettled<string, string> => new Unsettled((proof, thing) => proof === thing);

Deno.test("what is proven is settled, once for each proof, and the rest is in its order", () => {
  const one = ledger();
  for (const thing of ["a", "b", "a", "c"]) one.keep(thing, 0);
  one.settle("a", 1);
  assertEquals(one.take(1), ["b", "a", "c"]);
  assertEquals(one.take(1), [], "and is taken once");
});

Deno.test("a proof may come first, and settles one thing that comes within 5 s", () => {
  const one = ledger();
  one.settle("a", 0);
  one.keep("a", 5_000);
  one.keep("a", 5_000);
  assertEquals(one.take(5_000), ["a"]);
  one.settle("b", 0);
  one.keep("b", 5_001);
  assertEquals(one.take(5_001), ["b"], "later, it is another");
});

Deno.test("who takes over leaves no proof behind", () => {
  const one = ledger();
  one.settle("a", 0);
  one.take(0);
  one.keep("a", 0);
  assertEquals(one.take(0), ["a"]);
});

Deno.test("nothing is kept for longer than a minute, nor more than 256, and what gives way is counted", () => {
  const one = ledger();
  assertEquals(one.keep("old", 0), 0);
  assertEquals(one.keep("new", 60_001), 1);
  assertEquals(one.take(60_001), ["new"]);
  let gone = 0;
  for (let i = 0; i < 300; i++) gone += one.keep(`${i}`, 0);
  assertEquals(gone, 44);
  assertEquals(one.take(0)[0], "44");
  one.keep("a", 0);
  assertEquals(one.take(60_001), []);
});
