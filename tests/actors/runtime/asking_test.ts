import { assertEquals, assertThrows } from "@std/assert";
import { type ActorRef, AskError } from "../../../actors/runtime/mod.ts";
import { VirtualClock } from "../../../sim/virtual_clock.ts";
import { CountingClock } from "../../support/counting_clock.ts";
import { crash, forEver, idle, type Order, pause, puppet } from "../../support/puppet.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

type Question = Readonly<{ text: string; replyTo: ActorRef<string> }>;

/** Notes how each ask ends, and when. */
function notebook(clock: { now(): number }) {
  const notes: string[] = [];
  const note = (name: string, promise: Promise<unknown>): void => {
    promise.then(
      (value) => notes.push(`${name}: ${value} at ${clock.now()}`),
      (error) => notes.push(`${name}: ${error instanceof AskError ? error.reason : error} at ${clock.now()}`),
    );
  };
  return { notes, note };
}

Deno.test("an ask resolves with the first reply, and a later one is a dead letter", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const echo = system.spawn<Question>("echo", () => ({ text, replyTo }) => {
    replyTo.tell(text);
    replyTo.tell("again");
  });
  const reply = echo.ask<string>((replyTo) => ({ text: "hi", replyTo }), 1_000);
  await clock.advance(0);
  assertEquals(await reply, "hi");
  assertEquals(deadLetters.map(({ reason, message }) => [reason, message]), [["late_reply", "again"]]);
});

Deno.test("an ask without a reply fails after its time-out with `timed_out`, and a reply after that is a dead letter", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const { notes, note } = notebook(clock);
  const slow = system.spawn<Question>("slow", () => async ({ replyTo }) => {
    await pause(clock, 300);
    replyTo.tell("late");
  });
  note("asked", slow.ask<string>((replyTo) => ({ text: "?", replyTo }), 200));
  await clock.advance(1_000);
  assertEquals([notes, deadLetters.map(({ reason }) => reason)], [["asked: timed_out at 200"], ["late_reply"]]);
});

Deno.test("an ask of an actor that is gone, or goes before it gets to the question, fails at once with `gone`", async () => {
  const { clock, system } = virtualSystem();
  const { notes, note } = notebook(clock);
  const asked = (name: string) => {
    const ref = system.spawn<unknown>(name, (ctx) => (message) => {
      if (message !== "stash") return forEver();
      ctx.stash(message);
      return;
    });
    return { ref, ask: (message: unknown) => note(name, ref.ask(() => message, 5_000)) };
  };
  const [dead, waiting, stashed, handled] = ["dead", "waiting", "stashed", "handled"].map(asked);
  dead!.ref.stop();
  dead!.ask("?");
  waiting!.ref.tell("hold");
  waiting!.ask("?");
  stashed!.ask("stash");
  handled!.ask("hold");
  await clock.advance(10);
  for (const { ref } of [waiting!, stashed!, handled!]) ref.stop({ mode: "kill" });
  await clock.advance(10);
  assertEquals(notes, ["dead: gone at 0", "waiting: gone at 10", "stashed: gone at 10", "handled: gone at 10"]);
});

Deno.test("an ask whose message crashes the actor fails at once with `gone`", async () => {
  const { clock, system } = virtualSystem();
  const { notes, note } = notebook(clock);
  const ref = system.spawn("a", puppet);
  note("asked", ref.ask(() => crash, 5_000));
  await clock.advance(10);
  assertEquals(notes, ["asked: gone at 0"]);
});

Deno.test("an ask that is still open when the system has stopped fails with `gone`, and leaves no timer", async () => {
  const time = new VirtualClock();
  const clock = new CountingClock(time);
  const { system } = virtualSystem("test", { clock });
  const { notes, note } = notebook(clock);
  const silent = system.spawn("silent", idle);
  note("asked before", silent.ask(() => "?", 5_000));
  await time.advance(10);
  note("asked at last", silent.ask(() => "?", 7_000));
  await Promise.all([system.stop({ mode: "drain" }), time.advance(10)]);
  assertEquals(notes, ["asked before: gone at 10", "asked at last: gone at 10"]);
  assertEquals(clock.pending, 0);
});

Deno.test("an ask that waits in the mailbox is answered by the next life of the actor", async () => {
  const { clock, system } = virtualSystem();
  const { notes, note } = notebook(clock);
  let life = 0;
  const ref = system.spawn<Question | "crash">("a", () => {
    const mine = ++life;
    return (message) => {
      if (message === "crash") throw new Error("boom");
      message.replyTo.tell(`life ${mine}`);
    };
  });
  ref.tell("crash");
  note("asked", ref.ask<string>((replyTo) => ({ text: "?", replyTo }), 5_000));
  await clock.advance(10);
  assertEquals(notes, ["asked: life 2 at 0"]);
});

Deno.test("`ctx.ask` is cancelled when the life that asked ends, by a stop or by a crash", async () => {
  const { clock, system } = virtualSystem();
  const { notes, note } = notebook(clock);
  const silent = system.spawn("silent", idle);
  const orders: Record<string, Order> = { stop: (ctx) => ctx.stop(ctx.self), crash };
  for (const [name, order] of Object.entries(orders)) {
    const asker = system.spawn(name, puppet);
    let late: Order = () => {};
    asker.tell((ctx) => {
      late = () => note(`${name} late`, ctx.ask(silent, () => "hello?", 5_000));
      note(name, ctx.ask(silent, () => "hello?", 5_000));
    });
    await clock.advance(10);
    asker.tell(order);
    await clock.advance(10);
    late(undefined as never);
  }
  await clock.advance(10_000);
  assertEquals(notes, [
    "stop: cancelled at 10",
    "stop late: cancelled at 20",
    "crash: cancelled at 30",
    "crash late: cancelled at 40",
  ]);
});

Deno.test("a reply slot is no actor: it takes one reply, costs no place in the tree, and leaves no timer", async () => {
  const time = new VirtualClock();
  const clock = new CountingClock(time);
  const { system } = virtualSystem("test", { clock });
  const echo = system.spawn<Question>("echo", () => ({ text, replyTo }) => replyTo.tell(text));
  const replies = Array.from({ length: 1_000 }, (_, n) => {
    return echo.ask<string>((replyTo) => ({ text: `${n}`, replyTo }), 5_000);
  });
  assertEquals(system.actors, 1);
  await time.advance(1);
  assertEquals((await Promise.all(replies)).at(-1), "999");
  assertEquals(clock.pending, 0);
  const slow = system.spawn<Question>("slow", () => async ({ replyTo }) => {
    await pause(time, 50);
    replyTo.tell("at last");
  });
  const reply = slow.ask<string>((replyTo) => ({ text: "?", replyTo }), 5_000);
  await time.advance(10);
  assertEquals(clock.pending, 1);
  await time.advance(40);
  assertEquals([await reply, clock.pending], ["at last", 0]);
});

Deno.test("a reply slot can be watched, stopped and asked like any ref", async () => {
  const { clock, system } = virtualSystem();
  const { notes, note } = notebook(clock);
  const slots: ActorRef<string>[] = [];
  const ref = system.spawn<Question>("a", () => ({ replyTo }) => void slots.push(replyTo));
  const ask = (name: string): void => note(name, ref.ask<string>((replyTo) => ({ text: "?", replyTo }), 100));
  ask("stopped");
  ask("told");
  ask("left alone");
  await clock.advance(10);
  for (const slot of slots) slot.watch((reason) => notes.push(`watched: ${reason}`));
  const unwatch = slots[2]!.watch(() => notes.push("not this one"));
  unwatch();
  slots[0]!.stop();
  await slots[1]!.tellAndWait("hi", 10);
  note("slot", slots[1]!.ask(() => "?", 10));
  slots[1]!.watch((reason) => notes.push(`at once: ${reason}`));
  await clock.advance(200);
  assertEquals(notes, [
    "watched: finished",
    "watched: finished",
    "stopped: gone at 10",
    "told: hi at 10",
    "at once: finished",
    "slot: gone at 10",
    "watched: finished",
    "left alone: timed_out at 100",
  ]);
});

Deno.test("a time-out that is no time, or a question that cannot be made up, throws at the asker and leaves nothing", async () => {
  const time = new VirtualClock();
  const clock = new CountingClock(time);
  const { system } = virtualSystem("test", { clock });
  const ref = system.spawn("a", idle);
  for (const timeoutMs of [-1, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY]) {
    assertThrows(() => ref.ask(() => "?", timeoutMs), RangeError, "Not a time-out");
  }
  assertThrows(
    () =>
      ref.ask(() => {
        throw new Error("no question");
      }, 1_000),
    Error,
    "no question",
  );
  await time.advance(10_000);
  assertEquals(clock.pending, 0);
});

Deno.test("ask() tells its asker when it waits and when no more, however that ends", async () => {
  const { clock, system } = virtualSystem();
  const open = new Set<unknown>();
  let opened = 0;
  const asker = {
    open: (wait: unknown) => void (open.add(wait), opened++),
    closed: (wait: unknown) => void open.delete(wait),
  };
  const echo = system.spawn<Question>("echo", () => ({ text, replyTo }) => replyTo.tell(text));
  const silent = system.spawn("silent", idle);
  const dead = system.spawn("dead", idle);
  dead.stop();
  echo.ask<string>((replyTo) => ({ text: "hi", replyTo }), 10, asker).catch(() => {});
  for (const ref of [silent, dead]) ref.ask(() => "?", 10, asker).catch(() => {});
  await silent.tellAndWait("room", 10, asker);
  await clock.advance(100);
  assertEquals([opened, open.size], [4, 0]);
});

Deno.test("time-outs of asks that began together end in the order of asking, none too early", async () => {
  const { clock, system } = virtualSystem();
  const { notes, note } = notebook(clock);
  const silent = system.spawn("silent", idle);
  note("first", silent.ask(() => "?", 100));
  note("second", silent.ask(() => "?", 50));
  note("third", silent.ask(() => "?", 100));
  await clock.advance(10);
  note("fourth", silent.ask(() => "?", 100));
  await clock.advance(1_000);
  assertEquals(notes, [
    "second: timed_out at 50",
    "first: timed_out at 100",
    "third: timed_out at 100",
    "fourth: timed_out at 110",
  ]);
});

Deno.test("`pipeToSelf` brings the outcome of a promise as a message, unless that life is over by then", async () => {
  const { clock, system } = virtualSystem();
  const got: string[] = [];
  const ref = system.spawn<string>("a", (ctx) => (message) => {
    if (message === "crash") throw new Error("boom");
    if (message !== "go") return void got.push(message);
    ctx.pipeToSelf(pause(clock, 10), () => "after 10", String);
    ctx.pipeToSelf(Promise.reject(new Error("no")), (value: string) => value, (error) => String(error));
    ctx.pipeToSelf(pause(clock, 100), () => "after 100", String);
  });
  ref.tell("go");
  await clock.advance(50);
  ref.tell("crash");
  await clock.advance(500);
  assertEquals(got, ["Error: no", "after 10"]);
});

Deno.test("what was piped to a life that crashed before it was handled does not reach the next one", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const got: string[] = [];
  const ref = system.spawn<string>("a", (ctx) => async (message) => {
    got.push(message);
    if (message !== "go") return;
    ctx.pipeToSelf(Promise.resolve(), () => "piped", String);
    await pause(clock, 10); // it waits in the mailbox by now
    throw new Error("boom");
  });
  ref.tell("go");
  await clock.advance(100);
  assertEquals(got, ["go"]);
  assertEquals(deadLetters.map(({ message, reason }) => [message, reason]), [["go", "crashed"], ["piped", "stopped"]]);
});

Deno.test("what a message function throws, given to `pipeToSelf`, `watch` or `subscribe`, is the failure of who gave it", async () => {
  const { clock, system } = virtualSystem("test", { supervision: { backoffMinMs: 0 } });
  const boom = (): never => {
    throw new Error("boom");
  };
  const { notes } = notebook(clock);
  const other = system.spawn("other", puppet);
  const topic = { name: "topic" };
  const orders: Order[] = [
    (ctx) => ctx.pipeToSelf(Promise.resolve(), boom, boom),
    (ctx) => ctx.pipeToSelf(Promise.reject(new Error("no")), boom, boom),
    (ctx) => ctx.watch(other, boom),
    (ctx) => void ctx.subscribe(topic, boom),
  ];
  const refs = orders.map((_, at) => system.spawn(`${at}`, puppet));
  orders.forEach((order, at) => refs[at]!.tell(order));
  other.watch(() => notes.push("others hear of it"));
  system.events.subscribe(topic, () => notes.push("others hear it too"));
  await clock.advance(10);
  other.stop();
  system.events.publish(topic, "event");
  await clock.advance(10);
  assertEquals(notes, ["others hear of it", "others hear it too"]);
  assertEquals(system.tree().map(({ restarts }) => restarts), [1, 1, 1, 1]);
});

Deno.test("what a watcher of a reply slot throws disturbs neither who replies nor who else waits", async () => {
  const { clock, system } = virtualSystem();
  const ref = system.spawn<ActorRef<string> | undefined>("a", () => (replyTo) => replyTo?.tell("reply"));
  const outcomes: unknown[] = [];
  const boom = (): never => {
    throw new Error("boom");
  };
  const watched = (replyTo: ActorRef<string>): ActorRef<string> => {
    replyTo.watch(boom);
    return replyTo;
  };
  const note = (outcome: unknown): void => void outcomes.push(outcome instanceof AskError ? outcome.reason : outcome);
  void ref.ask(watched, 50).then(note, note);
  for (let i = 0; i < 2; i++) void ref.ask<string>((replyTo) => void watched(replyTo), 50).then(note, note);
  await clock.advance(100);
  assertEquals([outcomes, system.tree()[0]!.restarts], [["reply", "timed_out", "timed_out"], 0]);
});
