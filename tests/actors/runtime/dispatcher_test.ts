import { assert, assertEquals } from "@std/assert";
import type { ActorRef } from "../../../actors/runtime/mod.ts";
import { LeapingClock } from "../../support/leaping_clock.ts";
import { forEver, type Order, pause, puppet } from "../../support/puppet.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

Deno.test("actors with messages take turns, in the order in which they became ready", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  const refs = ["a", "b", "c"].map((name) => system.spawn(name, puppet));
  await clock.advance(0);
  for (const ref of [refs[2]!, refs[0]!, refs[1]!]) {
    for (let i = 0; i < 100; i++) ref.tell(() => void trace.push(ref.path));
  }
  await clock.advance(0);
  const order = trace.filter((path, at) => path !== trace[at - 1]);
  assertEquals([order, trace.length], [["/c", "/a", "/b", "/c", "/a", "/b"], 300]);
});

Deno.test("an actor that waits for a promise keeps nobody from their turns", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  system.spawn("waiting", puppet).tell(forEver);
  system.spawn("other", puppet).tell(() => void trace.push("served"));
  await clock.advance(0);
  assertEquals(trace, ["served"]);
});

Deno.test("an actor that sends to itself has one turn at a time, like everybody", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  const endless: Order = (ctx) => {
    trace.push(ctx.path);
    if (trace.length < 2_000) ctx.self.tell(endless);
  };
  for (const name of ["a", "b"]) system.spawn(name, puppet).tell(endless);
  await clock.advance(0);
  const turns = trace.filter((path, at) => path !== trace[at - 1]);
  assert(turns.length >= 2_000 / 64, `${turns.length} changes of who has the turn`);
});

Deno.test("after five milliseconds of turns, timers and sockets get theirs", async () => {
  const clock = new LeapingClock();
  const { system } = virtualSystem("test", { clock });
  let handled = 0;
  const refs = Array.from({ length: 100 }, (_, at) => system.spawn(`${at}`, puppet));
  await clock.virtual.advance(0);
  const served: number[] = [];
  clock.after(0, () => {
    for (const ref of refs) {
      ref.tell(() => {
        clock.leap(1);
        handled++;
      });
    }
    clock.after(0, () => served.push(handled));
  });
  await clock.virtual.advance(0);
  assertEquals([served.length, handled], [1, 100]);
  assert(served[0]! <= 16, `${served[0]} turns of 1 ms before the timer`);
});

Deno.test("actors that keep each other busy through promises leave timers and sockets their turns too", async () => {
  const clock = new LeapingClock();
  const { system } = virtualSystem("test", { clock });
  let asked = 0;
  let served = -1;
  const echo = system.spawn<ActorRef<string>>("echo", () => (replyTo) => {
    clock.leap(0.01);
    replyTo.tell("hi");
  });
  system.spawn("asker", puppet).tell(async (ctx) => {
    clock.after(0, () => served = asked);
    for (asked = 0; asked < 10_000; asked++) {
      await ctx.ask<ActorRef<string>, string>(echo, (replyTo) => replyTo, 1_000);
    }
  });
  await clock.virtual.advance(0);
  assert(asked === 10_000 && served >= 0 && served < 600, `${served} asks before the timer`);
});

Deno.test("on a virtual clock, the same seed gives the same run, to the last turn", async () => {
  const run = async (seed: string): Promise<string> => {
    const { clock, system } = virtualSystem(seed);
    const trace: string[] = [];
    const refs: ActorRef<Order>[] = [];
    const act: Order = async (ctx) => {
      trace.push(`${ctx.path} ${clock.now()}`);
      if (trace.length > 500) return;
      const other = refs[ctx.random.below(refs.length)]!;
      if (ctx.random.next() < 0.3) await pause(clock, ctx.random.below(10));
      if (ctx.random.next() < 0.1) throw new Error("boom");
      ctx.timers.after("t", ctx.random.below(20), act);
      other.tell(act);
    };
    for (let at = 0; at < 5; at++) refs.push(system.spawn(`${at}`, puppet));
    for (const ref of refs) ref.tell(act);
    await clock.advance(2_000);
    return trace.join();
  };
  assertEquals(await run("one"), await run("one"));
  assert(await run("one") !== await run("two"));
});

Deno.test("each life of an actor has dice of its own, whatever others draw", async () => {
  const drawn = async (others: number): Promise<number[]> => {
    const { clock, system } = virtualSystem();
    const draws: number[] = [];
    for (let i = 0; i < others; i++) system.spawn(`${i}`, puppet).tell((ctx) => void ctx.random.next());
    const ref = system.spawn("a", puppet);
    ref.tell((ctx) => {
      draws.push(ctx.random.next());
      throw new Error("boom");
    });
    ref.tell((ctx) => void draws.push(ctx.random.next()));
    await clock.advance(1);
    return draws;
  };
  const draws = await drawn(0);
  assertEquals(draws, await drawn(3));
  assertEquals(new Set(draws).size, 2);
});
