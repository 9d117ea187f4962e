import { assertEquals, assertThrows } from "@std/assert";
import type { Behavior } from "../../../actors/runtime/mod.ts";
import { idle, puppet } from "../../support/puppet.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

/** Starts a child like itself, and that another one, until it may not. */
const breeder: Behavior<unknown> = (ctx) => {
  ctx.spawn("child", breeder, { restart: "temporary" });
  return () => {};
};

Deno.test("64 generations below the system are enough: one more is refused with a `RangeError`", async () => {
  const { clock, system, log } = virtualSystem("test", { supervision: { maxRestarts: 0 } });
  let deepest = 0;
  const digger: Behavior<unknown> = (ctx) => {
    deepest = ctx.path.split("/").length - 1;
    try {
      ctx.spawn("child", digger);
    } catch (error) {
      ctx.log.info("refused", { error: String(error) });
    }
    return () => {};
  };
  system.spawn("top", digger);
  await clock.advance(0);
  assertEquals([deepest, system.actors, log.map(({ event }) => event)], [64, 64, ["refused"]]);
  assertEquals(String(log[0]!.fields["error"]).endsWith("is 64 generations deep already"), true);
});

Deno.test("a behaviour that spawns without end fails, and what it did goes with it", async () => {
  const { clock, system } = virtualSystem("test", { actorsMax: 10 });
  system.spawn("calm", idle);
  system.spawn("breeder", breeder, { restart: "temporary" });
  await clock.advance(100_000);
  assertEquals(system.tree().map(({ name }) => name).includes("calm"), true);
  assertEquals(system.actors <= 10, true);
});

Deno.test("an actor has 4,096 children at most, unless it says otherwise", async () => {
  const { clock, system } = virtualSystem();
  const counts: number[] = [];
  system.spawn("parent", puppet).tell((ctx) => {
    let children = 0;
    const spawnAll = (): number => {
      assertThrows(
        () => {
          for (;;) {
            ctx.spawn(`${children}`, idle);
            children++;
          }
        },
        RangeError,
        "children already",
      );
      return children;
    };
    counts.push(spawnAll());
    ctx.supervise({ childrenMax: 4_100 });
    counts.push(spawnAll());
  });
  await clock.advance(0);
  assertEquals(counts, [4_096, 4_100]);
});

Deno.test("a system has so many actors at most, and those that stopped count no more", async () => {
  const { clock, system } = virtualSystem("test", { actorsMax: 3 });
  const refs = ["a", "b", "c"].map((name) => system.spawn(name, idle));
  assertThrows(() => system.spawn("d", idle), RangeError, "already");
  refs[0]!.tell("");
  await clock.advance(0);
  refs[0]!.stop();
  system.spawn("d", idle);
  assertThrows(() => system.spawn("e", idle), RangeError, "already");
  assertEquals(system.actors, 3);
});
