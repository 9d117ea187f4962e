import { assertEquals, assertThrows } from "@std/assert";
import type { Behavior } from "../../../actors/runtime/behavior.ts";
import type { ActorRef } from "../../../actors/runtime/ref.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

Deno.test("an actor receives the messages of one sender in their order", async () => {
  const { clock, system } = virtualSystem();
  const got: number[] = [];
  const ref = system.spawn<number>("a", () => (message) => void got.push(message));
  for (let i = 0; i < 500; i++) ref.tell(i);
  await clock.advance(0);
  assertEquals(got, Array.from({ length: 500 }, (_, i) => i));
});

Deno.test("an asynchronous receive is finished before the next message is handled", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  const ref = system.spawn<string>("a", (ctx) => async (message) => {
    trace.push(`begin ${message}`);
    await new Promise<void>((resolve) => clock.after(100, resolve));
    trace.push(`end ${message} at ${ctx.clock.now()}`);
  });
  ref.tell("x");
  ref.tell("y");
  await clock.advance(1_000);
  assertEquals(trace, ["begin x", "end x at 100", "begin y", "end y at 200"]);
});

Deno.test("children are stopped in reverse order of their start, and before their parent", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  const leaf = (name: string): Behavior<never> => (ctx) => {
    ctx.onStop(() => trace.push(name));
    return () => {};
  };
  system.spawn<never>("parent", (ctx) => {
    for (const name of ["a", "b", "c"]) ctx.spawn(name, leaf(name));
    ctx.onStop(() => trace.push("parent"));
    return () => {};
  });
  await clock.advance(0);
  const stopped = system.stop();
  await clock.advance(0);
  await stopped;
  assertEquals(trace, ["c", "b", "a", "parent"]);
});

Deno.test("a name is unique among siblings and free again after a stop", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  const parent = system.spawn<"again">("parent", (ctx) => {
    const child = ctx.spawn<never>("child", () => () => {});
    assertThrows(() => ctx.spawn<never>("child", () => () => {}), RangeError, 'The name "child" is taken');
    return () => {
      ctx.stop(child);
      ctx.spawn<never>("child", () => {
        trace.push("second child");
        return () => {};
      });
    };
  });
  parent.tell("again");
  await clock.advance(0);
  assertEquals(trace, ["second child"]);
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

Deno.test("a stop aborts the signal and waits for asynchronous work, but not for ever", async () => {
  const { clock, system } = virtualSystem();
  let aborted = false;
  const ref = system.spawn<string>(
    "a",
    (ctx) => () => {
      ctx.signal.addEventListener("abort", () => aborted = true);
      return new Promise<void>(() => {});
    },
    { stopTimeoutMs: 300 },
  );
  ref.tell("work");
  await clock.advance(0);
  let stoppedAt = -1;
  void system.stop().then(() => stoppedAt = clock.now());
  await clock.advance(1_000);
  assertEquals([aborted, stoppedAt], [true, 300]);
  assertEquals(system.tree(), []);
});

Deno.test("an actor that stops itself in the middle of asynchronous work ends when that work ends", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  const ref = system.spawn<string>("a", (ctx) => {
    ctx.onStop(() => trace.push("stopped"));
    return async () => {
      ctx.stop(ctx.self);
      await new Promise<void>((resolve) => clock.after(50, resolve));
      trace.push("work done");
    };
  });
  ref.tell("go");
  await clock.advance(100);
  assertEquals(trace.toSorted(), ["stopped", "work done"]);
  assertEquals(system.tree(), []);
});

Deno.test("watching: exactly one notice, with the reason, and at once for the dead", async () => {
  const { clock, system } = virtualSystem();
  const notices: string[] = [];
  const mortal = system.spawn<string>("mortal", (ctx) => () => ctx.stop(ctx.self));
  const watcher = (name: string): Behavior<string> => (ctx) => {
    ctx.watch(mortal, (reason) => `${name}: ${reason}`);
    return (message) => void notices.push(message);
  };
  system.spawn("first", watcher("first"));
  await clock.advance(0);
  mortal.tell("die");
  await clock.advance(0);
  system.spawn("second", watcher("second"));
  await clock.advance(0);
  assertEquals(notices, ["first: finished", "second: finished"]);
});

Deno.test("ask resolves with the first reply; a later one is a dead letter", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const echo = system.spawn<{ text: string; replyTo: ActorRef<string> }>("echo", () => ({ text, replyTo }) => {
    replyTo.tell(text);
    replyTo.tell("again");
  });
  const reply = echo.ask<string>((replyTo) => ({ text: "hi", replyTo }), 1_000);
  await clock.advance(0);
  assertEquals(await reply, "hi");
  assertEquals(deadLetters.map(({ reason, message }) => [reason, message]), [["late_reply", "again"]]);
});

Deno.test("ask times out, fails at once on a stopped actor, and is cancelled with the asker", async () => {
  const { clock, system } = virtualSystem();
  const outcome: string[] = [];
  const note = (error: Error & { reason?: string }): void => void outcome.push(`${error.reason} at ${clock.now()}`);
  const silent = system.spawn<unknown>("silent", () => () => {});
  silent.ask(() => "hello?", 200).catch(note);
  const asker = system.spawn<"ask" | "die">("asker", (ctx) => (message) => {
    if (message === "die") ctx.stop(ctx.self);
    else ctx.ask(silent, () => "hello?", 5_000).catch(note);
  });
  asker.tell("ask");
  await clock.advance(300);
  asker.tell("die");
  await clock.advance(0);
  asker.ask(() => "ask", 5_000).catch(note);
  await clock.advance(0);
  assertEquals(outcome, ["timed_out at 200", "cancelled at 300", "gone at 300"]);
});

Deno.test("a full mailbox drops what its policy says, counted and as dead letters", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const got: Record<string, number[]> = {};
  for (const whenFull of ["drop_newest", "drop_oldest"] as const) {
    const ref = system.spawn<number>(whenFull, () => (n) => void (got[whenFull] ??= []).push(n), {
      mailbox: { limit: 2, whenFull },
    });
    for (let n = 1; n <= 4; n++) ref.tell(n);
  }
  await clock.advance(0);
  assertEquals(got, { drop_newest: [1, 2], drop_oldest: [3, 4] });
  assertEquals(deadLetters.map(({ message, reason }) => [message, reason]), [
    [3, "mailbox_full"],
    [4, "mailbox_full"],
    [1, "mailbox_full"],
    [2, "mailbox_full"],
  ]);
  assertEquals(system.tree().map((node) => node.dropped), [2, 2]);
});

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

Deno.test("a timer that is cancelled when its message waits already is not delivered", async () => {
  const { clock, system } = virtualSystem();
  const got: string[] = [];
  system.spawn<string>("a", (ctx) => {
    ctx.timers.after("first", 100, "first");
    ctx.timers.after("second", 100, "second");
    return (message) => {
      got.push(message);
      ctx.timers.cancel("second");
    };
  });
  await clock.advance(200);
  assertEquals(got, ["first"]);
});

Deno.test("pipeToSelf delivers the outcome of a promise, unless the incarnation is over", async () => {
  const { clock, system } = virtualSystem();
  const got: string[] = [];
  const later = (ms: number): Promise<string> =>
    new Promise((resolve) => clock.after(ms, () => resolve(`after ${ms}`)));
  const ref = system.spawn<string>("a", (ctx) => (message) => {
    if (message === "crash") throw new Error("boom");
    if (message !== "go") return void got.push(message);
    ctx.pipeToSelf(later(10), (value) => value, String);
    ctx.pipeToSelf(Promise.reject(new Error("no")), (value: string) => value, (error) => String(error));
    ctx.pipeToSelf(later(100), (value) => value, String);
  });
  ref.tell("go");
  await clock.advance(50);
  ref.tell("crash");
  await clock.advance(500);
  assertEquals(got, ["Error: no", "after 10"]);
});

Deno.test("a flood drops what others say, never an actor's own timers, watches and promises", async () => {
  const { clock, system } = virtualSystem();
  const got: string[] = [];
  let release = (): void => {};
  const mortal = system.spawn<string>("mortal", (ctx) => () => ctx.stop(ctx.self));
  const ref = system.spawn<string>("a", (ctx) => {
    ctx.timers.every("tick", 100, "tick");
    ctx.timers.after("once", 150, "once");
    ctx.watch(mortal, () => "gone");
    ctx.pipeToSelf(new Promise<void>((resolve) => clock.after(120, resolve)), () => "piped", String);
    return (message) => {
      got.push(message);
      return message === "block" ? new Promise<void>((resolve) => release = resolve) : undefined;
    };
  }, { mailbox: { limit: 2 } });
  ref.tell("block");
  await clock.advance(0);
  for (let i = 0; i < 10; i++) ref.tell("flood");
  mortal.tell("die");
  await clock.advance(180);
  release();
  await clock.advance(200);
  assertEquals(got, ["block", "gone", "tick", "piped", "once", "flood", "flood", "tick", "tick"]);
});

Deno.test("what was piped to an incarnation that crashed does not reach the next one", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const got: string[] = [];
  const ref = system.spawn<string>("a", (ctx) => async (message) => {
    got.push(message);
    if (message !== "go") return;
    ctx.pipeToSelf(Promise.resolve(), () => "piped", String);
    await new Promise<void>((resolve) => clock.after(10, resolve)); // it waits in the mailbox by now
    throw new Error("boom");
  });
  ref.tell("go");
  await clock.advance(100);
  assertEquals(got, ["go"]);
  assertEquals(deadLetters.map(({ message, reason }) => [message, reason]), [["go", "crashed"], ["piped", "stopped"]]);
});
