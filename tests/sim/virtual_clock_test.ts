import { assertEquals, assertRejects } from "@std/assert";
import { VirtualClock } from "../../sim/virtual_clock.ts";

Deno.test("VirtualClock runs events by time, then in the order of asking", async () => {
  const clock = new VirtualClock();
  const ran: string[] = [];
  for (const [name, delayMs] of [["c", 30], ["a", 10], ["b1", 20], ["b2", 20], ["a2", 10]] as const) {
    clock.after(delayMs, () => ran.push(`${name}@${clock.now()}`));
  }
  await clock.advance(30);
  assertEquals(ran, ["a@10", "a2@10", "b1@20", "b2@20", "c@30"]);
});

Deno.test("VirtualClock keeps a thousand events in order", async () => {
  const clock = new VirtualClock();
  const ran: number[] = [];
  const delays = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1009);
  for (const delayMs of delays) clock.after(delayMs, () => ran.push(delayMs));
  await clock.advance(2000);
  assertEquals(ran, delays.toSorted((a, b) => a - b));
});

Deno.test("VirtualClock.advance() stands at the end and leaves later events", async () => {
  const clock = new VirtualClock();
  let ran = 0;
  clock.after(100, () => ran++);
  await clock.advance(99.5);
  assertEquals([clock.now(), ran], [99.5, 0]);
  await clock.advance(0.5);
  assertEquals([clock.now(), ran], [100, 1]);
});

Deno.test("VirtualClock runs what an event asks for within the same advance", async () => {
  const clock = new VirtualClock();
  const ran: number[] = [];
  const again = (): void => {
    ran.push(clock.now());
    if (ran.length < 3) clock.after(10, again);
  };
  clock.after(10, again);
  await clock.advance(100);
  assertEquals(ran, [10, 20, 30]);
});

Deno.test("VirtualClock does not run what was cancelled, and cancelling twice is harmless", async () => {
  const clock = new VirtualClock();
  let ran = 0;
  const cancel = clock.after(10, () => ran++);
  cancel();
  cancel();
  await clock.advance(20);
  assertEquals(ran, 0);
  cancel();
});

Deno.test("VirtualClock takes a negative delay for none", async () => {
  const clock = new VirtualClock();
  await clock.advance(50);
  let at = -1;
  clock.after(-10, () => at = clock.now());
  await clock.advance(0);
  assertEquals(at, 50);
});

Deno.test("soon() comes before any delay, in order, and before time moves on", async () => {
  const clock = new VirtualClock();
  const ran: string[] = [];
  clock.after(0, () => {
    ran.push("event");
    clock.soon(() => {
      ran.push("soon");
      clock.soon(() => ran.push("sooner"));
    });
  });
  clock.yieldThen(() => ran.push("yielded"));
  clock.soon(() => ran.push("first"));
  await clock.advance(1);
  assertEquals(ran, ["first", "event", "soon", "sooner", "yielded"]);
});

Deno.test("VirtualClock lets promises run before the next event", async () => {
  const clock = new VirtualClock();
  const ran: string[] = [];
  clock.after(1, () => void Promise.resolve().then(() => {}).then(() => clock.soon(() => ran.push("promised"))));
  clock.after(1, () => ran.push("next"));
  await clock.advance(1);
  assertEquals(ran, ["promised", "next"]);
});

Deno.test("VirtualClock may let promises run only now and then, but never later than told", async () => {
  const clock = new VirtualClock({ settleEveryMs: 1 });
  const ran: string[] = [];
  clock.after(1, () => void Promise.resolve().then(() => {}).then(() => clock.soon(() => ran.push("promised"))));
  clock.after(1.5, () => ran.push("within"));
  clock.after(2.5, () => ran.push("beyond"));
  await clock.advance(3);
  assertEquals(ran, ["within", "promised", "beyond"]);
});

Deno.test("VirtualClock says so when time stands still, because what runs asks for more of the same instant", async () => {
  const clock = new VirtualClock({ eventsAtOnceMax: 1_000 });
  const again = (): void => void clock.yieldThen(again);
  again();
  await assertRejects(() => clock.advance(1), Error, "Time stands still at 0 ms: more than 1000 events");
});

Deno.test("until() stops when the condition holds and throws when it does not in time", async () => {
  const clock = new VirtualClock();
  await clock.until(() => clock.now() >= 40, 100, "40 ms");
  assertEquals(clock.now(), 40);
  await assertRejects(() => clock.until(() => false, 100, "the impossible"), Error, "the impossible");
  assertEquals(clock.now(), 140);
});

Deno.test("wallMs() moves with the clock", async () => {
  const clock = new VirtualClock({ wallStartMs: 1_000_000 });
  await clock.advance(250);
  assertEquals(clock.wallMs(), 1_000_250);
});
