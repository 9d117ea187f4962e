/** What the benchmark of broadcasts understands and measures. The peers of most tests are made up. */
import { assert, assertEquals } from "@std/assert";
import { besideGossipsub, describeBroadcast } from "../../bench/broadcast.ts";
import { GROUPS } from "../../bench/broadcast/contenders.ts";
import { Group } from "../../bench/broadcast/group.ts";
import { measureBroadcast } from "../../bench/broadcast/measure.ts";
import { messageIn } from "../../bench/broadcast/message.ts";
import { BROADCAST_DEFAULTS, type BroadcastOptions, withFlag } from "../../bench/broadcast/options.ts";
import type { GroupOptions, Started, StartGroup } from "../../bench/broadcast/peer.ts";
import { LineProcess } from "../../bench/line_process.ts";
import type { Result } from "../../bench/suite.ts";
import { Place } from "../support/place.ts";

/** A group in which what one says is with all others at once, but for what `drops` says. */
class MadeUp {
  readonly killed: number[] = [];
  drops: (peer: number, number: number) => boolean = () => false;

  readonly start = ({ size, heard }: GroupOptions): Promise<Started> => {
    const peers = Array.from({ length: size }, (_, index) => ({
      pid: Deno.pid,
      say: (texts: readonly string[]) => {
        for (const number of texts.map((text) => messageIn(text)!)) {
          for (let peer = 0; peer < size; peer++) {
            if (!this.drops(peer, number)) heard(peer, number, performance.now());
          }
        }
        return Promise.resolve();
      },
      kill: () => Promise.resolve(void this.killed.push(index)),
    }));
    return Promise.resolve({ peers, helpers: [] });
  };
}

async function withGroup(size: number, use: (group: Group, all: MadeUp) => Promise<void>): Promise<void> {
  const all = new MadeUp();
  await using place = await Place.create();
  await using group = await Group.create(all.start, size, place);
  await use(group, all);
}

const FAST = {
  warmUpS: 0.05,
  idleS: 0.01,
  trialS: 0.1,
  trialGraceS: 10,
  restWithinS: 0,
  rateMax: 64,
  beforeDeathS: 0.05,
  afterDeathS: 0.05,
  lateMs: 10_000,
  recoveryLateMs: 10_000,
};
const SMALL: BroadcastOptions = { ...BROADCAST_DEFAULTS, peers: [3], seconds: 1 };

Deno.test("a stream is whole when all but its author have all of it", async () => {
  await withGroup(3, async (group, all) => {
    all.drops = (peer) => peer === 1;
    const stream = group.stream(1, 5);
    assert(await stream.say(1_000, 5, 10_000));
    assert(await stream.whole(group.receivers(1), 0));
    assertEquals(stream.arrivals.delivered([0, 1, 2]), 10);
  });
});

Deno.test("what comes late of an earlier stream does not count for the next", async () => {
  let late: (() => void) | undefined;
  const start = ({ heard }: GroupOptions): Promise<Started> => {
    late = () => heard(0, 0, 0);
    const peer = { pid: 0, say: () => Promise.resolve(), kill: () => Promise.resolve() };
    return Promise.resolve({ peers: [peer, peer], helpers: [] });
  };
  await using place = await Place.create();
  await using group = await Group.create(start, 2, place);
  group.stream(1, 1);
  const second = group.stream(1, 1);
  late!();
  assertEquals(second.arrivals.delivered([0]), 0);
});

Deno.test("an author that takes nothing, or is gone, is not waited for longer than is said", async () => {
  const start = (say: () => Promise<void>) => (): Promise<Started> =>
    Promise.resolve({ peers: [{ pid: 0, say, kill: () => Promise.resolve() }], helpers: [] });
  await using place = await Place.create();
  await using deaf = await Group.create(start(() => new Promise(() => {})), 1, place);
  assertEquals(await deaf.stream(0, 2).say(1_000, 2, 20), false);
  await using gone = await Group.create(start(() => Promise.reject(new Error("gone"))), 1, place);
  assertEquals(await gone.stream(0, 2).say(1_000, 2, 60_000), false);
});

Deno.test("who was killed is no receiver any more, and nobody is left when the group ends", async () => {
  let killed: readonly number[] = [];
  await withGroup(4, async (group, all) => {
    await group.kill(3);
    assertEquals(group.receivers(1), [0, 2]);
    killed = all.killed;
  });
  assertEquals(new Set(killed), new Set([0, 1, 2, 3]));
});

Deno.test("every figure that is measured has its row, and the other way round", async () => {
  await using place = await Place.create();
  const figures = await measureBroadcast(new MadeUp().start, SMALL, place, () => {}, FAST);
  assertEquals(Object.keys(figures), describeBroadcast(SMALL, Object.keys(GROUPS)).benches.map(({ name }) => name));
  assertEquals([figures["lost_3"], figures["doubled_3"]], [0, 0]);
  assert(figures["rate_3"]! > 0);
});

Deno.test("a peer that listens is killed first, the author after it, both while the author speaks", async () => {
  await using place = await Place.create();
  const all = new MadeUp();
  await measureBroadcast(all.start, { ...SMALL, peers: [4], parts: ["deaths"] }, place, () => {}, FAST);
  assertEquals(all.killed.slice(0, 2), [3, 1]);
});

Deno.test("what does not come is counted as lost, and counts as late", async () => {
  await using place = await Place.create();
  const all = new MadeUp();
  all.drops = (peer, number) => peer === 0 && number > 1; // it hears the first message of all and the one after it
  const pace = { ...FAST, lateMs: 500, recoveryLateMs: 500 };
  const figures = await measureBroadcast(
    all.start,
    { ...SMALL, peers: [4], parts: ["latency", "deaths"] },
    place,
    () => {},
    pace,
  );
  const said = 20 + 2 + 1 + 16; // while nobody dies, beside the two deaths, and at once
  assertEquals([figures["lost_4"], figures["doubled_4"]], [said, 0]);
  assertEquals([figures["p50_4"], figures["whole_4"], figures["whole_author_4"]], [500_000, 500, 500]);
});

Deno.test("what comes twice is counted", async () => {
  await using place = await Place.create();
  const twice: StartGroup = ({ heard, ...rest }) =>
    new MadeUp().start({ ...rest, heard: (...heardOf) => (heard(...heardOf), heard(...heardOf)) });
  const figures = await measureBroadcast(twice, { ...SMALL, parts: ["latency"] }, place, () => {}, FAST);
  assertEquals([figures["lost_3"], figures["doubled_3"]], [0, 60]);
});

Deno.test("rows are only of what is asked for", () => {
  const names = (...parts: BroadcastOptions["parts"]): readonly string[] =>
    describeBroadcast({ ...SMALL, parts }, ["parley"]).benches.map(({ name }) => name);
  assertEquals(names("rate"), ["rate_3"]);
  assertEquals(names("deaths"), ["whole_3", "whole_author_3", "lost_3", "doubled_3"]);
  assertEquals(names("latency"), ["p50_3", "p99_3", "cpu_3", "idle_3", "share_3", "lost_3", "doubled_3"]);
});

Deno.test("ours come first, the mesh is what others are divided by, and who is not here is named", () => {
  const options = { ...SMALL, contenders: ["tcp_mesh", "nats", "parley", "serf"] };
  const { contenders, reference, notes } = describeBroadcast(options, ["parley", "tcp_mesh", "gossipsub"]);
  assertEquals([contenders, reference], [["parley", "tcp_mesh"], "tcp_mesh"]);
  assertEquals(notes.at(-1), "Not here: nats, serf.");
});

Deno.test("without ours there are no aims, and without the mesh none beside it: the first is the measure then", () => {
  const aims = (...contenders: readonly string[]): readonly [string, number] => {
    const { benches, reference } = describeBroadcast({ ...SMALL, contenders }, contenders);
    return [reference, benches.filter(({ aim }) => aim !== undefined).length];
  };
  assertEquals(aims("tcp_mesh", "nats"), ["tcp_mesh", 0]);
  assertEquals(aims("parley", "nats"), ["parley", 5]);
  assertEquals(aims("parley", "tcp_mesh"), ["tcp_mesh", 9]);
});

Deno.test("what is aimed at beside gossipsub is said where both have the figure", () => {
  const result = (bench: string, contender: string, median: number): Result => //
  ({ bench, contender, median, unit: "", ratio: 1 });
  const results = [
    result("p50_3", "parley", 1),
    result("p50_3", "gossipsub", 1),
    result("p99_3", "parley", 10),
    result("p99_3", "gossipsub", 100),
    result("rate_3", "parley", 190),
    result("rate_3", "gossipsub", 10),
  ];
  assertEquals(besideGossipsub(results), [
    "p99_3: x0.10 of gossipsub's, aim <= x0.13 met.",
    "rate_3: x19 of gossipsub's, aim >= x20 MISSED.",
  ]);
  assertEquals(besideGossipsub(results.filter(({ contender }) => contender === "parley")), []);
});

Deno.test("a flag without sense is a complaint, and another suite's is none of ours", () => {
  const set = (flag: string, value: string) => withFlag(BROADCAST_DEFAULTS, flag, () => value);
  assertEquals(set("--peers", "3,36"), { ...BROADCAST_DEFAULTS, peers: [3, 36] });
  assertEquals(set("--parts", "rate"), { ...BROADCAST_DEFAULTS, parts: ["rate"] });
  assertEquals(set("--contenders", "nats"), { ...BROADCAST_DEFAULTS, contenders: ["nats"] });
  assertEquals(set("--seconds", "600"), { ...BROADCAST_DEFAULTS, seconds: 600 });
  assertEquals(set("--warm-up", "5"), { ...BROADCAST_DEFAULTS, warmUpS: 5 });
  for (
    const [flag, value] of [
      ["--peers", "2"],
      ["--peers", "37"],
      ["--parts", "rates"],
      ["--contenders", "nat"],
      ["--seconds", "0"],
      ["--seconds", "601"],
      ["--warm-up", "0"],
      ["--warm-up", "601"],
    ] as const
  ) assert(String(set(flag, value)).startsWith(`${flag} `), `${flag} ${value}`);
  assertEquals(set("--nodes", "3"), undefined);
});

Deno.test("lines of programs come through whole, however many are given at once", { timeout: 60_000 }, async () => {
  await using place = await Place.create();
  try {
    await using group = await Group.create(GROUPS["tcp_mesh"]!, 3, place);
    const stream = group.stream(1, 3_000);
    assert(await stream.say(1e9, 3_000, 50_000));
    assert(await stream.whole(group.receivers(1), 50_000));
    assertEquals(stream.arrivals.doubled, 0);
  } finally {
    await LineProcess.killAll();
  }
});

for (const contender of ["parley", "tcp_mesh"]) {
  Deno.test(`what one says in a group of ${contender} is with all others`, { timeout: 60_000 }, async () => {
    await using place = await Place.create();
    try {
      await using group = await Group.create(GROUPS[contender]!, 3, place);
      let isWhole = false;
      for (let tries = 0; tries < 20 && !isWhole; tries++) { // who does not know all yet does not reach all
        const stream = group.stream(1, 1);
        assert(await stream.say(1_000, 1, 10_000));
        isWhole = await stream.whole(group.receivers(1), 2_000);
      }
      assert(isWhole);
      assert(group.cpuMs() > 0);
    } finally {
      await LineProcess.killAll();
    }
  });
}
