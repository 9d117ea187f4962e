import { assertEquals, assertThrows } from "@std/assert";
import { MachineClock } from "../../sim/machine_clock.ts";
import { ProcessClock } from "../../sim/process_clock.ts";
import { VirtualClock } from "../../sim/virtual_clock.ts";

const START = Date.UTC(2026, 0, 1);

Deno.test("a machine's clocks are right until they go wrong", async () => {
  const world = new VirtualClock();
  const machine = new MachineClock(world);
  await world.advance(1_234.5);
  assertEquals([machine.now(), machine.wallMs()], [1_234.5, START + 1_234]);
});

Deno.test("who sets the wall clock does not move the monotonic one", async () => {
  const world = new VirtualClock();
  const machine = new MachineClock(world);
  await world.advance(1_000);
  machine.jump(-3_600_000);
  assertEquals([machine.now(), machine.wallMs()], [1_000, START + 1_000 - 3_600_000]);
  machine.jump(7_200_000);
  await world.advance(1_000);
  assertEquals([machine.now(), machine.wallMs()], [2_000, START + 2_000 + 3_600_000]);
});

Deno.test("a clock that goes too fast goes on from where it was, and timers on it come sooner", async () => {
  const world = new VirtualClock();
  const machine = new MachineClock(world);
  const clock = new ProcessClock(world, machine);
  await world.advance(1_000);
  machine.rate = 2;
  let firedAt = 0;
  clock.after(1_000, () => firedAt = world.now());
  await world.advance(1_000);
  assertEquals([firedAt, clock.now(), clock.wallMs()], [1_500, 3_000, START + 3_000]);
  machine.rate = 1;
  await world.advance(1_000);
  assertEquals([clock.now(), clock.wallMs()], [4_000, START + 4_000]);
});

Deno.test("a clock that stands or goes back is refused", () => {
  const machine = new MachineClock(new VirtualClock());
  for (const rate of [0, -1, NaN]) assertThrows(() => machine.rate = rate, RangeError);
});

Deno.test("timers that come due after the end of a process are counted, and those of a killed one never come", async () => {
  const world = new VirtualClock();
  const clock = new ProcessClock(world);
  clock.after(10, () => {});
  await world.advance(10);
  clock.after(10, () => {});
  clock.end();
  await world.advance(10);
  assertEquals(clock.late, 1);
  clock.after(10, () => {});
  clock.kill();
  await world.advance(10);
  assertEquals(clock.late, 1);
});
