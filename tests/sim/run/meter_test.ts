/** The figures of stories told by hand. */
import { assertEquals } from "@std/assert";
import type { ChatEvent } from "../../../actors/chat_room.ts";
import type { MembershipEvent } from "../../../actors/membership.ts";
import type { Cluster, Ending } from "../../../sim/run/cluster.ts";
import { Meter } from "../../../sim/run/meter.ts";
import { planRun } from "../../../sim/run/plan.ts";
import { Views } from "../../../sim/run/views.ts";
import { Sometimes } from "../../../sim/sometimes.ts";

class Story {
  readonly names = ["p1", "p2", "p3"];
  readonly views = new Views(this.names);
  readonly sometimes = new Sometimes();
  readonly meter: Meter;
  atMs = 0;
  processes: readonly unknown[] = [];
  traffic = { packets: 0, packetBytes: 0, streams: 0, streamBytes: 0 };

  constructor() {
    const parameters = { seed: "1", peers: 3, minutes: 5, profile: "lan", faults: [], chatters: 0, rooms: 1 } as const;
    const plan = { ...planRun(parameters), arrivedAtMs: 1_000, endsAtMs: 60_000 };
    const [now, traffic, processes] = [() => this.atMs, () => this.traffic, () => this.processes];
    const cluster = {
      now,
      get traffic() {
        return traffic();
      },
      get processes() {
        return processes();
      },
    } as unknown as Cluster;
    this.meter = new Meter(plan, this.views, this.sometimes, () => cluster);
  }

  /** Of what was said in its room, each holds so much from the first on. */
  holds(...lasts: readonly number[]): void {
    this.processes = this.names.map((name, at) => ({
      name,
      history: { before: () => Array.from({ length: lasts[at]! }, (_, number) => ({ hash: `hash ${number}` })) },
    }));
  }

  start(...names: readonly string[]): void {
    for (const name of names) {
      this.meter.started(name);
      this.views.start(name);
    }
  }

  end(name: string, how: Ending): void {
    this.meter.ended(name, how);
    this.views.end(name);
  }

  member(observer: string, type: MembershipEvent["type"], name: string): void {
    const event = { type, member: { name } } as unknown as MembershipEvent;
    this.meter.member(observer, event);
    this.views.hear(observer, event);
    this.meter.viewsChanged();
  }

  everybodyKnows(): void {
    for (const observer of this.names) for (const subject of this.names) this.member(observer, "joined", subject);
  }

  said(observer: string, author: string, number: number): void {
    const own = observer === author;
    const event: ChatEvent = {
      type: "said",
      room: "room1" as never,
      author,
      own,
      text: `${author} ${number}`,
      wallMs: 0,
    };
    this.meter.chat(observer, event);
  }

  strike(phase: "begins" | "ends", fault = "slow", peers: readonly string[] = ["p1"]): void {
    this.meter.episode({ number: 1, fault, fromMs: 0, toMs: 0, peers, amount: 0 }, phase);
  }
}

Deno.test("all have converged when the last belief becomes right, counted from the last arrival", () => {
  const story = new Story();
  story.start("p1", "p2");
  for (const one of ["p1", "p2"]) for (const other of ["p1", "p2"]) story.member(one, "joined", other);
  story.atMs = 1_000;
  story.start("p3");
  story.atMs = 3_500;
  story.everybodyKnows();
  assertEquals(story.meter.figures().convergedAfterMs, 2_500);
  story.atMs = 9_000;
  story.member("p1", "joined", "p2");
  assertEquals(story.meter.figures().convergedAfterMs, 2_500);
});

Deno.test("there is no time of convergence once a fault was in force", () => {
  const story = new Story();
  story.start("p1", "p2", "p3");
  story.strike("begins");
  story.strike("ends");
  story.everybodyKnows();
  assertEquals(story.meter.figures().convergedAfterMs, undefined);
});

Deno.test("a death is detected by the first, and by each, so long after it; who is back before does not count", () => {
  const story = new Story();
  story.start("p1", "p2", "p3");
  story.everybodyKnows();
  story.atMs = 10_000;
  story.end("p3", "killed");
  story.atMs = 15_000;
  story.member("p1", "failed", "p3");
  story.atMs = 16_000;
  story.member("p2", "failed", "p3");
  const { deaths, firstDetectionMs, detectionMs, falsePositives } = story.meter.figures();
  assertEquals([deaths, firstDetectionMs.count, firstDetectionMs.max], [1, 1, 5_000]);
  assertEquals([detectionMs.count, detectionMs.median, detectionMs.max], [2, 5_000, 6_000]);
  assertEquals(falsePositives.failures, 0);

  story.end("p2", "killed");
  story.start("p2");
  story.end("p2", "left");
  story.member("p1", "failed", "p2");
  assertEquals([story.meter.figures().deaths, story.sometimes.count("return"), story.sometimes.count("departure")], [
    1,
    1,
    1,
  ]);
});

Deno.test("who lives and is declared dead is a false positive of each who believes it; healthy, if no fault struck either", () => {
  const story = new Story();
  story.start("p1", "p2", "p3");
  story.strike("begins", "slow", ["p1"]);
  story.member("p2", "suspected", "p1");
  story.member("p2", "failed", "p1");
  story.member("p1", "failed", "p3");
  story.member("p2", "failed", "p3");
  assertEquals(story.meter.figures().falsePositives, { suspicions: 1, failures: 3, failuresAmongHealthy: 1 });
  story.strike("begins", "slow", ["p1"]);
  story.strike("ends", "slow", ["p1"]);
  story.member("p2", "failed", "p1");
  assertEquals(
    story.meter.figures().falsePositives.failuresAmongHealthy,
    1,
    "it is struck twice, and one of these goes on",
  );
  story.strike("ends", "slow", ["p1"]);
  story.strike("begins", "loss", []);
  story.member("p2", "failed", "p1");
  assertEquals(story.meter.figures().falsePositives.failuresAmongHealthy, 1, "loss strikes all");
  story.strike("ends", "loss", []);
  story.member("p2", "failed", "p1");
  assertEquals(story.meter.figures().falsePositives.failuresAmongHealthy, 2);
});

Deno.test("a message is awaited by all others in the room, until it is shown to them or they are gone", () => {
  const story = new Story();
  story.start("p1", "p2", "p3");
  for (const name of story.names) story.meter.entered(name, "room1");
  story.said("p1", "p1", 1);
  story.atMs = 20;
  story.said("p2", "p1", 1);
  story.said("p2", "p1", 1);
  story.atMs = 50;
  story.said("p3", "p1", 1);
  const { delayMs, convergedAfterMs, ...counts } = story.meter.figures().rooms;
  assertEquals(counts, { said: 1, expected: 2, shown: 2 });
  assertEquals([delayMs.count, delayMs.median, delayMs.max], [2, 20, 50]);
  assertEquals([convergedAfterMs.count, convergedAfterMs.max, story.sometimes.count("message")], [1, 50, 1]);

  story.said("p1", "p1", 2);
  story.end("p3", "killed");
  assertEquals(story.meter.figures().rooms.expected, 3, "of the two others one is gone");
  story.said("p2", "p1", 2);
  assertEquals(story.meter.figures().rooms.shown, 3);
});

Deno.test("who is in another room is not awaited", () => {
  const story = new Story();
  story.start("p1", "p2", "p3");
  for (const [name, room] of [["p1", "room1"], ["p2", "room2"], ["p3", "room1"]] as const) {
    story.meter.entered(name, room);
  }
  story.said("p1", "p1", 1);
  assertEquals(story.meter.figures().rooms.expected, 1);
});

Deno.test("rates are for each peer that runs and second, from the last arrival on", () => {
  const story = new Story();
  story.start("p1", "p2");
  story.traffic = { packets: 500, packetBytes: 5_000, streams: 5, streamBytes: 500 };
  story.meter.sample();
  story.atMs = 1_000;
  story.meter.sample();
  story.atMs = 2_000;
  story.traffic = { packets: 520, packetBytes: 5_400, streams: 6, streamBytes: 800 };
  story.meter.sample();
  story.start("p3");
  story.atMs = 3_000;
  story.traffic = { packets: 550, packetBytes: 6_000, streams: 10, streamBytes: 1_000 };
  story.meter.sample();
  assertEquals(story.meter.figures().traffic, {
    packetsPerSecond: 50 / 5,
    packetBytesPerSecond: 1_000 / 5,
    streamsPerSecond: 5 / 5,
    streamBytesPerSecond: 500 / 5,
  });
  assertEquals(story.meter.samples.map(({ atMs, running }) => [atMs, running]), [[0, 2], [1_000, 2], [2_000, 2], [
    3_000,
    3,
  ]]);
});

Deno.test("everybody is right so long after the last fault, the first time that it is so", () => {
  const story = new Story();
  assertEquals(story.meter.figures().rightAfterMs, undefined);
  story.atMs = 65_000;
  story.meter.right();
  story.atMs = 70_000;
  story.meter.right();
  assertEquals(story.meter.figures().rightAfterMs, 5_000);
});

Deno.test("rooms are alike since the last time that two in one held different things", () => {
  const story = new Story();
  const looks = (atMs: number, ...lasts: readonly number[]): void => {
    story.atMs = atMs;
    story.holds(...lasts);
    story.meter.lookIntoRooms();
  };
  for (const name of story.names) story.meter.entered(name, name === "p3" ? "room2" : "room1");
  looks(60_000, 4, 5, 1);
  assertEquals(story.meter.figures().roomsAlikeAfterMs, undefined);
  looks(61_000, 5, 5, 1);
  looks(62_000, 5, 6, 1);
  looks(63_000, 6, 6, 1);
  looks(64_000, 6, 6, 2);
  assertEquals(story.meter.figures().roomsAlikeAfterMs, 3_000);
});
