import { assertEquals } from "@std/assert";
import type { Behavior, SpawnOptions } from "../../../actors/runtime/behavior.ts";
import type { ActorRef } from "../../../actors/runtime/ref.ts";
import { NO_RESTARTS } from "../../../actors/runtime/restart_window.ts";
import {
  decide,
  type Restart,
  type Strategy,
  type Supervision,
  SUPERVISION_DEFAULTS,
} from "../../../actors/runtime/supervisor.ts";
import { seededRandom } from "../../../actors/runtime/random.ts";
import { ActorSystem } from "../../../actors/runtime/system.ts";
import { VirtualClock } from "../../../sim/virtual_clock.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

/** A parent with children a, b, c that throw on "crash", finish on "finish" and note everything in `trace`. */
function family(supervision: Partial<Supervision>, options: SpawnOptions = {}) {
  const world = virtualSystem();
  const trace: string[] = [];
  const refs: Record<string, ActorRef<string>> = {};
  const child = (name: string): Behavior<string> => (ctx) => {
    trace.push(`${name} starts`);
    ctx.onStop(() => trace.push(`${name} ends`));
    return (message) => {
      trace.push(`${name}: ${message}`);
      if (message === "crash") throw new Error("boom");
      if (message === "finish") ctx.stop(ctx.self);
    };
  };
  world.system.spawn<never>("parent", (ctx) => {
    ctx.supervise(supervision);
    for (const name of ["a", "b", "c"]) refs[name] = ctx.spawn(name, child(name), options);
    return () => {};
  });
  return { ...world, trace, refs };
}

for (
  const [strategy, expected] of [
    ["one_for_one", ["b: crash", "b ends", "b starts"]],
    ["rest_for_one", ["b: crash", "b ends", "c ends", "b starts", "c starts"]],
    ["one_for_all", ["b: crash", "b ends", "c ends", "a ends", "a starts", "b starts", "c starts"]],
  ] as [Strategy, string[]][]
) {
  Deno.test(`${strategy} restarts whom it should, in order`, async () => {
    const { clock, trace, refs } = family({ strategy });
    await clock.advance(0);
    trace.length = 0;
    refs["b"]!.tell("crash");
    await clock.advance(0);
    assertEquals(trace, expected);
  });
}

Deno.test("a restart keeps the ref and the mailbox and drops only the message that crashed it", async () => {
  const { clock, trace, refs, deadLetters } = family({});
  await clock.advance(0);
  trace.length = 0;
  for (const message of ["one", "crash", "two"]) refs["a"]!.tell(message);
  await clock.advance(0);
  assertEquals(trace, ["a: one", "a: crash", "a ends", "a starts", "a: two"]);
  assertEquals(deadLetters.map(({ to, message, reason, cause }) => [to, message, reason, String(cause)]), [
    ["/parent/a", "crash", "crashed", "Error: boom"],
  ]);
});

Deno.test("a restart begins from fresh state and stops the old children first", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  const ref = system.spawn<string>("a", (ctx) => {
    let count = 0;
    ctx.spawn<never>("child", (child) => {
      child.onStop(() => trace.push("child ends"));
      return () => {};
    });
    ctx.onStop(() => trace.push("parent ends"));
    return (message) => {
      trace.push(`${message} ${++count}`);
      if (message === "crash") throw new Error("boom");
    };
  });
  ref.tell("x");
  await clock.advance(0);
  for (const message of ["crash", "y"]) ref.tell(message);
  await clock.advance(0);
  assertEquals(trace, ["x 1", "crash 2", "child ends", "parent ends", "y 1"]);
});

Deno.test("no timer of an earlier incarnation is delivered", async () => {
  const { clock, system } = virtualSystem();
  const got: string[] = [];
  let starts = 0;
  const ref = system.spawn<string>("a", (ctx) => {
    const life = ++starts;
    ctx.timers.after("t", 100, `timer of life ${life}`);
    return (message) => {
      if (message === "crash") throw new Error("boom");
      got.push(message);
    };
  });
  await clock.advance(50);
  ref.tell("crash");
  await clock.advance(500);
  assertEquals(got, ["timer of life 2"]);
});

for (
  const [restart, afterCrash, afterFinish] of [
    ["permanent", true, true],
    ["transient", true, false],
    ["temporary", false, false],
  ] as [Restart, boolean, boolean][]
) {
  Deno.test(`a ${restart} child is ${afterCrash ? "" : "not "}restarted after a crash, ${afterFinish ? "" : "not "}after finishing`, async () => {
    const { clock, trace, refs } = family({}, { restart });
    await clock.advance(0);
    trace.length = 0;
    refs["a"]!.tell("crash");
    refs["b"]!.tell("finish");
    await clock.advance(1_000);
    assertEquals([trace.includes("a starts"), trace.includes("b starts")], [afterCrash, afterFinish]);
  });
}

Deno.test("restarts in a row wait longer each time, and a healthy time resets the delay", async () => {
  const { clock, trace, refs } = family({ jitter: 0, backoffMinMs: 100, maxRestarts: 10 });
  const restartDelay = async (): Promise<number> => {
    trace.length = 0;
    refs["a"]!.tell("crash");
    const from = clock.now();
    await clock.until(() => trace.includes("a starts"), 10_000, "restart", 1);
    return clock.now() - from;
  };
  await clock.advance(0);
  const delays = [];
  for (let i = 0; i < 4; i++) delays.push(await restartDelay());
  await clock.advance(SUPERVISION_DEFAULTS.healthyAfterMs);
  delays.push(await restartDelay());
  assertEquals(delays, [0, 100, 200, 400, 0]);
});

Deno.test("beyond the restart limit the supervisor fails, up to the root, and everything stops", async () => {
  const { clock, system, refs } = family({ maxRestarts: 2, backoffMinMs: 1 });
  let failure: unknown;
  system.onStopped((error) => failure = error);
  await clock.advance(0);
  for (let i = 0; i < 200 && failure === undefined; i++) {
    refs["a"]!.tell("crash");
    await clock.advance(20);
  }
  assertEquals(String(failure), "Error: Too many restarts of /parent");
  assertEquals(system.tree(), []);
});

Deno.test("a start that throws counts as a failure", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  let starts = 0;
  const got: string[] = [];
  const ref = system.spawn<string>("a", () => {
    if (++starts < 3) throw new Error("not yet");
    return (message) => void got.push(message);
  });
  ref.tell("kept");
  await clock.advance(5_000);
  assertEquals([starts, got, deadLetters.length], [3, ["kept"], 0]);
});

Deno.test("an asynchronous receive that rejects is a crash over its message", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  let starts = 0;
  const ref = system.spawn<string>("a", () => {
    starts++;
    return () => Promise.reject(new Error("later"));
  });
  ref.tell("x");
  await clock.advance(0);
  assertEquals([starts, deadLetters.map(({ message, reason }) => [message, reason])], [2, [["x", "crashed"]]]);
});

Deno.test("a stop hook that throws is logged and the others still run", async () => {
  const { clock, system, log } = virtualSystem();
  const trace: string[] = [];
  system.spawn<never>("a", (ctx) => {
    ctx.onStop(() => trace.push("first"));
    ctx.onStop(() => {
      throw new Error("hook");
    });
    return () => {};
  });
  await clock.advance(0);
  void system.stop();
  await clock.advance(0);
  assertEquals([trace, log.map((record) => record.event)], [["first"], ["stop_hook_failed"]]);
});

Deno.test("a stop overtakes a pending restart", async () => {
  const { clock, system, trace, refs } = family({ backoffMinMs: 1_000, jitter: 0 });
  await clock.advance(0);
  refs["a"]!.tell("crash");
  await clock.advance(0);
  refs["a"]!.tell("crash");
  await clock.advance(100);
  trace.length = 0;
  void system.stop();
  await clock.advance(5_000);
  assertEquals([trace.includes("a starts"), system.tree()], [false, []]);
});

Deno.test("crash(path) makes an actor fail as if it had thrown, and the tree shows it", async () => {
  const { clock, system } = family({});
  await clock.advance(0);
  assertEquals([system.crash("/parent/b"), system.crash("/parent/nobody")], ["failed", "unknown"]);
  await clock.advance(0);
  const [parent] = system.tree();
  assertEquals(parent!.children.map(({ path, state, restarts, lastError }) => [path, state, restarts, lastError]), [
    ["/parent/a", "running", 0, undefined],
    ["/parent/b", "running", 1, "Error: Crashed on purpose"],
    ["/parent/c", "running", 0, undefined],
  ]);
});

Deno.test("decide() forgets restarts that left the window", () => {
  const supervision = { ...SUPERVISION_DEFAULTS, maxRestarts: 1, withinMs: 1_000, healthyAfterMs: 100 };
  const exit = { name: "a", restart: "permanent", cause: "failed" } as const;
  const first = decide(supervision, exit, ["a"], NO_RESTARTS, 0, 0.5);
  assertEquals(first.type, "restart");
  if (first.type !== "restart") return;
  assertEquals(decide(supervision, exit, ["a"], first.history, 999, 0.5).type, "escalate");
  assertEquals(decide(supervision, exit, ["a"], first.history, 1_000, 0.5).type, "restart");
});

Deno.test("of two restarts that wait, the one that covers the other starts all, once and in order", async () => {
  const { clock, trace, refs } = family({ strategy: "rest_for_one", backoffMinMs: 1_000, jitter: 0, maxRestarts: 10 });
  await clock.advance(0);
  refs["b"]!.tell("crash"); // the first restart is at once
  await clock.advance(0);
  trace.length = 0;
  refs["b"]!.tell("crash"); // the second waits 1 s
  await clock.advance(500);
  refs["a"]!.tell("crash"); // and the third 2 s, with b in its group
  await clock.advance(5_000);
  assertEquals(trace.filter((line) => line.endsWith("starts")), ["a starts", "b starts", "c starts"]);
});

Deno.test("an actor that is down already cannot be crashed", async () => {
  const { clock, system, refs } = family({ backoffMinMs: 1_000, jitter: 0 });
  await clock.advance(0);
  refs["a"]!.tell("crash");
  await clock.advance(0);
  refs["a"]!.tell("crash");
  await clock.advance(0);
  assertEquals(system.crash("/parent/a"), "down");
});

Deno.test("a log whose sink throws costs a line, which is counted, and nobody fails", async () => {
  const clock = new VirtualClock();
  const got: string[] = [];
  const system = new ActorSystem({
    clock,
    random: seededRandom(1),
    log: ({ event }) => {
      if (event === "bad") throw new Error("the sink");
    },
  });
  system.onStopped(() => {});
  const bad = system.spawn<string>("bad", (ctx) => () => ctx.log.info("bad"));
  const good = system.spawn<string>("good", () => (message) => void got.push(message));
  bad.tell("x");
  good.tell("one");
  await clock.advance(10);
  good.tell("two");
  await clock.advance(10);
  assertEquals(got, ["one", "two"]);
  assertEquals([system.logFailures, system.tree().map(({ restarts }) => restarts)], [1, [0, 0]]);
});
