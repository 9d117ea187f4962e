import { assertEquals } from "@std/assert";
import { TIME_MAX } from "../../../actors/serf/fields.ts";
import { LamportClock } from "../../../actors/serf/lamport.ts";

Deno.test("what is said next comes after everything that was heard", () => {
  const clock = new LamportClock();
  assertEquals(clock.time, 1);
  clock.increment();
  assertEquals(clock.time, 2);
  clock.witness(1);
  assertEquals(clock.time, 2);
  clock.witness(2);
  assertEquals(clock.time, 3);
  clock.witness(40);
  assertEquals(clock.time, 41);
});

Deno.test("at the last time there is, the clock stands", () => {
  const clock = new LamportClock();
  clock.witness(TIME_MAX);
  assertEquals(clock.time, TIME_MAX);
  clock.increment();
  assertEquals(clock.time, TIME_MAX);
});
