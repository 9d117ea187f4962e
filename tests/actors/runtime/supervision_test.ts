import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type ActorRef,
  type Behavior,
  decide,
  LIFECYCLE,
  NO_RESTARTS,
  type Restart,
  type RestartHistory,
  type SpawnOptions,
  type Strategy,
  type Supervision,
  SUPERVISION_DEFAULTS,
} from "../../../actors/runtime/mod.ts";
import { VirtualClock } from "../../../sim/virtual_clock.ts";
import { CountingClock } from "../../support/counting_clock.ts";
import { crash, notingPuppet, type Order, pause, puppet } from "../../support/puppet.ts";
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

/** What the children do when b crashes. */
async function traceOfCrash(strategy: Strategy): Promise<string[]> {
  const { clock, trace, refs } = family({ strategy });
  await clock.advance(0);
  trace.length = 0;
  refs["b"]!.tell("crash");
  await clock.advance(0);
  return trace;
}

Deno.test("one_for_one: only the one that failed starts again", async () => {
  assertEquals(await traceOfCrash("one_for_one"), ["b: crash", "b ends", "b starts"]);
});

Deno.test("rest_for_one: so do those started after it", async () => {
  assertEquals(await traceOfCrash("rest_for_one"), ["b: crash", "b ends", "c ends", "b starts", "c starts"]);
});

Deno.test("one_for_all: all start again", async () => {
  const trace = await traceOfCrash("one_for_all");
  assertEquals(trace, ["b: crash", "b ends", "c ends", "a ends", "a starts", "b starts", "c starts"]);
});

async function startsAgain(restart: Restart): Promise<{ afterCrash: boolean; afterFinish: boolean }> {
  const { clock, trace, refs } = family({}, { restart });
  await clock.advance(0);
  trace.length = 0;
  refs["a"]!.tell("crash");
  refs["b"]!.tell("finish");
  await clock.advance(1_000);
  return { afterCrash: trace.includes("a starts"), afterFinish: trace.includes("b starts") };
}

Deno.test("a permanent child starts again after a crash and after it stopped itself", async () => {
  assertEquals(await startsAgain("permanent"), { afterCrash: true, afterFinish: true });
});

Deno.test("a transient child, which is the default, starts again after a crash only", async () => {
  assertEquals(await startsAgain("transient"), { afterCrash: true, afterFinish: false });
  const { clock, trace, refs } = family({});
  await clock.advance(0);
  refs["a"]!.tell("crash");
  refs["b"]!.tell("finish");
  await clock.advance(1_000);
  assertEquals(["a starts", "b starts"].map((start) => trace.filter((line) => line === start).length), [2, 1]);
});

Deno.test("a temporary child never starts again, also not with the others of its group", async () => {
  assertEquals(await startsAgain("temporary"), { afterCrash: false, afterFinish: false });
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  system.spawn("parent", puppet).tell((ctx) => {
    ctx.supervise({ strategy: "one_for_all" });
    ctx.spawn("a", notingPuppet("a", trace));
    const temporary = ctx.spawn("b", notingPuppet("b", trace), { restart: "temporary" });
    temporary.watch((reason) => trace.push(`b ${reason}`));
    ctx.spawn("c", notingPuppet("c", trace)).tell(crash);
  });
  await clock.advance(1_000);
  assertEquals(trace.slice(3), ["c ends", "b ends", "b stopped", "a ends", "a starts", "c starts"]);
});

Deno.test("the first restart is at once, each further one in a row waits twice as long, and a healthy time begins anew", async () => {
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

Deno.test("more restarts than allowed within the window are a failure of the parent, and so on up to the system, which stops", async () => {
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

Deno.test("a start that throws counts as a failure, and no message is lost by it", async () => {
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

Deno.test("a promise that rejects is a crash over its message, as if it had thrown", async () => {
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

Deno.test("a stop overtakes a pending restart", async () => {
  const time = new VirtualClock();
  const clock = new CountingClock(time);
  const { system } = virtualSystem("test", { clock, supervision: { backoffMinMs: 1_000 } });
  const trace: string[] = [];
  const a = system.spawn("a", notingPuppet("a", trace));
  for (let i = 0; i < 2; i++) a.tell(crash); // the second restart waits
  await time.advance(100);
  trace.length = 0;
  void system.stop();
  await time.advance(0);
  assertEquals([trace, system.tree(), clock.pending], [[], [], 0]);
});

Deno.test("`system.crash` makes an actor fail as if it had thrown", async () => {
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

Deno.test("the window slides: a restart that has left it counts no more", () => {
  const supervision = { ...SUPERVISION_DEFAULTS, maxRestarts: 1, withinMs: 1_000, healthyAfterMs: 100 };
  const exit = { name: "a", restart: "permanent", cause: "failed" } as const;
  const first = decide(supervision, exit, ["a"], NO_RESTARTS, 0, 0.5);
  assertEquals(first.type, "restart");
  if (first.type !== "restart") return;
  assertEquals(decide(supervision, exit, ["a"], first.history, 999, 0.5).type, "escalate");
  assertEquals(decide(supervision, exit, ["a"], first.history, 1_000, 0.5).type, "restart");
});

Deno.test("of two pending restarts, the one that covers the other starts all, once and in order", async () => {
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

Deno.test("an actor that is down already cannot be crashed again", async () => {
  const { clock, system, refs } = family({ backoffMinMs: 1_000, jitter: 0 });
  await clock.advance(0);
  refs["a"]!.tell("crash");
  await clock.advance(0);
  refs["a"]!.tell("crash");
  await clock.advance(0);
  assertEquals(system.crash("/parent/a"), "down");
});

Deno.test("a group that is being restarted starts again without the one that is stopped or killed meanwhile", async () => {
  for (const mode of ["finish", "kill"] as const) {
    const { clock, system } = virtualSystem();
    const trace: string[] = [];
    let b: ActorRef<Order> | undefined;
    system.spawn("parent", puppet).tell((ctx) => {
      ctx.supervise({ strategy: "one_for_all" });
      ctx.spawn("a", notingPuppet("a", trace));
      b = ctx.spawn("b", notingPuppet("b", trace));
      b.tell(() => pause(clock, 100));
      ctx.spawn("c", notingPuppet("c", trace)).tell(crash);
    });
    await clock.advance(50);
    assertEquals(trace.slice(3), ["c ends"]); // b is waited for
    b!.stop({ mode });
    await clock.advance(1_000);
    assertEquals(trace.slice(3), ["c ends", "b ends", "a ends", "a starts", "c starts"]);
    assertEquals(system.tree()[0]!.children.map(({ name, state }) => `${name} ${state}`), ["a running", "c running"]);
  }
});

Deno.test("a stop of the parent overtakes a group that is being restarted, and leaves no timer", async () => {
  const time = new VirtualClock();
  const clock = new CountingClock(time);
  const { system } = virtualSystem("test", { clock });
  const trace: string[] = [];
  const parent = system.spawn("parent", puppet);
  let b: ActorRef<Order> | undefined;
  parent.tell((ctx) => {
    ctx.supervise({ strategy: "one_for_all" });
    ctx.spawn("a", notingPuppet("a", trace));
    b = ctx.spawn("b", notingPuppet("b", trace));
    const c = ctx.spawn("c", notingPuppet("c", trace));
    for (let i = 0; i < 2; i++) c.tell(crash);
  });
  await time.advance(500);
  b!.tell(() => pause(time, 100));
  await time.advance(0);
  trace.length = 0;
  system.crash("/parent/c"); // its group waits for b, and would then wait to start again
  await time.advance(50);
  void system.stop();
  await time.advance(50);
  assertEquals(trace, ["c ends", "b ends", "a ends"]);
  assertEquals([system.actors, clock.pending], [0, 0]);
});

Deno.test("four thousand children start again together without a stack as deep", async () => {
  const { clock, system } = virtualSystem();
  let starts = 0;
  system.spawn("parent", puppet).tell((ctx) => {
    ctx.supervise({ strategy: "one_for_all" });
    for (let i = 0; i < 4_000; i++) {
      ctx.spawn<never>(`${i}`, () => {
        starts++;
        return () => {};
      });
    }
  });
  await clock.advance(0);
  system.crash("/parent/0");
  await clock.advance(100);
  assertEquals([starts, system.actors], [8_000, 4_001]);
});

Deno.test("a parent that fails stops its children, and they belong to the life that ended", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  const parent = system.spawn("parent", notingPuppet("parent", trace));
  parent.tell((ctx) => void ctx.spawn("child", notingPuppet("child", trace)));
  parent.tell(crash);
  await clock.advance(0);
  assertEquals(
    trace,
    ["parent starts", "child starts", "child ends", "parent ends", "parent starts"]
      .filter((line) => line !== "child starts" && line !== "child ends"),
  );
  assertEquals(system.tree()[0]!.children, []);
});

Deno.test("a parent whose child fails beyond the limit fails with the child's error as the cause", async () => {
  const { clock, system, log } = virtualSystem();
  system.spawn("parent", puppet, { restart: "temporary" }).tell((ctx) => {
    ctx.supervise({ maxRestarts: 0 });
    ctx.spawn("child", puppet).tell(crash);
  });
  let failure: Error | undefined;
  system.events.subscribe(LIFECYCLE, (event) => {
    if (event.type === "failed" && event.path === "/parent") failure = event.error as Error;
  });
  await clock.advance(0);
  assertEquals([failure?.message, String(failure?.cause)], ["Too many restarts of /parent/child", "Error: boom"]);
  assertEquals(log.filter(({ event }) => event === "actor_crashed").map(({ path }) => path), [
    "/parent/child",
    "/parent",
  ]);
});

const supervisions: fc.Arbitrary<Supervision> = fc.record({
  strategy: fc.constantFrom("one_for_one", "one_for_all", "rest_for_one"),
  maxRestarts: fc.nat(6),
  withinMs: fc.integer({ min: 1, max: 5_000 }),
  backoffMinMs: fc.nat(500),
  backoffMaxMs: fc.nat(5_000),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  healthyAfterMs: fc.nat(5_000),
  childrenMax: fc.constant(10),
});

Deno.test("however a child fails, there are never more restarts in a window than allowed, and the next one escalates", () => {
  fc.assert(fc.property(
    supervisions,
    fc.array(
      fc.record({ afterMs: fc.nat(3_000), roll: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }) }),
    ),
    (supervision, failures) => {
      const order = ["a", "b", "c"];
      let now = 0;
      let history: RestartHistory = NO_RESTARTS;
      const restarts: number[] = [];
      for (const { afterMs, roll } of failures) {
        now += afterMs;
        const decision = decide(
          supervision,
          { name: "b", restart: "transient", cause: "failed" },
          order,
          history,
          now,
          roll,
        );
        const within = restarts.filter((at) => now - at < supervision.withinMs).length;
        assertEquals(decision.type, within < supervision.maxRestarts ? "restart" : "escalate");
        if (decision.type !== "restart") return;
        const names = { one_for_one: ["b"], rest_for_one: ["b", "c"], one_for_all: order };
        assertEquals(decision.names, names[supervision.strategy]);
        const most = Math.max(supervision.backoffMaxMs, 0) * (1 + supervision.jitter);
        assert(decision.delayMs >= 0 && decision.delayMs <= most + 1e-6, `${decision.delayMs} ms`);
        restarts.push(now);
        history = decision.history;
      }
    },
  ));
});

Deno.test("a delay is spread by no more than the jitter around its doubling", () => {
  fc.assert(fc.property(
    supervisions.map((supervision) => ({ ...supervision, maxRestarts: 100, healthyAfterMs: 1, withinMs: 1 })),
    fc.integer({ min: 1, max: 20 }),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    (supervision, failures, roll) => {
      let history = NO_RESTARTS;
      let delayMs = -1;
      for (let n = 0; n < failures; n++) {
        const exit = { name: "a", restart: "permanent", cause: "finished" } as const;
        const decision = decide(supervision, exit, ["a"], history, n / 100, roll);
        if (decision.type !== "restart") throw new Error(decision.type);
        ({ delayMs, history } = decision);
      }
      const plain = failures === 1
        ? 0
        : Math.min(supervision.backoffMaxMs, supervision.backoffMinMs * 2 ** (failures - 2));
      assert(Math.abs(delayMs - plain) <= plain * supervision.jitter + 1e-6);
    },
  ));
});

Deno.test("the decision is a pure function: the same arguments give the same answer and are left alone", () => {
  const exit = { name: "a", restart: "permanent", cause: "failed" } as const;
  const order = Object.freeze(["a", "b"]);
  const history = Object.freeze({ times: Object.freeze([1, 2]), consecutive: 2, lastAt: 2 });
  const supervision = Object.freeze({ ...SUPERVISION_DEFAULTS });
  const answers = [1, 2].map(() => decide(supervision, exit, order, history, 3, 0.5));
  assertEquals(answers[0], answers[1]);
  assertEquals(answers[0], {
    type: "restart",
    names: ["a"],
    delayMs: 200,
    history: { times: [1, 2, 3], consecutive: 3, lastAt: 3 },
  });
});

Deno.test("a group that is being restarted waits for a member that is ending already, and that costs no restart more", async () => {
  for (const end of ["crash", "stop"] as const) {
    const { clock, system } = virtualSystem();
    const trace: string[] = [];
    system.spawn("parent", puppet).tell((ctx) => {
      ctx.supervise({ strategy: "one_for_all" });
      ctx.spawn("a", notingPuppet("a", trace)).tell(() => pause(clock, 5));
      ctx.spawn("b", notingPuppet("b", trace), { restart: "permanent" }).tell(async (ctx) => {
        if (end === "stop") ctx.stop(ctx.self);
        await pause(clock, 20);
      });
    });
    await clock.advance(1);
    if (end === "crash") system.crash("/parent/b");
    trace.length = 0;
    system.crash("/parent/a");
    await clock.advance(1_000);
    assertEquals(trace, ["a ends", "b ends", "a starts", "b starts"]);
    assertEquals(system.tree()[0]!.children.map(({ restarts }) => restarts), [1, 1]);
  }
});

Deno.test("a group that grows while it goes down starts again together, once and in order", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  const names = ["a", "b", "c", "d"];
  system.spawn("parent", puppet).tell((ctx) => {
    ctx.supervise({ strategy: "rest_for_one" });
    for (const name of names) {
      ctx.spawn(name, notingPuppet(name, trace)).tell(() => name === "d" ? pause(clock, 20) : undefined);
    }
  });
  await clock.advance(1);
  trace.length = 0;
  system.crash("/parent/b"); // its group waits for d
  await clock.advance(1);
  system.crash("/parent/a");
  await clock.advance(1_000);
  const starts = names.map((name) => `${name} starts`);
  assertEquals(trace, ["b ends", "a ends", "d ends", "c ends", ...starts]);
});
