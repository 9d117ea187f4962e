import { assertEquals, assertThrows } from "@std/assert";
import { VirtualClock } from "../../../sim/virtual_clock.ts";
import { CountingClock } from "../../support/counting_clock.ts";
import { crash, notingPuppet, pause, puppet } from "../../support/puppet.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

Deno.test("timers are set by key, replaced by key, and end with their actor", async () => {
  const { clock, system } = virtualSystem();
  const got: string[] = [];
  const ref = system.spawn<string>("a", (ctx) => {
    ctx.timers.every("tick", 100, "tick");
    ctx.timers.after("once", 50, "first");
    ctx.timers.after("once", 150, "second");
    return (message) => {
      got.push(`${message} ${ctx.clock.now()}`);
      if (message === "stop") ctx.stop(ctx.self);
    };
  });
  await clock.advance(250);
  ref.tell("stop");
  await clock.advance(1_000);
  assertEquals(got, ["tick 100", "second 150", "tick 200", "stop 250"]);
});

Deno.test("a timer that is cancelled, or set again, while its message waits in the mailbox does not bring that message", async () => {
  const { clock, system } = virtualSystem();
  const got: string[] = [];
  const ref = system.spawn<string>("a", (ctx) => async (message) => {
    got.push(`${message} ${ctx.clock.now()}`);
    if (message !== "go") return;
    ctx.timers.after("cancelled", 10, "cancelled");
    ctx.timers.after("again", 10, "too early");
    ctx.timers.every("tick", 10, "tick");
    await pause(clock, 25);
    ctx.timers.cancel("cancelled");
    ctx.timers.cancel("tick");
    ctx.timers.after("again", 10, "in time");
  });
  ref.tell("go");
  await clock.advance(100);
  assertEquals(got, ["go 0", "in time 35"]);
});

Deno.test("a repeated timer is there until it is cancelled, however often it has come", async () => {
  const { clock, system } = virtualSystem();
  const got: string[] = [];
  system.spawn<string>("a", (ctx) => {
    ctx.timers.every("tick", 10, "tick");
    return () => {
      got.push(`${ctx.timers.has("tick")} ${ctx.clock.now()}`);
      if (got.length === 3) ctx.timers.cancel("tick");
    };
  });
  await clock.advance(100);
  assertEquals(got, ["true 10", "true 20", "true 30"]);
});

Deno.test("what is to come soon comes after all that the turn led to at once, and before time passes", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  const last = system.spawn<string>("last", () => (message) => void trace.push(message));
  const first = system.spawn<string>("first", () => (message) => last.tell(message));
  const ref = system.spawn<string>("a", (ctx) => (message) => {
    trace.push(`${message} ${ctx.clock.now()}`);
    if (message !== "go") return;
    ctx.timers.after("time", 0, "time");
    ctx.timers.soon("soon", "soon");
    first.tell("two hops away");
  });
  clock.after(10, () => ref.tell("go"));
  await clock.advance(20);
  assertEquals(trace, ["go 10", "two hops away", "soon 10", "time 10"]);
});

Deno.test("what is to come soon is cancelled and replaced by key, and ends with its actor", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const got: string[] = [];
  const ref = system.spawn<string>("a", (ctx) => (message) => {
    got.push(message);
    if (message === "stop") ctx.stop(ctx.self);
    else if (message !== "go") return;
    ctx.timers.soon("cancelled", "cancelled");
    ctx.timers.cancel("cancelled");
    ctx.timers.soon("again", "too early");
    ctx.timers.soon("again", "in time");
  });
  ref.tell("go");
  await clock.advance(10);
  ref.tell("stop");
  await clock.advance(10);
  assertEquals([got, deadLetters], [["go", "in time", "stop"], []]);
});

Deno.test("no timer message of an earlier life is delivered", async () => {
  const { clock, system } = virtualSystem();
  const got: string[] = [];
  let starts = 0;
  const ref = system.spawn<string>("a", (ctx) => {
    const life = ++starts;
    ctx.timers.after("t", 100, `timer of life ${life}`);
    return async (message) => {
      if (message !== "crash") return void got.push(message);
      await pause(clock, 60); // the timer's message waits by now
      throw new Error("boom");
    };
  });
  await clock.advance(50);
  ref.tell("crash");
  await clock.advance(500);
  assertEquals(got, ["timer of life 2"]);
});

Deno.test("`has` says whether a message of that timer is still to be handled", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  const ref = system.spawn("a", puppet);
  ref.tell(async (ctx) => {
    const note = (when: string): void =>
      void trace.push(`${when}: ${["once", "tick"].filter((key) => ctx.timers.has(key))}`);
    ctx.timers.after("once", 10, () => note("handled"));
    ctx.timers.every("tick", 40, () => {});
    note("set");
    await pause(clock, 20);
    note("waits");
  });
  await clock.advance(100);
  ref.tell((ctx) => {
    ctx.timers.cancel("tick");
    trace.push(`cancelled: ${ctx.timers.has("tick")}`);
  });
  await clock.advance(0);
  assertEquals(trace, ["set: once,tick", "waits: once,tick", "handled: tick", "cancelled: false"]);
});

Deno.test("a tick that finds the last one unhandled is left out", async () => {
  const { clock, system } = virtualSystem();
  const got: number[] = [];
  system.spawn("a", puppet).tell((ctx) => {
    ctx.timers.every("tick", 10, () => void got.push(clock.now()));
    ctx.self.tell(() => pause(clock, 35));
  });
  await clock.advance(55);
  assertEquals(got, [35, 40, 50]);
});

Deno.test("a timer without delay comes after what is being handled, and a delay below 0 is none", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  system.spawn("a", puppet).tell((ctx) => {
    ctx.timers.after("zero", 0, () => void trace.push(`zero at ${clock.now()}`));
    ctx.timers.after("minus", -5, () => void trace.push(`minus at ${clock.now()}`));
    trace.push("set");
  });
  await clock.advance(0);
  assertEquals(trace, ["set", "zero at 0", "minus at 0"]);
});

Deno.test("an interval that is not above 0, or a delay that is no number, is refused with a `RangeError`", async () => {
  const { clock, system } = virtualSystem();
  const refused: string[] = [];
  system.spawn("a", puppet).tell((ctx) => {
    for (const interval of [0, -1, Number.NaN]) {
      refused.push(assertThrows(() => ctx.timers.every("t", interval, () => {}), RangeError).message);
    }
    refused.push(assertThrows(() => ctx.timers.after("t", Number.NaN, () => {}), RangeError).message);
    refused.push(`${ctx.timers.has("t")}`);
  });
  await clock.advance(0);
  assertEquals(refused, [
    "Not an interval in ms: 0",
    "Not an interval in ms: -1",
    "Not an interval in ms: NaN",
    "A timer needs a delay in ms",
    "false",
  ]);
});

Deno.test("a stop, a crash and a kill leave no timer behind", async () => {
  const time = new VirtualClock();
  const clock = new CountingClock(time);
  const { system } = virtualSystem("test", { clock });
  const trace: string[] = [];
  const refs = ["a", "b", "c"].map((name) => system.spawn(name, notingPuppet(name, trace), { restart: "temporary" }));
  for (const ref of refs) {
    ref.tell((ctx) => {
      ctx.timers.after("once", 1_000, () => {});
      ctx.timers.every("tick", 1_000, () => {});
    });
  }
  await time.advance(0);
  assertEquals(clock.pending, 6);
  refs[0]!.stop();
  refs[1]!.tell(crash);
  refs[2]!.stop({ mode: "kill" });
  await time.advance(0);
  assertEquals([system.actors, clock.pending], [0, 0]);
});
