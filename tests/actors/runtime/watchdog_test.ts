import { assert, assertEquals } from "@std/assert";
import { LOOP_BLOCKED, type LoopBlocked } from "../../../actors/runtime/mod.ts";
import { type Blockage, TurnMeter } from "../../../actors/runtime/turn_meter.ts";
import { LeapingClock } from "../../support/leaping_clock.ts";
import { crash, type Order, puppet } from "../../support/puppet.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

function watched(blockedAfterMs?: number) {
  const clock = new LeapingClock();
  const world = virtualSystem("test", { clock, ...(blockedAfterMs === undefined ? {} : { blockedAfterMs }) });
  const blockages: LoopBlocked[] = [];
  world.system.events.subscribe(LOOP_BLOCKED, (blockage) => blockages.push(blockage));
  const compute = (ms: number): Order => () => clock.leap(ms);
  return { ...world, clock, blockages, compute };
}

Deno.test("an actor that keeps the event loop too long is named in the log, on a topic and in the tree", async () => {
  const { clock, system, log, blockages, compute } = watched();
  system.spawn("innocent", puppet).tell(compute(1));
  system.spawn("busy", puppet).tell(compute(250));
  system.spawn("at the limit", puppet).tell(compute(100));
  await clock.virtual.advance(0);
  assertEquals(blockages, [{ suspects: ["/busy"], tookMs: 250 }]);
  assertEquals(log.map(({ event, path, fields }) => [event, path, fields["tookMs"]]), [["loop_blocked", "/busy", 250]]);
  assertEquals(system.tree().map(({ name, blockages }) => [name, blockages]), [
    ["innocent", 0],
    ["busy", 1],
    ["at the limit", 0],
  ]);
});

Deno.test("a start, a stop hook and a crash that take long are told like a message", async () => {
  const { clock, system, blockages } = watched();
  system.spawn<never>("start", () => {
    clock.leap(200);
    return () => {};
  });
  system.spawn("stop", puppet).tell((ctx) => {
    ctx.onStop(() => clock.leap(300));
    ctx.stop(ctx.self);
  });
  const ref = system.spawn("crash", puppet);
  ref.tell(() => clock.leap(400));
  ref.tell(crash);
  await clock.virtual.advance(0);
  assertEquals(blockages.map(({ suspects, tookMs }) => `${suspects} ${tookMs}`), [
    "/start 200",
    "/stop 300",
    "/crash 400",
  ]);
});

Deno.test("waiting is not blocking: what passes while a promise is pending is nobody's", async () => {
  const { clock, system, blockages } = watched();
  const ref = system.spawn("a", puppet);
  ref.tell(() => new Promise((resolve) => clock.virtual.after(5_000, resolve)));
  await clock.virtual.advance(2_000);
  clock.leap(5_000);
  await clock.virtual.advance(10_000);
  assertEquals([blockages, system.tree()[0]!.timeSpentMs < 1], [[], true]);
});

Deno.test("where turns are measured together, the one that blocked is among the few that are named", async () => {
  const { clock, system, blockages, compute } = watched();
  const refs = Array.from({ length: 100 }, (_, at) => system.spawn(`${at}`, puppet));
  await clock.virtual.advance(0);
  for (const [at, ref] of refs.entries()) ref.tell(compute(at === 77 ? 500 : 0));
  await clock.virtual.advance(0);
  assertEquals(blockages.length, 1);
  assert(blockages[0]!.suspects.includes("/77"));
  assert(blockages[0]!.suspects.length <= 16);
  const named = system.tree().filter(({ blockages }) => blockages === 1).map(({ path }) => path);
  assertEquals(named.toSorted(), blockages[0]!.suspects.toSorted());
});

Deno.test("what passes between turns is nobody's, also where turns are measured together", () => {
  for (const turnsInWindow of [0, 1]) {
    const clock = new LeapingClock();
    const blockages: Blockage[] = [];
    const meter = new TurnMeter(clock, 100, (blockage) => blockages.push(blockage));
    const actor = { path: "/a", spent: () => {} };
    meter.begin();
    for (let turn = 0; turn < 16; turn++) meter.turn(actor, false); // so many are measured one by one
    meter.turn(actor, true);
    for (let turn = 0; turn < turnsInWindow; turn++) meter.turn(actor, false);
    clock.leap(500);
    meter.begin();
    meter.turn(actor, true);
    assertEquals(blockages, []);
  }
});

Deno.test("the limit can be set", async () => {
  const { clock, system, blockages, compute } = watched(10);
  system.spawn("a", puppet).tell(compute(11));
  await clock.virtual.advance(0);
  assertEquals(blockages, [{ suspects: ["/a"], tookMs: 11 }]);
});

Deno.test("an actor that has shown to be slow handles fewer messages in a turn, down to one", async () => {
  const { clock, system } = watched();
  const trace: string[] = [];
  const order = (name: string): Order => () => {
    trace.push(name);
    if (name === "slow") clock.leap(3);
  };
  const [slow, fast] = ["slow", "fast"].map((name) => system.spawn(name, puppet));
  await clock.virtual.advance(0);
  for (let i = 0; i < 200; i++) slow!.tell(order("slow"));
  await clock.virtual.advance(0);
  trace.length = 0;
  for (let i = 0; i < 5; i++) {
    slow!.tell(order("slow"));
    fast!.tell(order("fast"));
  }
  await clock.virtual.advance(0);
  assertEquals(trace.slice(0, 2), ["slow", "fast"]);
});
