import { assertEquals } from "@std/assert";
import type { ActorRef, Behavior, StopReason } from "../../../actors/runtime/mod.ts";
import { crash, forEver, idle, type Order, puppet } from "../../support/puppet.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

/** Watches `ref` and notes what it hears. */
function watcher(ref: ActorRef<never>, notes: string[]): Behavior<string | Order> {
  return (ctx) => {
    ctx.watch(ref as ActorRef<unknown>, (reason) => `${ctx.path} hears ${reason}`);
    return (message) => {
      if (typeof message === "string") notes.push(message);
    };
  };
}

Deno.test("who watches is told exactly once, with the reason", async () => {
  const { clock, system } = virtualSystem();
  const notes: string[] = [];
  const endings: Record<StopReason & string, (ref: ActorRef<Order>) => void> = {
    finished: (ref) => ref.tell((ctx) => ctx.stop(ctx.self)),
    stopped: (ref) => ref.stop(),
    killed: (ref) => ref.stop({ mode: "kill" }),
    failed: (ref) => ref.tell(crash),
    unreachable: () => {},
    unknown: () => {},
  };
  const expected = ["finished", "stopped", "killed", "failed"] as const;
  for (const reason of expected) {
    const mortal = system.spawn(`mortal ${reason}`, puppet, { restart: "temporary" });
    system.spawn(reason, watcher(mortal as ActorRef<never>, notes));
    await clock.advance(0);
    for (let i = 0; i < 2; i++) endings[reason](mortal);
    await clock.advance(100);
  }
  assertEquals(notes, expected.map((reason) => `/${reason} hears ${reason}`));
});

Deno.test("who watches an actor that is gone is told at once", async () => {
  const { clock, system } = virtualSystem();
  const notes: string[] = [];
  const mortal = system.spawn("mortal", puppet);
  mortal.tell((ctx) => ctx.stop(ctx.self));
  await clock.advance(0);
  mortal.watch((reason) => notes.push(`outside hears ${reason}`));
  system.spawn("a", watcher(mortal as ActorRef<never>, notes));
  await clock.advance(0);
  assertEquals(notes, ["outside hears finished", "/a hears finished"]);
});

Deno.test("a restart is no end: who watches hears nothing of it", async () => {
  const { clock, system } = virtualSystem();
  const notes: string[] = [];
  const mortal = system.spawn("mortal", puppet);
  system.spawn("a", watcher(mortal as ActorRef<never>, notes));
  mortal.tell(crash);
  await clock.advance(1_000);
  assertEquals([notes, system.tree()[0]!.restarts], [[], 1]);
});

Deno.test("a watch ends with the life that began it, and with `unwatch`", async () => {
  const { clock, system } = virtualSystem();
  const notes: string[] = [];
  const mortal = system.spawn("mortal", puppet);
  const note = (reason: StopReason): Order => () => void notes.push(reason);
  const crashing = system.spawn("crashing", puppet);
  crashing.tell((ctx) => {
    ctx.watch(mortal, note);
    throw new Error("boom");
  });
  const unwatching = system.spawn("unwatching", puppet);
  unwatching.tell((ctx) => ctx.watch(mortal, note));
  unwatching.tell((ctx) => ctx.unwatch(mortal));
  unwatching.tell((ctx) => ctx.unwatch(mortal));
  const cancel = mortal.watch((reason) => notes.push(reason));
  cancel();
  await clock.advance(10);
  mortal.stop();
  await clock.advance(10);
  assertEquals(notes, []);
});

Deno.test("watching twice replaces the message", async () => {
  const { clock, system } = virtualSystem();
  const notes: string[] = [];
  const mortal = system.spawn("mortal", puppet);
  system.spawn("a", puppet).tell((ctx) => {
    for (const name of ["first", "second"]) ctx.watch(mortal, () => () => void notes.push(name));
  });
  await clock.advance(0);
  mortal.stop();
  await clock.advance(0);
  assertEquals(notes, ["second"]);
});

Deno.test("actors may watch each other, and themselves to no effect", async () => {
  const { clock, system } = virtualSystem();
  const notes: string[] = [];
  const [a, b] = ["a", "b"].map((name) => system.spawn(name, puppet));
  const watch = (ref: ActorRef<Order>): Order => (ctx) =>
    ctx.watch(ref, (reason) => () => void notes.push(`${ctx.path} hears ${reason} of ${ref.path}`));
  a!.tell(watch(b!));
  a!.tell(watch(a!));
  b!.tell(watch(a!));
  await clock.advance(0);
  a!.stop();
  await clock.advance(0);
  b!.stop();
  await clock.advance(0);
  assertEquals(notes, ["/b hears stopped of /a"]);
});

Deno.test("what a watcher from outside throws is logged, and the others are told", async () => {
  const { clock, system, log } = virtualSystem();
  const notes: string[] = [];
  const mortal = system.spawn("mortal", puppet);
  mortal.watch(() => {
    throw new Error("boom");
  });
  mortal.watch((reason) => notes.push(reason));
  await clock.advance(0);
  void system.stop().then(() => notes.push("system down"));
  await clock.advance(0);
  assertEquals([notes, log.map(({ event }) => event)], [["stopped", "system down"], ["watcher_failed"]]);
});

Deno.test("when who watches is told, the name is free again", async () => {
  const { clock, system } = virtualSystem();
  const mortal = system.spawn("mortal", puppet);
  mortal.watch(() => void system.spawn("mortal", idle));
  await clock.advance(0);
  mortal.stop();
  await clock.advance(0);
  assertEquals(system.tree().map(({ state }) => state), ["running"]);
});

Deno.test("a watcher may stop, kill and crash whom it likes", async () => {
  const { clock, system } = virtualSystem();
  const parent = system.spawn("parent", puppet);
  parent.tell((ctx) => {
    const children = ["a", "b", "c"].map((name) => ctx.spawn(name, puppet));
    children[2]!.watch(() => {
      children[0]!.stop({ mode: "kill" });
      parent.stop({ mode: "kill" });
      system.crash("/parent/b");
      void system.stop();
    });
    children[1]!.tell(forEver);
  });
  await clock.advance(0);
  parent.stop();
  await clock.advance(0);
  assertEquals([system.actors, system.tree()], [0, []]);
});
