import { assertEquals, assertThrows } from "@std/assert";
import type { ActorRef, Behavior, StopReason } from "../../../actors/runtime/mod.ts";
import { LIFECYCLE } from "../../../actors/runtime/mod.ts";
import { crash, forEver, idle, notingPuppet, type Order, pause, puppet } from "../../support/puppet.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

/** Counts, and takes `workMs` for each message if that is given. */
function worker(done: number[], work?: () => Promise<void>): Behavior<number> {
  return () => async (message) => {
    await work?.();
    done.push(message);
  };
}

Deno.test("children stop in reverse order of their start, each before the next one, and before their parent", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  system.spawn("parent", notingPuppet("parent", trace)).tell((ctx) => {
    for (const name of ["a", "b", "c"]) {
      ctx.spawn(name, notingPuppet(name, trace)).tell(() => pause(clock, 10));
    }
  });
  await clock.advance(0);
  trace.length = 0;
  let stoppedAt = -1;
  void system.stop().then(() => stoppedAt = clock.now());
  await clock.advance(100);
  assertEquals([trace, stoppedAt], [["c ends", "b ends", "a ends", "parent ends"], 10]);
});

Deno.test("a stop lets the message being handled finish, and what waits becomes dead letters", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const done: number[] = [];
  const a = system.spawn("a", worker(done, () => pause(clock, 10)));
  for (const n of [1, 2, 3]) a.tell(n);
  await clock.advance(0);
  a.stop();
  await clock.advance(100);
  assertEquals([done, deadLetters.map(({ message, reason }) => [message, reason])], [[1], [[2, "stopped"], [
    3,
    "stopped",
  ]]]);
});

Deno.test("messages to a stopped actor become dead letters", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const ref = system.spawn<string>("a", (ctx) => (message) => {
    if (message === "stop") ctx.stop(ctx.self);
  });
  ref.tell("stop");
  ref.tell("waiting");
  await clock.advance(0);
  ref.tell("late");
  assertEquals(deadLetters.map(({ to, message, reason }) => ({ to, message, reason })), [
    { to: "/a", message: "waiting", reason: "stopped" },
    { to: "/a", message: "late", reason: "stopped" },
  ]);
});

Deno.test("an actor that ends its own life handles that message to its end before its stop hooks run", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  const endings: Record<string, (ref: ActorRef<Order>, stop: () => void) => void> = {
    "ctx.stop": (_, stop) => stop(),
    "ref.stop": (ref) => ref.stop(),
    "system.crash": (ref) => void system.crash(ref.path),
    "parent stops": () => parent.stop(),
  };
  const parent = system.spawn("parent", puppet);
  parent.tell((parentCtx) => {
    for (const [name, end] of Object.entries(endings)) {
      const a = parentCtx.spawn(name, notingPuppet(name, trace), { restart: "temporary" });
      a.tell((ctx) => {
        end(a, () => ctx.stop(ctx.self));
        trace.push(`${name} says goodbye`);
      });
    }
  });
  await clock.advance(0);
  assertEquals(
    trace.filter((line) => !line.endsWith("starts")),
    Object.keys(endings).flatMap((name) => [`${name} says goodbye`, `${name} ends`]),
  );
});

Deno.test("an actor that ends in the middle of asynchronous work ends, and starts again, when that work is done", async () => {
  const { clock, system } = virtualSystem("test", { supervision: { backoffMinMs: 0 } });
  const trace: string[] = [];
  const note = (what: string): void => void trace.push(`${what} at ${clock.now()}`);
  const a = system.spawn<string>("a", (ctx) => {
    note("start");
    ctx.onStop(() => note("end"));
    return async (message) => {
      if (message === "stop before") ctx.stop(ctx.self);
      if (message === "crash before") system.crash("/a");
      await pause(clock, 50);
      if (message === "stop after") ctx.stop(ctx.self);
      note(message);
    };
  }, { restart: "permanent" });
  for (const message of ["stop before", "stop after", "crash before"]) {
    a.tell(message);
    await clock.advance(1_000);
  }
  assertEquals(trace, [
    "start at 0",
    "stop before at 50",
    "end at 50",
    "start at 50",
    "stop after at 1050",
    "end at 1050",
    "start at 1050",
    "crash before at 2050",
    "end at 2050",
    "start at 2050",
  ]);
});

Deno.test("a stop aborts the signal and waits for asynchronous work, but no longer than `stopTimeoutMs`", async () => {
  const { clock, system, log } = virtualSystem();
  let aborted = false;
  const ref = system.spawn("a", puppet, { stopTimeoutMs: 300 });
  ref.tell((ctx) => {
    ctx.signal.addEventListener("abort", () => aborted = true);
    return forEver();
  });
  await clock.advance(0);
  let stoppedAt = -1;
  void system.stop().then(() => stoppedAt = clock.now());
  await clock.advance(1_000);
  assertEquals([aborted, stoppedAt, log.map(({ event }) => event)], [true, 300, ["stop_timed_out", "dead_letter"]]);
  assertEquals(system.tree(), []);
});

Deno.test("what is thrown by a message whose actor is ending makes it a dead letter and changes nothing else", async () => {
  const { clock, system, deadLetters, log } = virtualSystem();
  const reasons: StopReason[] = [];
  const orders: Order[] = [
    (ctx) => {
      ctx.stop(ctx.self);
      throw new Error("after the stop");
    },
    async (ctx) => {
      ctx.stop(ctx.self);
      await pause(clock, 10);
      throw new Error("long after the stop");
    },
  ];
  for (const [at, order] of orders.entries()) {
    const ref = system.spawn(`${at}`, puppet);
    ref.watch((reason) => reasons.push(reason));
    ref.tell(order);
  }
  await clock.advance(100);
  assertEquals(reasons, ["finished", "finished"]);
  assertEquals(deadLetters.map(({ reason, cause }) => [reason, String(cause)]), [
    ["crashed", "Error: after the stop"],
    ["crashed", "Error: long after the stop"],
  ]);
  assertEquals(log.filter(({ level }) => level === "error"), []);
});

Deno.test("a drain handles what waits first and takes nothing more in", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const done: number[] = [];
  const a = system.spawn("a", worker(done, () => pause(clock, 10)));
  for (const n of [1, 2, 3]) a.tell(n);
  a.stop({ mode: "drain" });
  a.tell(4);
  const refused = a.ask(() => 5, 1_000).catch(({ reason }) => reason);
  const alsoRefused = a.tellAndWait(6, 1_000).catch(({ reason }) => reason);
  let reason: StopReason | undefined;
  a.watch((why) => reason = why);
  await clock.advance(29);
  assertEquals([done, reason], [[1, 2], undefined]);
  await clock.advance(1);
  assertEquals([done, reason, await refused, await alsoRefused], [[1, 2, 3], "stopped", "gone", "gone"]);
  assertEquals(deadLetters.map(({ message }) => message), [4, 5]);
});

Deno.test("an actor that drains takes in what its own timers, watches and promises say, and nothing else of its own", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const trace: string[] = [];
  const a = system.spawn<string>("a", (ctx) => async (message) => {
    trace.push(message);
    if (message !== "first") return;
    ctx.timers.after("t", 5, "timer");
    ctx.self.tell("to myself");
    await pause(clock, 10);
  });
  a.tell("first");
  a.tell("second");
  a.stop({ mode: "drain" });
  await clock.advance(100);
  assertEquals([trace, deadLetters.map(({ message }) => message)], [["first", "timer", "second"], ["to myself"]]);
  assertEquals(system.actors, 0);
});

Deno.test("a drain reaches the children too, the last started first", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  const parent = system.spawn("parent", notingPuppet("parent", trace));
  parent.tell((ctx) => {
    for (const name of ["a", "b"]) {
      const child = ctx.spawn(name, notingPuppet(name, trace));
      for (const n of [1, 2]) child.tell(() => pause(clock, 10).then(() => void trace.push(`${name} ${n}`)));
    }
  });
  await clock.advance(0);
  trace.length = 0;
  parent.stop({ mode: "drain" });
  await clock.advance(100);
  // They work side by side; only their ends have an order.
  assertEquals(trace, ["a 1", "b 1", "a 2", "b 2", "b ends", "a ends", "parent ends"]);
});

Deno.test("a drain that takes longer than its deadline, or than `stopTimeoutMs` without one, becomes a kill", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const ends: string[] = [];
  for (const [name, deadlineMs] of [["with", 25], ["without", undefined]] as const) {
    const ref = system.spawn(name, worker([], () => pause(clock, 10)), { stopTimeoutMs: 45 });
    ref.watch((reason) => ends.push(`${name} ${reason} at ${clock.now()}`));
    for (const n of [1, 2, 3, 4, 5, 6]) ref.tell(n);
    ref.stop(deadlineMs === undefined ? { mode: "drain" } : { mode: "drain", deadlineMs });
  }
  await clock.advance(1_000);
  assertEquals(ends, ["with killed at 25", "without killed at 45"]);
  assertEquals(deadLetters.map(({ to, message }) => `${to} ${message}`), [
    ...[4, 5, 6, 3].toSorted().map((n) => `/with ${n}`),
    ...[5, 6].map((n) => `/without ${n}`),
  ]);
});

Deno.test("an actor that crashes while it drains is not started again", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const trace: string[] = [];
  const a = system.spawn("a", notingPuppet("a", trace), { restart: "permanent" });
  a.tell(crash);
  a.tell(() => void trace.push("not reached"));
  a.stop({ mode: "drain" });
  await clock.advance(1_000);
  assertEquals([trace, deadLetters.map(({ reason }) => reason)], [["a starts", "a ends"], ["crashed", "stopped"]]);
  assertEquals(system.actors, 0);
});

Deno.test("a kill waits for nothing, and the message that it cuts off becomes a dead letter", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const trace: string[] = [];
  const parent = system.spawn("parent", notingPuppet("parent", trace));
  let reason: StopReason | undefined;
  parent.watch((why) => reason = why);
  parent.tell((ctx) => {
    ctx.spawn("child", notingPuppet("child", trace)).tell(forEver);
    return forEver();
  });
  await clock.advance(0);
  parent.tell(crash);
  parent.stop({ mode: "kill" });
  assertEquals(reason, "killed");
  assertEquals(trace, ["parent starts", "child starts", "child ends", "parent ends"]);
  assertEquals(deadLetters.map(({ to, reason }) => [to, reason]), [
    ["/parent/child", "stopped"],
    ["/parent", "stopped"],
    ["/parent", "stopped"],
  ]);
  assertEquals(system.actors, 0);
});

Deno.test("a kill overtakes a drain and a stop, and a stop overtakes a drain", async () => {
  const { clock, system } = virtualSystem();
  const ends: string[] = [];
  const started = (name: string): ActorRef<number> => {
    const ref = system.spawn(name, worker([], () => pause(clock, 20)));
    ref.watch((reason) => ends.push(`${name} ${reason} at ${clock.now()}`));
    for (const n of [1, 2, 3]) ref.tell(n);
    return ref;
  };
  const [first, second, third] = [started("drain, kill"), started("stop, kill"), started("drain, stop")];
  await clock.advance(0);
  first.stop({ mode: "drain" });
  second.stop();
  third.stop({ mode: "drain" });
  await clock.advance(5);
  first.stop({ mode: "kill" });
  second.stop({ mode: "kill" });
  third.stop();
  third.stop({ mode: "drain" }); // too late
  await clock.advance(100);
  assertEquals(ends, ["drain, kill killed at 5", "stop, kill killed at 5", "drain, stop stopped at 20"]);
});

Deno.test("a stop that overtakes a drain spares the children their queues too", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const done: number[] = [];
  const parent = system.spawn("parent", puppet);
  parent.tell((ctx) => {
    const child = ctx.spawn("child", worker(done, () => pause(clock, 20)));
    for (const n of [1, 2, 3]) child.tell(n);
    return pause(clock, 10);
  });
  await clock.advance(0);
  parent.stop({ mode: "drain" });
  await clock.advance(5);
  parent.stop();
  await clock.advance(100);
  assertEquals([done, deadLetters.map(({ message }) => message)], [[1], [2, 3]]);
});

Deno.test("a stop with a deadline becomes a kill when that is over, also when a child or a grandchild holds it up", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  const top = system.spawn("top", notingPuppet("top", trace));
  top.tell((ctx) => {
    ctx.spawn("middle", notingPuppet("middle", trace)).tell((ctx) => {
      ctx.spawn("bottom", notingPuppet("bottom", trace)).tell(forEver);
    });
  });
  await clock.advance(0);
  trace.length = 0;
  top.watch((reason) => trace.push(`${reason} at ${clock.now()}`));
  top.stop({ deadlineMs: 50 });
  await clock.advance(10_000);
  assertEquals(trace, ["bottom ends", "middle ends", "top ends", "killed at 50"]);
});

Deno.test("an actor that stops itself may set itself a deadline", async () => {
  const { clock, system } = virtualSystem();
  let end = "";
  const a = system.spawn("a", puppet);
  a.watch((reason) => end = `${reason} at ${clock.now()}`);
  a.tell((ctx) => {
    ctx.stop(ctx.self, { deadlineMs: 30 });
    return forEver();
  });
  await clock.advance(1_000);
  assertEquals(end, "killed at 30");
});

Deno.test("an actor that drains or kills itself is not started again", async () => {
  const { clock, system } = virtualSystem();
  const ends: string[] = [];
  for (const mode of ["drain", "kill"] as const) {
    const ref = system.spawn(mode, puppet, { restart: "permanent" });
    ref.watch((reason) => ends.push(`${mode}: ${reason}`));
    ref.tell((ctx) => ctx.stop(ctx.self, { mode }));
  }
  await clock.advance(1_000);
  assertEquals([ends, system.actors], [["drain: stopped", "kill: killed"], 0]);
});

Deno.test("stop hooks run after the children have stopped, the last registered first", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  const a = system.spawn("a", puppet);
  a.tell((ctx) => {
    ctx.onStop(() => trace.push("first"));
    ctx.spawn("child", notingPuppet("child", trace));
    ctx.onStop(() => trace.push("second"));
  });
  await clock.advance(0);
  a.stop();
  assertEquals(trace, ["child starts", "child ends", "second", "first"]);
});

Deno.test("a stop hook that throws is logged and the others still run", async () => {
  const { clock, system, log } = virtualSystem();
  const trace: string[] = [];
  system.spawn("a", puppet).tell((ctx) => {
    ctx.onStop(() => trace.push("first"));
    ctx.onStop(() => {
      throw new Error("hook");
    });
  });
  await clock.advance(0);
  void system.stop();
  await clock.advance(0);
  assertEquals([trace, log.map((record) => record.event)], [["first"], ["stop_hook_failed"]]);
});

Deno.test("a stop hook may stop, kill, crash or send to anybody, itself and its parent included", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const trace: string[] = [];
  system.events.subscribe(LIFECYCLE, ({ type, path }) => type === "stopped" && trace.push(path));
  const hooks: ((self: ActorRef<Order>, parent: ActorRef<Order>, sibling: ActorRef<Order>) => void)[] = [
    (self) => self.stop(),
    (self) => self.stop({ mode: "kill" }),
    (self) => self.stop({ mode: "drain" }),
    (self) => void system.crash(self.path),
    (self) => self.tell(() => {}),
    (_, parent) => parent.stop(),
    (_, parent) => parent.stop({ mode: "kill" }),
    (_, parent) => void system.crash(parent.path),
    (_, __, sibling) => sibling.stop(),
    (_, __, sibling) => sibling.stop({ mode: "kill" }),
    (_, __, sibling) => void system.crash(sibling.path),
  ];
  for (const [at, hook] of hooks.entries()) {
    const parent = system.spawn(`${at}`, puppet, { restart: "temporary" });
    parent.tell((parentCtx) => {
      const sibling = parentCtx.spawn("sibling", puppet);
      parentCtx.spawn("a", puppet).tell((ctx) => {
        ctx.onStop(() => hook(ctx.self, parent, sibling));
        ctx.stop(ctx.self);
      });
    });
    await clock.advance(1_000);
    parent.stop();
    await clock.advance(1_000);
    assertEquals(trace.filter((path) => path.startsWith(`/${at}`)).toSorted(), [
      `/${at}`,
      `/${at}/a`,
      `/${at}/sibling`,
    ]);
    assertEquals([at, system.actors, system.tree()], [at, 0, []]);
  }
  assertEquals(deadLetters.length, 1);
});

Deno.test("actors that stop each other stop once", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  const refs: ActorRef<Order>[] = [];
  for (const at of [0, 1, 2]) {
    refs.push(system.spawn(`${at}`, notingPuppet(`${at}`, trace)));
    refs[at]!.tell((ctx) => ctx.onStop(() => refs[(at + 1) % 3]!.stop()));
  }
  await clock.advance(0);
  trace.length = 0;
  refs[0]!.stop();
  assertEquals([trace, system.actors], [["2 ends", "1 ends", "0 ends"], 0]);
});

Deno.test("the system stops when all its actors have, and says so once to each who waits", async () => {
  const { clock, system } = virtualSystem();
  const told: string[] = [];
  system.onStopped((failure) => told.push(`onStopped ${failure}`));
  system.spawn("a", puppet).tell(() => pause(clock, 10));
  await clock.advance(0);
  void system.stop().then(() => told.push(`first at ${clock.now()}`));
  void system.stop().then(() => told.push(`second at ${clock.now()}`));
  await clock.advance(100);
  await system.stop();
  assertEquals(told, ["onStopped undefined", "first at 10", "second at 10"]);
});

Deno.test("ten thousand children stop without a stack as deep", async () => {
  const { clock, system } = virtualSystem();
  let ends = 0;
  const parent = system.spawn("parent", puppet);
  parent.tell((ctx) => {
    ctx.supervise({ childrenMax: 10_000 });
    for (let i = 0; i < 10_000; i++) {
      ctx.spawn<never>(`${i}`, (child) => {
        child.onStop(() => ends++);
        return () => {};
      });
    }
  });
  await clock.advance(100);
  assertEquals(system.actors, 10_001);
  parent.stop();
  await clock.advance(0);
  assertEquals([ends, system.actors], [10_000, 0]);
  system.spawn("parent", idle);
});

Deno.test("an actor that kills itself and works on has cut off its own message", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  system.spawn("a", puppet).tell(async (ctx) => {
    ctx.stop(ctx.self, { mode: "kill" });
    await pause(clock, 10);
  });
  await clock.advance(100);
  assertEquals([deadLetters.map(({ reason }) => reason), system.actors], [["stopped"], 0]);
});

Deno.test("of several deadlines the first to be over counts, whoever set it", async () => {
  for (const deadlines of [[50, 4_000], [4_000, 50]]) {
    const { clock, system } = virtualSystem();
    let end = "";
    const a = system.spawn("a", puppet);
    a.watch((reason) => end = `${reason} at ${clock.now()}`);
    a.tell(forEver);
    await clock.advance(0);
    for (const deadlineMs of deadlines) a.stop({ deadlineMs });
    await clock.advance(10_000);
    assertEquals(end, "killed at 50");
  }
});

Deno.test("a deadline that is below 0 or no number is refused with a `RangeError`, and stops nobody", async () => {
  const { clock, system } = virtualSystem();
  const a = system.spawn("a", puppet);
  await clock.advance(0);
  for (const deadlineMs of [-1, NaN]) {
    for (const mode of ["finish", "drain"] as const) assertThrows(() => a.stop({ mode, deadlineMs }), RangeError);
  }
  await clock.advance(10_000);
  assertEquals(system.tree().map(({ state }) => state), ["running"]);
});

Deno.test("a listener of the signal that throws is logged, and the others still hear it", async () => {
  const { clock, system, log } = virtualSystem();
  const heard: string[] = [];
  const ref = system.spawn<never>("a", ({ signal }) => {
    signal.addEventListener("abort", () => {
      throw new Error("in the listener");
    });
    signal.addEventListener("abort", () => void heard.push("aborted"));
    return () => {};
  });
  await clock.advance(0);
  ref.stop();
  assertEquals([heard, system.actors], [["aborted"], 0]);
  assertEquals(log.map(({ path, event }) => [path, event]), [["/a", "abort_listener_failed"]]);
});
