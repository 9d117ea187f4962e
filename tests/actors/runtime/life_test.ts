import { assertEquals, assertThrows } from "@std/assert";
import { crash, idle, notingPuppet, type Order, pause, puppet } from "../../support/puppet.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

Deno.test("an actor starts after `spawn` has returned, and what was sent before waits for it", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  const ref = system.spawn<string>("a", () => {
    trace.push("started");
    return (message) => void trace.push(message);
  });
  ref.tell("hello");
  trace.push("spawned");
  await clock.advance(0);
  assertEquals(trace, ["spawned", "started", "hello"]);
});

Deno.test("a path is the parent's path, a slash and the name, so that no two actors of a system have the same", async () => {
  const { clock, system } = virtualSystem();
  const paths: string[] = [];
  const top = system.spawn("top", puppet);
  top.tell((ctx) => void paths.push(ctx.path, ctx.spawn("a", idle).path, ctx.spawn("b", idle).path));
  system.spawn("a", puppet).tell((ctx) => void paths.push(ctx.path));
  await clock.advance(0);
  assertEquals(paths, ["/top", "/top/a", "/top/b", "/a"]);
});

Deno.test("a name is unique among siblings and free again after a stop", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  const parent = system.spawn("parent", puppet);
  parent.tell((ctx) => {
    const child = ctx.spawn("child", idle);
    assertThrows(() => ctx.spawn("child", idle), RangeError, 'The name "child" is taken');
    ctx.stop(child);
    ctx.spawn("child", notingPuppet("second", trace));
  });
  await clock.advance(0);
  assertEquals([trace, system.actors], [["second starts"], 2]);
});

Deno.test("a child without a name gets one that nobody had before", async () => {
  const { clock, system } = virtualSystem();
  const paths: string[] = [];
  system.spawn("parent", puppet).tell((ctx) => {
    for (let i = 0; i < 3; i++) {
      const child = ctx.spawnUnnamed(puppet);
      paths.push(child.path);
      if (i === 1) ctx.stop(child);
    }
  });
  await clock.advance(0);
  assertEquals([paths, system.crash("/parent/$3"), system.crash("/parent/$2")], [
    ["/parent/$1", "/parent/$2", "/parent/$3"],
    "failed",
    "unknown",
  ]);
  await clock.advance(0);
  assertEquals(system.tree()[0]!.children.map(({ name, restarts }) => `${name} ${restarts}`), ["$1 0", "$3 1"]);
});

Deno.test("the name of an actor that is still ending is taken until it is down", async () => {
  const { clock, system } = virtualSystem();
  const a = system.spawn("a", puppet);
  a.tell(() => pause(clock, 100));
  await clock.advance(0);
  a.stop();
  assertThrows(() => system.spawn("a", idle), RangeError, "taken");
  await clock.advance(100);
  system.spawn("a", idle);
  assertEquals(system.actors, 1);
});

Deno.test("a name is not empty, has no slash, and does not begin with `$`", () => {
  const { system } = virtualSystem();
  for (const name of ["", "/", "a/b", "$1"]) assertThrows(() => system.spawn(name, idle), RangeError, "Not a name");
  assertEquals([system.actors, system.tree()], [0, []]);
});

Deno.test("an actor that has ended starts no children, also from its stop hooks or from work that goes on", async () => {
  const { clock, system, log } = virtualSystem();
  const failures: string[] = [];
  const late = system.spawn("late", puppet, { stopTimeoutMs: 10 });
  late.tell(async (ctx) => {
    await pause(clock, 50);
    failures.push(assertThrows(() => ctx.spawn("child", idle)).message);
  });
  const hooked = system.spawn("hooked", puppet);
  hooked.tell((ctx) => ctx.onStop(() => void ctx.spawn("child", idle)));
  await clock.advance(0);
  late.stop();
  hooked.stop();
  await clock.advance(100);
  assertEquals(failures, ["/late has ended and starts no children"]);
  assertEquals(log.map(({ event, path }) => `${event} ${path}`).slice(0, 2), [
    "stop_hook_failed /hooked",
    "stop_timed_out /late",
  ]);
  assertEquals(system.actors, 0);
});

Deno.test("a system that has stopped starts no actors", async () => {
  const { clock, system } = virtualSystem();
  void system.stop();
  await clock.advance(0);
  assertThrows(() => system.spawn("a", idle), Error, "The system has stopped");
});

Deno.test("a behaviour that returns nothing to receive with fails", async () => {
  const { clock, system, log } = virtualSystem();
  system.spawn("a", (() => undefined) as never, { restart: "temporary" });
  await clock.advance(0);
  assertEquals([system.tree(), log.map(({ event }) => event)], [[], ["actor_crashed"]]);
});

Deno.test("a life that is over changes nothing of the next one: it stops, links, unlinks and supervises nobody", async () => {
  const { clock, system } = virtualSystem("test", { supervision: { backoffMinMs: 0 } });
  const trace: string[] = [];
  const other = system.spawn("other", puppet);
  const a = system.spawn("a", notingPuppet("a", trace), { stopTimeoutMs: 10 });
  let late: Order = () => {};
  a.tell((ctx) => {
    late = () => {
      ctx.stop(ctx.self);
      ctx.stop(ctx.self, { mode: "kill" });
      ctx.unlink(other);
      ctx.supervise({ childrenMax: 0 });
      ctx.timers.after("late", 0, () => void trace.push("late timer"));
      ctx.watch(other, () => () => void trace.push("late watch"));
      ctx.pipeToSelf(Promise.resolve(), () => () => void trace.push("late pipe"), () => () => {});
      ctx.unstashAll();
      trace.push(`stash ${ctx.stash(crash)}, signal ${ctx.signal.aborted}`);
      ctx.onStop(() => trace.push("closed at once"));
    };
    throw new Error("boom");
  });
  a.tell((ctx) => {
    ctx.link(other);
    ctx.spawn("child", idle);
  });
  await clock.advance(1);
  trace.length = 0;
  a.tell(() => late(undefined as never));
  a.tell((ctx) => void ctx.spawn("second", idle));
  await clock.advance(1);
  assertEquals(system.tree()[1]!.children.map(({ name }) => name), ["child", "second"]);
  other.tell(crash);
  await clock.advance(200);
  assertEquals(trace, ["stash false, signal true", "closed at once", "a ends", "a starts"]);
});

Deno.test("who gets the name of one that is gone, or is started again by a new life of its parent, gets other dice", async () => {
  const { clock, system } = virtualSystem();
  const draws: number[] = [];
  for (let i = 0; i < 2; i++) {
    const ref = system.spawn("parent", puppet);
    for (let life = 0; life < 2; life++) {
      ref.tell((ctx) => void ctx.spawn("child", puppet).tell((ctx) => void draws.push(ctx.random.next())));
      await clock.advance(1_000);
      if (life === 0) ref.tell(crash);
    }
    ref.stop();
    await clock.advance(0);
  }
  assertEquals([draws.length, new Set(draws).size], [4, 4]);
});
