import { assertEquals } from "@std/assert";
import { DEAD_LETTERS, type DeadLetter } from "../../../actors/runtime/mod.ts";
import { VirtualClock } from "../../../sim/virtual_clock.ts";
import { CountingClock } from "../../support/counting_clock.ts";
import { idle, puppet } from "../../support/puppet.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

Deno.test("every dead letter is counted by its reason and told to who listens", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const gone = system.spawn("gone", idle);
  gone.stop();
  for (let n = 0; n < 100; n++) gone.tell(n);
  system.spawn("a", puppet).tell((ctx) => {
    ctx.deadLetter({ to: "nobody", message: "hello", reason: "no_such_actor" });
    throw new Error("boom");
  });
  await clock.advance(0);
  assertEquals(deadLetters.length, 102);
  assertEquals(system.deadLetterCounts, {
    no_such_actor: 1,
    refused: 0,
    stopped: 100,
    mailbox_full: 0,
    stash_full: 0,
    crashed: 1,
    late_reply: 0,
    unreachable: 0,
    unsendable: 0,
  });
});

Deno.test("of a storm of dead letters the first is logged, and then one line a second says how many more", async () => {
  const { clock, system, log } = virtualSystem();
  const gone = system.spawn("gone", idle);
  gone.stop();
  for (let ms = 0; ms < 2_500; ms += 10) {
    gone.tell(ms);
    await clock.advance(10);
  }
  await clock.advance(10_000);
  gone.tell("much later");
  assertEquals(
    log.map(({ event, fields, wallMs }) => `${event} ${fields["more"] ?? ""} ${wallMs - clock.wallMs() + clock.now()}`),
    ["dead_letter  0", "dead_letters 99 1000", "dead_letters 100 2000", "dead_letters 50 3000", "dead_letter  12500"],
  );
});

Deno.test("a line about a dead letter names its addressee and reason, and what was thrown, but never the message", async () => {
  const { clock, system, log } = virtualSystem();
  const secret = { password: "swordfish" };
  const ref = system.spawn<unknown>("a", () => () => {
    throw new Error("boom");
  });
  ref.tell(secret);
  await clock.advance(0);
  const line = log.find(({ event }) => event === "dead_letter")!;
  assertEquals(line.fields, { to: "/a", reason: "crashed", cause: "Error: boom" });
});

Deno.test("when the system stops, what was not said yet is said, and no timer is left", async () => {
  const time = new VirtualClock();
  const clock = new CountingClock(time);
  const { system, log } = virtualSystem("test", { clock });
  const gone = system.spawn("gone", idle);
  gone.stop();
  for (let n = 0; n < 3; n++) gone.tell(n);
  void system.stop();
  await time.advance(0);
  assertEquals([log.map(({ event }) => event), clock.pending], [["dead_letter", "dead_letters"], 0]);
  gone.tell("after the end");
  assertEquals([system.deadLetterCounts.stopped, log.length, clock.pending], [4, 2, 0]);
});

Deno.test("a dead letter that comes of telling about one is counted and not told", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const gone = system.spawn("gone", idle);
  gone.stop();
  system.events.subscribe(DEAD_LETTERS, () => gone.tell("about a dead letter"));
  system.spawn<DeadLetter>("listener", (ctx) => {
    ctx.subscribe(DEAD_LETTERS, (letter) => letter);
    return () => {};
  }, { mailbox: { limit: 1 } });
  await clock.advance(0);
  gone.tell(1);
  gone.tell(2);
  assertEquals(deadLetters.map(({ message }) => message), [1, 2]);
  // Two of ours, two from the function that listens, and one for which the actor that listens had no room.
  assertEquals([system.deadLetterCounts.stopped, system.deadLetterCounts.mailbox_full], [4, 1]);
});

Deno.test("whatever is thrown can be told, also what cannot be made a text", async () => {
  const { clock, system, log, deadLetters } = virtualSystem("test", { supervision: { backoffMinMs: 0 } });
  const thrown: unknown[] = [
    undefined,
    null,
    "text",
    Object.create(null),
    { toString: () => 7, valueOf: () => ({}) },
    new (class extends Error {
      override toString(): string {
        throw new Error("no text");
      }
    })("silent"),
  ];
  const ref = system.spawn<number>("a", () => (at) => {
    throw thrown[at];
  });
  for (const at of thrown.keys()) {
    ref.tell(at);
    await clock.advance(30_000);
    assertEquals(system.tree()[0]!.state, "running", `thrown ${at}`);
  }
  assertEquals(deadLetters.map(({ cause }) => cause), thrown);
  assertEquals(log.filter(({ event }) => event === "actor_crashed").length, thrown.length);
});
