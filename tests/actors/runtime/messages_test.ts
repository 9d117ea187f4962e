import { assertEquals, assertThrows } from "@std/assert";
import { AskError, MailboxFullError, type MailboxOptions } from "../../../actors/runtime/mod.ts";
import { crash, type Order, pause, puppet } from "../../support/puppet.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

/** An actor that is held up until `release`, and its mailbox. */
function heldUp(mailbox: Partial<MailboxOptions>) {
  const world = virtualSystem();
  const got: unknown[] = [];
  let release = (): void => {};
  const ref = world.system.spawn<unknown>("a", (ctx) => (message) => {
    if (message === "hold") return new Promise<void>((resolve) => release = resolve);
    if (message === "crash") throw new Error("boom");
    if (message === "stop") return ctx.stop(ctx.self);
    got.push(message);
  }, { mailbox });
  return { ...world, got, ref, release: () => release() };
}

async function reasonOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "fulfilled";
  } catch (error) {
    return error instanceof AskError ? error.reason : String(error);
  }
}

Deno.test("the messages of one sender to one actor are handled in the order in which they were sent", async () => {
  const { clock, system } = virtualSystem();
  const got: number[] = [];
  const ref = system.spawn<number>("a", () => (message) => void got.push(message));
  for (let i = 0; i < 500; i++) ref.tell(i);
  await clock.advance(0);
  assertEquals(got, Array.from({ length: 500 }, (_, i) => i));
});

Deno.test("`tell`, `ask` and `tellAndWait` keep one order", async () => {
  const { clock, system } = virtualSystem();
  const got: string[] = [];
  const ref = system.spawn<string>("a", () => (message) => void got.push(message));
  ref.tell("1");
  void ref.ask(() => "2", 10).catch(() => {});
  void ref.tellAndWait("3", 10);
  ref.tell("4");
  await clock.advance(100);
  assertEquals(got, ["1", "2", "3", "4"]);
});

Deno.test("a message is handled once or becomes a dead letter, never both and never neither", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const got: number[] = [];
  let life = 0;
  const ref = system.spawn<number>("a", (ctx) => {
    life++;
    return (n) => {
      if (n % 10 === 7) throw new Error("boom");
      got.push(n);
      if (life === 4) ctx.stop(ctx.self);
    };
  }, { mailbox: { limit: 50 } });
  for (let n = 0; n < 60; n++) ref.tell(n);
  await clock.advance(10_000);
  const all = [...got, ...deadLetters.map(({ message }) => message as number)].toSorted((a, b) => a - b);
  assertEquals(all, Array.from({ length: 60 }, (_, n) => n));
});

Deno.test("while a promise that a message returned is pending, no other message is handled", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  const ref = system.spawn<string>("a", (ctx) => async (message) => {
    trace.push(`begin ${message}`);
    await pause(clock, 100);
    trace.push(`end ${message} at ${ctx.clock.now()}`);
  });
  ref.tell("x");
  ref.tell("y");
  await clock.advance(1_000);
  assertEquals(trace, ["begin x", "end x at 100", "begin y", "end y at 200"]);
});

Deno.test("what an actor's own timers, watches and promises say goes before what others say", async () => {
  const { clock, system } = virtualSystem();
  const got: string[] = [];
  const mortal = system.spawn("mortal", puppet);
  const ref = system.spawn<string>("a", (ctx) => async (message) => {
    got.push(message);
    if (message !== "first") return;
    ctx.timers.after("t", 10, "timer");
    ctx.watch(mortal, () => "watch");
    ctx.pipeToSelf(pause(clock, 20), () => "promise", String);
    await pause(clock, 30);
  });
  ref.tell("first");
  ref.tell("second");
  mortal.stop();
  await clock.advance(100);
  assertEquals(got, ["first", "watch", "timer", "promise", "second"]);
});

Deno.test("a stop and a crash wait for no other message", async () => {
  const { clock, system } = virtualSystem();
  const got: string[] = [];
  const stopped = system.spawn<string>("stopped", () => (message) => void got.push(message));
  const crashed = system.spawn<string>("crashed", () => {
    got.push("starts");
    return (message) => void got.push(message);
  });
  await clock.advance(0);
  stopped.tell("before the stop");
  stopped.stop();
  crashed.tell("kept");
  system.crash("/crashed");
  await clock.advance(0);
  assertEquals(got, ["starts", "starts", "kept"]);
});

Deno.test("a flood drops what others say, never what an actor's own timers, watches and promises say", async () => {
  const { clock, system } = virtualSystem();
  const got: string[] = [];
  let release = (): void => {};
  const mortal = system.spawn("mortal", puppet);
  const ref = system.spawn<string>("a", (ctx) => {
    ctx.timers.every("tick", 100, "tick");
    ctx.timers.after("once", 150, "once");
    ctx.watch(mortal, () => "gone");
    ctx.pipeToSelf(pause(clock, 120), () => "piped", String);
    return (message) => {
      got.push(message);
      return message === "block" ? new Promise<void>((resolve) => release = resolve) : undefined;
    };
  }, { mailbox: { limit: 2 } });
  ref.tell("block");
  await clock.advance(0);
  for (let i = 0; i < 10; i++) ref.tell("flood");
  mortal.stop();
  await clock.advance(180);
  release();
  await clock.advance(200);
  assertEquals(got, ["block", "gone", "tick", "piped", "once", "flood", "flood", "tick", "tick"]);
});

Deno.test("a full mailbox with `drop_newest`, the default, makes the message that comes a dead letter", async () => {
  for (const mailbox of [{ limit: 2 }, { limit: 2, whenFull: "drop_newest" as const }]) {
    const { clock, got, ref, system, deadLetters } = heldUp(mailbox);
    for (let n = 1; n <= 4; n++) ref.tell(n);
    await clock.advance(0);
    assertEquals(got, [1, 2]);
    assertEquals(deadLetters.map(({ message, reason }) => [message, reason]), [[3, "mailbox_full"], [
      4,
      "mailbox_full",
    ]]);
    assertEquals(system.tree()[0]!.dropped, 2);
  }
});

Deno.test("a full mailbox with `drop_oldest` makes the one that waits longest a dead letter, and an ask in it fails", async () => {
  const { clock, got, ref, system, deadLetters } = heldUp({ limit: 2, whenFull: "drop_oldest" });
  const asked = reasonOf(ref.ask(() => 1, 1_000));
  for (let n = 2; n <= 4; n++) ref.tell(n);
  await clock.advance(0);
  assertEquals([got, await asked], [[3, 4], "mailbox_full"]);
  assertEquals(deadLetters.map(({ message, reason }) => [message, reason]), [[1, "mailbox_full"], [2, "mailbox_full"]]);
  assertEquals(system.tree()[0]!.dropped, 2);
});

Deno.test("a full mailbox with `fail` throws at who tells and rejects who asks, and makes no dead letter", async () => {
  const { clock, got, ref, system, deadLetters } = heldUp({ limit: 2, whenFull: "fail" });
  ref.tell(1);
  ref.tell(2);
  assertEquals(assertThrows(() => ref.tell(3), MailboxFullError).path, "/a");
  const asked = reasonOf(ref.ask(() => 4, 1_000));
  await clock.advance(0);
  assertEquals([got, await asked, deadLetters, system.tree()[0]!.dropped], [[1, 2], "mailbox_full", [], 2]);
});

Deno.test("a mailbox without room takes nothing in from others, whatever its policy", async () => {
  for (const whenFull of ["drop_newest", "drop_oldest", "fail"] as const) {
    const { clock, got, ref, system } = heldUp({ limit: 0, whenFull });
    const asked = reasonOf(ref.ask(() => 1, 100));
    const waited = reasonOf(ref.tellAndWait(2, 100));
    await clock.advance(200);
    assertEquals([got, await asked, await waited, system.tree()[0]!.mailboxDepth], [
      [],
      "mailbox_full",
      "timed_out",
      0,
    ], whenFull);
  }
});

Deno.test("`tellAndWait` resolves when there is room for the message, whatever the policy, in the order of asking", async () => {
  for (const whenFull of ["drop_newest", "drop_oldest", "fail"] as const) {
    const { clock, got, ref, release, deadLetters } = heldUp({ limit: 1, whenFull });
    const taken: number[] = [];
    ref.tell("hold");
    await clock.advance(0);
    for (const n of [1, 2, 3]) void ref.tellAndWait(n, 1_000).then(() => taken.push(n));
    await clock.advance(10);
    assertEquals([taken, got], [[1], []]);
    release();
    await clock.advance(10);
    assertEquals([taken, got, deadLetters], [[1, 2, 3], [1, 2, 3], []]);
  }
});

Deno.test("who waits for room too long is told, and its message is not handled later", async () => {
  const { clock, got, ref, release } = heldUp({ limit: 1 });
  ref.tell("hold");
  await clock.advance(0);
  ref.tell(1);
  const outcomes = [reasonOf(ref.tellAndWait(2, 50)), reasonOf(ref.tellAndWait(3, 200))];
  await clock.advance(100);
  release();
  await clock.advance(10);
  assertEquals([got, await Promise.all(outcomes)], [[1, 3], ["timed_out", "fulfilled"]]);
});

Deno.test("who waits for room is told when the actor stops, and goes on waiting when it starts again", async () => {
  const { clock, got, ref, release } = heldUp({ limit: 1 });
  ref.tell("hold");
  await clock.advance(0);
  ref.tell("crash");
  const before = reasonOf(ref.tellAndWait(1, 1_000));
  release();
  await clock.advance(10);
  assertEquals([await before, got], ["fulfilled", [1]]);
  ref.tell("hold");
  await clock.advance(0);
  ref.tell("stop");
  const first = reasonOf(ref.tellAndWait(2, 1_000));
  const second = reasonOf(ref.tellAndWait(3, 1_000));
  ref.stop();
  release();
  await clock.advance(10);
  assertEquals([await first, await second, await reasonOf(ref.tellAndWait(4, 1_000)), got], ["gone", "gone", "gone", [
    1,
  ]]);
});

Deno.test("of those who wait for room in one mailbox, the thousand and first is refused", async () => {
  const { clock, ref } = heldUp({ limit: 1 });
  ref.tell("hold");
  await clock.advance(0);
  ref.tell(0);
  const short = Array.from({ length: 500 }, () => reasonOf(ref.tellAndWait("short", 10)));
  const long = Array.from({ length: 500 }, () => reasonOf(ref.tellAndWait("long", 1_000)));
  assertEquals(await reasonOf(ref.tellAndWait("one more", 1_000)), "mailbox_full");
  await clock.advance(20); // those who gave up take no place
  const later = reasonOf(ref.tellAndWait("one more", 1_000));
  ref.stop({ mode: "kill" });
  assertEquals(await later, "gone");
  assertEquals([new Set(await Promise.all(short)), new Set(await Promise.all(long))], [
    new Set(["timed_out"]),
    new Set(["gone"]),
  ]);
});

Deno.test("`ctx.tellAndWait` is given up with the life that waits", async () => {
  const { clock, system, got, ref, release } = heldUp({ limit: 1 });
  const outcomes: string[] = [];
  ref.tell("hold");
  await clock.advance(0);
  ref.tell(1);
  const sender = system.spawn("sender", puppet);
  let late: Order = () => {};
  sender.tell((ctx) => {
    late = () => void reasonOf(ctx.tellAndWait(ref, 3, 1_000)).then((reason) => outcomes.push(reason));
    void reasonOf(ctx.tellAndWait(ref, 2, 1_000)).then((reason) => outcomes.push(reason));
  });
  await clock.advance(0);
  sender.tell(crash);
  await clock.advance(0);
  sender.tell(late);
  release();
  await clock.advance(10);
  assertEquals([outcomes, got], [["cancelled", "cancelled"], [1]]);
});

Deno.test("a flood from itself keeps an actor busy and nobody else from their turns", async () => {
  const { clock, system } = virtualSystem();
  let handled = 0;
  const got: string[] = [];
  const flooder = system.spawn<"more">("flooder", (ctx) => () => {
    if (++handled < 100_000) { for (let i = 0; i < 2; i++) ctx.self.tell("more"); }
  }, { mailbox: { limit: 10 } });
  const other = system.spawn<string>("other", () => (message) => void got.push(`${message} after ${handled < 1_000}`));
  flooder.tell("more");
  other.tell("served");
  await clock.advance(0);
  assertEquals(got, ["served after true"]);
  assertEquals(system.tree()[0]!.received, handled);
});

Deno.test("nobody overtakes who waits for room: what others tell meanwhile gives way itself, also with `drop_oldest`", async () => {
  const { clock, got, ref, release, deadLetters } = heldUp({ limit: 2, whenFull: "drop_oldest" });
  ref.tell("hold");
  await clock.advance(0);
  for (const n of [1, 2]) ref.tell(n);
  void ref.tellAndWait(3, 1_000);
  ref.tell(4);
  release();
  await clock.advance(10);
  assertEquals([got, deadLetters.map(({ message }) => message)], [[1, 2, 3], [4]]);
});
