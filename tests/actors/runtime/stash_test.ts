import { assertEquals } from "@std/assert";
import type { ActorRef } from "../../../actors/runtime/mod.ts";
import { forEver, type Order, puppet } from "../../support/puppet.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

type Message = "open" | "crash" | number | Readonly<{ replyTo: ActorRef<string> }>;

/** Puts everything aside until it is open. */
function gate(limit?: number) {
  const world = virtualSystem();
  const got: unknown[] = [];
  const ref = world.system.spawn<Message>("gate", (ctx) => {
    let isOpen = false;
    return (message) => {
      if (message === "crash") throw new Error("boom");
      if (message === "open") {
        isOpen = true;
        ctx.unstashAll();
      } else if (!isOpen) ctx.stash(message);
      else if (typeof message === "object") message.replyTo.tell("answered");
      else got.push(message);
    };
  }, limit === undefined ? {} : { mailbox: { stashLimit: limit } });
  return { ...world, got, ref };
}

Deno.test("what was put aside comes back in its order, before what others have sent meanwhile", async () => {
  const { clock, got, ref, system } = gate();
  for (const message of [1, 2, "open", 3, 4] as const) ref.tell(message);
  await clock.advance(0);
  assertEquals([got, system.tree()[0]!.stashed], [[1, 2, 3, 4], 0]);
});

Deno.test("what is put aside again keeps its order", async () => {
  const { clock, system } = virtualSystem();
  const got: string[] = [];
  let rounds = 0;
  const ref = system.spawn<number | "again">("a", (ctx) => (message) => {
    if (message === "again") {
      rounds++;
      return ctx.unstashAll();
    }
    if (rounds < 2) ctx.stash(message);
    else got.push(`${message}`);
  });
  for (const message of [1, 2, "again", 3, "again", 4] as const) ref.tell(message);
  await clock.advance(0);
  assertEquals(got, ["1", "2", "3", "4"]);
});

Deno.test("what was put aside survives a crash, and comes back to the next life before what waits", async () => {
  const { clock, got, ref, deadLetters, system } = gate();
  for (const message of [1, 2, "crash", 3] as const) ref.tell(message);
  await clock.advance(0);
  assertEquals(system.tree()[0]!.stashed, 3);
  ref.tell("open");
  await clock.advance(0);
  assertEquals([got, deadLetters.map(({ message }) => message)], [[1, 2, 3], ["crash"]]);
});

Deno.test("a message that is put aside and then crashes its actor does not come back", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const got: string[] = [];
  const ref = system.spawn<string>("a", (ctx) => (message) => {
    got.push(message);
    if (!message.startsWith("poison")) return;
    ctx.stash(message);
    if (message === "poison, taken back") ctx.unstashAll();
    throw new Error("boom");
  });
  for (const message of ["poison", "next", "poison, taken back", "last"]) ref.tell(message);
  await clock.advance(1_000);
  assertEquals(got, ["poison", "next", "poison, taken back", "last"]);
  assertEquals(deadLetters.map(({ reason }) => reason), ["crashed", "crashed"]);
});

Deno.test("beyond `stashLimit` a message is not put aside but a dead letter, and its ask fails", async () => {
  const { clock, got, ref, deadLetters, system } = gate(2);
  for (const message of [1, 2, 3] as const) ref.tell(message);
  const reply = ref.ask<string>((replyTo) => ({ replyTo }), 1_000).catch(({ reason }) => reason);
  await clock.advance(0);
  assertEquals([deadLetters.map(({ reason }) => reason), await reply], [["stash_full", "stash_full"], "mailbox_full"]);
  ref.tell("open");
  await clock.advance(0);
  assertEquals([got, system.tree()[0]!.dropped], [[1, 2], 2]);
});

Deno.test("an ask that was put aside is answered later, or fails when the actor stops", async () => {
  const { clock, ref } = gate();
  const first = ref.ask<string>((replyTo) => ({ replyTo }), 1_000);
  await clock.advance(10);
  ref.tell("open");
  await clock.advance(0);
  assertEquals(await first, "answered");
  const closed = gate();
  const second = closed.ref.ask<string>((replyTo) => ({ replyTo }), 1_000).catch(({ reason }) => reason);
  await closed.clock.advance(10);
  closed.ref.stop();
  assertEquals([await second, closed.deadLetters.map(({ reason }) => reason)], ["gone", ["stopped"]]);
});

Deno.test("what is still put aside when an actor stops or has drained becomes dead letters", async () => {
  for (const mode of ["finish", "drain", "kill"] as const) {
    const { clock, ref, deadLetters } = gate();
    for (const message of [1, 2] as const) ref.tell(message);
    await clock.advance(0);
    ref.stop({ mode });
    await clock.advance(0);
    assertEquals(deadLetters.map(({ message, reason }) => [message, reason]), [[1, "stopped"], [2, "stopped"]], mode);
  }
});

Deno.test("a timer's message that was put aside ends with the life that set the timer", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const trace: string[] = [];
  const ref = system.spawn("a", puppet);
  const aside: Order = (ctx) => {
    trace.push("timer");
    ctx.stash(aside);
  };
  ref.tell((ctx) => ctx.timers.after("t", 10, aside));
  await clock.advance(20);
  system.crash("/a");
  ref.tell((ctx) => ctx.unstashAll());
  await clock.advance(20);
  assertEquals([trace, deadLetters], [["timer"], []]);
  ref.tell(forEver);
});

Deno.test("a message that finds no room aside and then crashes its actor takes none like it with it", async () => {
  const { clock, system } = virtualSystem();
  const got: string[] = [];
  let life = 0;
  const ref = system.spawn<string>("a", (ctx) => {
    life++;
    return (message) => {
      if (life > 1) return void got.push(message);
      if (!ctx.stash(message)) throw new Error("no room");
    };
  }, { mailbox: { stashLimit: 1 } });
  for (let i = 0; i < 2; i++) ref.tell("the same");
  await clock.advance(10);
  assertEquals(got, ["the same"]);
});
