import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Fifo, NOTHING } from "../../../actors/runtime/fifo.ts";

Deno.test("Fifo does what an array does, whatever is pushed and shifted, in runs long and short", () => {
  const runs = fc.array(fc.tuple(fc.constantFrom("push", "shift", "drain"), fc.nat(700)), { maxLength: 30 });
  fc.assert(fc.property(runs, (runs) => {
    const fifo = new Fifo<number | undefined>();
    const model: (number | undefined)[] = [];
    let next = 0;
    for (const [what, times] of runs) {
      if (what === "drain" && times < 100) assertEquals(fifo.drain(), model.splice(0));
      for (let i = 0; i < times && what !== "drain"; i++) {
        if (what === "shift") {
          assertEquals(fifo.peek(), model.length === 0 ? NOTHING : model[0]);
          assertEquals(fifo.shift(), model.length === 0 ? NOTHING : model.shift());
          continue;
        }
        const item = next++ % 5 === 0 ? undefined : next; // what is undefined is an item too
        fifo.push(item);
        model.push(item);
      }
      assertEquals(fifo.size, model.length);
    }
    assertEquals(fifo.drain(), model);
  }));
});
