import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { lan } from "../../../actors/pool/profile.ts";
import { rightWithinMs } from "../../../sim/run/bound.ts";
import { FAULTS } from "../../../sim/faults/table.ts";
import { parseFaults } from "../../../sim/faults/choice.ts";
import { type Plan, planRun } from "../../../sim/run/plan.ts";
import { replayCommand, type RunParameters } from "../../../sim/run/parameters.ts";

function parameters(given: Partial<RunParameters> & { fault?: string } = {}): RunParameters {
  const { fault = "none", ...rest } = given;
  const faults = parseFaults(fault);
  if (!faults.ok) throw new Error(faults.why);
  return { seed: "1", peers: 20, minutes: 5, profile: "lan", faults: faults.value, chatters: 5, rooms: 2, ...rest };
}

Deno.test("a seed draws the same plan each time, and another seed another", () => {
  const plan = planRun(parameters({ fault: "all" }));
  assertEquals(planRun(parameters({ fault: "all" })), plan);
  assertNotEquals(planRun(parameters({ fault: "all", seed: "2" })), plan);
});

Deno.test("everybody starts once, the first alone and each other with somebody who has started before", () => {
  const { names, arrivals, arrivedAtMs } = planRun(parameters());
  assertEquals(arrivals.map(({ name }) => name), names);
  const there = new Set<string>();
  for (const { name, contact, atMs } of arrivals) {
    assertEquals(contact === undefined, there.size === 0);
    assert(contact === undefined || there.has(contact));
    assert(atMs <= arrivedAtMs);
    there.add(name);
  }
});

Deno.test("faults begin after everybody had time to arrive, in the order of their numbers, and end with the run", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const plan = planRun(parameters({ fault: "all", seed: String(seed) }));
    assertEquals(plan.episodes.map(({ number }) => number), plan.episodes.map((_, at) => at + 1));
    let last = plan.faultsFromMs;
    assert(plan.faultsFromMs > plan.arrivedAtMs);
    for (const { fromMs, toMs, peers, fault } of plan.episodes) {
      assert(fromMs >= last && fromMs < plan.endsAtMs && toMs >= fromMs && toMs <= plan.endsAtMs);
      last = fromMs;
      assert(
        peers.length > 0 && new Set(peers).size === peers.length && peers.every((name) => plan.names.includes(name)),
      );
      assert(FAULTS.some(({ name }) => name === fault));
    }
  }
});

Deno.test("each fault strikes at least once in five minutes", () => {
  for (const { name } of FAULTS) {
    for (let seed = 1; seed <= 20; seed++) {
      const { episodes } = planRun(parameters({ fault: name, seed: String(seed) }));
      assert(episodes.length > 0 && episodes.every(({ fault }) => fault === name), `${name}, seed ${seed}`);
    }
  }
});

Deno.test("one fault is over before it strikes again", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { episodes } = planRun(parameters({ fault: "cut,pause", seed: String(seed), minutes: 20 }));
    for (const name of ["cut", "pause"]) {
      const own = episodes.filter(({ fault }) => fault === name);
      assert(own.every(({ fromMs }, at) => at === 0 || fromMs >= own[at - 1]!.toMs), `${name}, seed ${seed}`);
    }
  }
});

Deno.test("the first fault comes within twenty probe intervals of the time of peace", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { episodes, faultsFromMs } = planRun(parameters({ fault: "loss", seed: String(seed) }));
    assert(episodes[0]!.fromMs - faultsFromMs <= 20_000, `seed ${seed}`);
  }
});

Deno.test("links get time to be dialled again, unless nothing was there to break them", () => {
  assertEquals(planRun(parameters()).linksWithinMs, 0);
  assertEquals(planRun(parameters({ fault: "loss" })).linksWithinMs, 30_000);
});

Deno.test("the bound is made of slow probes, the longest suspicion, tries to rejoin, and exchanges of tables", () => {
  // lan: 3 probes of 8 s, a suspicion of 6 × 4 s, 3 tries each 30 s, 2 exchanges each 30 s.
  assertEquals(rightWithinMs(10, lan), 24_000 + 24_000 + 90_000 + 60_000);
  // With a hundred, suspicions take twice as long, and exchanges come three times as seldom.
  assertEquals(rightWithinMs(100, lan), 24_000 + 48_000 + 90_000 + 180_000);
});

Deno.test("crashes never take more than a third of all peers away", () => {
  for (const peers of [1, 2, 3, 10, 100]) {
    const { episodes } = planRun(parameters({ fault: "crash", peers, minutes: 600, chatters: 0 }));
    const struck = new Set(episodes.flatMap((episode) => episode.peers));
    assert(struck.size <= Math.max(peers < 2 ? 0 : 1, Math.floor(peers / 3)), `${struck.size} of ${peers}`);
  }
});

Deno.test("a longer run has the faults of a shorter one, and more", () => {
  const shorter = planRun(parameters({ fault: "loss,restart", minutes: 5 }));
  const longer = planRun(parameters({ fault: "loss,restart", minutes: 10 }));
  const untilThen = longer.episodes.slice(0, shorter.episodes.length);
  assert(longer.episodes.length > shorter.episodes.length);
  const ended = (plan: Plan["episodes"]) =>
    plan.map(({ toMs, ...rest }) => ({ ...rest, toMs: Math.min(toMs, 300_000) }));
  assertEquals(ended(untilThen), shorter.episodes);
});

Deno.test("of the faults that were drawn, those that are named remain, with their numbers", () => {
  const all = planRun(parameters({ fault: "all" })).episodes;
  const some = planRun(parameters({ fault: "all", only: [2, 3] })).episodes;
  assertEquals(some, all.slice(1, 3));
  assertEquals(planRun(parameters({ fault: "all", only: [] })).episodes, []);
});

Deno.test("who talks is divided between the rooms, and only they say something", () => {
  const { rooms, talks, faultsFromMs, endsAtMs } = planRun(parameters({ chatters: 5, rooms: 2 }));
  assertEquals([...rooms.values()].toSorted(), ["room1", "room1", "room1", "room2", "room2"]);
  assert(talks.length > 50);
  assert(talks.every(({ name, atMs }) => rooms.has(name) && atMs >= faultsFromMs && atMs < endsAtMs));
  assertEquals(planRun(parameters({ chatters: 0 })).talks, []);
});

Deno.test("also a run of seconds has its arrivals, its faults and its end in this order", () => {
  const { arrivedAtMs, faultsFromMs, endsAtMs } = planRun(parameters({ minutes: 0.1 }));
  assert(0 < arrivedAtMs && arrivedAtMs < faultsFromMs && faultsFromMs < endsAtMs && endsAtMs === 6_000);
});

Deno.test("the command that replays a run has all that it was made from", () => {
  assertEquals(
    replayCommand(parameters({ fault: "crash,loss=10%", only: [1, 4] })),
    "deno task sim --seed 1 --peers 20 --minutes 5 --profile lan --faults crash,loss=10% --only 1,4 --chatters 5 --rooms 2",
  );
  assertEquals(
    replayCommand(parameters({ only: [], settled: true })),
    "deno task sim --seed 1 --peers 20 --minutes 5 --profile lan --faults none --only none --chatters 5 --rooms 2 --settled",
  );
});
