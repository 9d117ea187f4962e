import { assert, assertEquals } from "@std/assert";
import { cut } from "../../../sim/rules/cut.ts";
import type { Episode } from "../../../sim/faults/fault.ts";
import { Cluster, type Witness } from "../../../sim/run/cluster.ts";
import { planRun } from "../../../sim/run/plan.ts";
import { Views } from "../../../sim/run/views.ts";

/** A cluster in which nothing happens by itself but these episodes, and what became of its processes. */
class Place {
  readonly views: Views;
  readonly cluster: Cluster;
  readonly endings: string[] = [];

  constructor(peers: number, episodes: readonly Partial<Episode>[] = []) {
    const parameters = { seed: "1", peers, minutes: 60, profile: "lan", faults: [], chatters: 0, rooms: 1 } as const;
    const whole = { number: 1, fromMs: 0, toMs: 0, peers: [], amount: 0 };
    const plan = {
      ...planRun(parameters),
      arrivals: [],
      episodes: episodes.map((episode) => ({ fault: "crash", ...whole, ...episode })),
    };
    this.views = new Views(plan.names);
    const views: Witness = {
      started: (name) => this.views.start(name),
      ended: (name, how) => {
        this.views.end(name);
        this.endings.push(`${name} ${how}`);
      },
      member: (observer, event) => this.views.hear(observer, event),
    };
    this.cluster = new Cluster(parameters, plan, this.views, [views]);
    this.cluster.schedule();
  }

  /** Starts them one after the other, each with the one before as its contact. */
  async start(...names: readonly string[]): Promise<void> {
    for (const [at, name] of names.entries()) {
      this.cluster.start(name, names[at - 1]);
      await this.pass(500);
    }
  }

  pass(ms: number): Promise<void> {
    return this.cluster.world.clock.advance(ms);
  }

  incarnationOf(name: string): number {
    return this.cluster.process(name)!.memory.membership.incarnation;
  }
}

Deno.test("who is killed comes back at its address, above the incarnation that is on its disk", async () => {
  const place = new Place(2);
  await place.start("p1", "p2");
  assertEquals(place.views.wrong, 0);
  const before = place.incarnationOf("p2");
  place.cluster.kill("p2");
  place.cluster.start("p2");
  await place.pass(1_000);
  assertEquals(place.incarnationOf("p2"), before + 1);
  assertEquals(place.cluster.process("p2")!.memory.address, place.cluster.addressOf("p2"));
  assertEquals(place.endings, ["p2 killed"]);
});

Deno.test("after a power cut it goes by what was synced, and with another disk by nothing; then it has to refute its past", async () => {
  const place = new Place(2);
  await place.start("p1", "p2");
  place.cluster.kill("p2", true);
  place.cluster.start("p2");
  assertEquals(place.incarnationOf("p2"), 0, "nothing was synced yet");
  await place.pass(10_000);
  const synced = place.incarnationOf("p2");
  place.cluster.kill("p2", true);
  place.cluster.start("p2");
  assertEquals(place.incarnationOf("p2"), synced);
  const other = new Place(2, [{ fault: "restart-without-disk", fromMs: 20_000, toMs: 21_000, peers: ["p2"] }]);
  await other.start("p1", "p2");
  await other.pass(20_001);
  assertEquals(other.endings, ["p2 killed"]);
  const seen: number[] = [];
  for (let step = 0; step < 20; step++) {
    await other.pass(100);
    seen.push(other.cluster.process("p2")?.memory.membership.incarnation ?? -1);
  }
  assert(seen.includes(1), `it begins at 1: ${seen}`);
});

Deno.test("who comes back asks those on its disk at once, and not only the contact that it is given", async () => {
  const place = new Place(3);
  await place.start("p1", "p2", "p3");
  await place.pass(2_000);
  place.cluster.kill("p2");
  place.cluster.kill("p3");
  await place.pass(100);
  place.cluster.start("p2", "p3");
  await place.pass(500);
  assert(place.views.lists("p2", "p1"), "p3 is not there, and would have been given up after 5 s");
});

Deno.test("a process that has not got to its goodbye is ended when the next of its name starts, or after ten seconds", async () => {
  const place = new Place(2);
  await place.start("p1", "p2");
  const paused = place.cluster.process("p2")!;
  paused.pause();
  place.cluster.quit("p2");
  await place.pass(1_000);
  assertEquals(paused.state, "running");
  place.cluster.start("p2");
  assertEquals(paused.state, "killed");
  await place.pass(1_000);
  assertEquals(place.cluster.process("p2")!.memory.address, place.cluster.addressOf("p2"));
  const second = place.cluster.process("p2")!;
  second.pause();
  place.cluster.quit("p2");
  await place.pass(9_900);
  assertEquals(second.state, "running");
  await place.pass(200);
  assertEquals(second.state, "killed");
  assertEquals(place.endings, ["p2 left", "p2 left"]);
});

Deno.test("who is left alone looks for others, also for whom it never met", async () => {
  const place = new Place(3);
  const [p1, p2, p3] = ["p1", "p2", "p3"].map((name) => place.cluster.addressOf(name));
  const heal = place.cluster.world.network.add(cut([p1!], [p2!, p3!]));
  await place.start("p1");
  await place.start("p2", "p3");
  await place.pass(1_000);
  assertEquals([place.views.lists("p2", "p3"), place.views.lists("p2", "p1")], [true, false]);
  heal();
  place.cluster.quit("p3");
  await place.pass(12_000);
  assertEquals([place.views.lists("p2", "p1"), place.views.lists("p1", "p2")], [true, true]);
});

Deno.test("strangers who each have company find each other, if one of them was told to join one on the other side", async () => {
  const place = new Place(4);
  const [p1, p2, p3, p4] = ["p1", "p2", "p3", "p4"].map((name) => place.cluster.addressOf(name));
  const heal = place.cluster.world.network.add(cut([p1!, p2!], [p3!, p4!]));
  await place.start("p1", "p2");
  place.cluster.start("p3", "p1");
  place.cluster.start("p4", "p3");
  await place.pass(120_000); // until p3 has stopped asking, and has p4
  assertEquals(place.views.wrong, 8, "nobody here ever heard of anybody there");
  heal();
  await place.pass(180_000);
  assertEquals(place.views.wrong, 0);
});

Deno.test("what those sent who are gone is counted on", async () => {
  const place = new Place(2);
  await place.start("p1", "p2");
  await place.pass(10_000);
  const before = place.cluster.traffic;
  assert(before.packets > 20 && before.packetBytes > 500 && before.streams >= 1 && before.streamBytes > 50);
  place.cluster.kill("p2");
  assertEquals(place.cluster.traffic, before);
});

Deno.test("a process whose supervision gives up has ended by itself", async () => {
  const place = new Place(1);
  await place.start("p1");
  for (let crash = 0; crash < 500 && place.endings.length === 0; crash++) {
    place.cluster.process("p1")?.system.crash("/peer/pool/membership");
    await place.pass(100);
  }
  assertEquals(place.endings, ["p1 gave_up"]);
});

Deno.test("the clocks of a machine go wrong, and go on being wrong for the next process on it", async () => {
  const place = new Place(2, [
    { fault: "clock-jump", fromMs: 1_000, toMs: 1_000, peers: ["p1"] },
    { number: 2, fault: "clock-skew", fromMs: 2_000, toMs: 12_000, peers: ["p1"] },
  ]);
  await place.start("p1");
  await place.pass(1_000);
  const wall = place.cluster.world.clock.wallMs();
  const offMs = place.cluster.process("p1")!.system.clock.wallMs() - wall;
  assert(Math.abs(offMs) > 1_000, `${offMs} ms`);
  await place.pass(500);
  place.cluster.kill("p1");
  await place.start("p1");
  await place.pass(12_500);
  const clock = place.cluster.process("p1")!.system.clock;
  const gainedMs = clock.now() - place.cluster.now();
  assert(Math.abs(gainedMs) > 1 && Math.abs(gainedMs) <= 201, `${gainedMs} ms in ten seconds`);
  const offThen = clock.wallMs() - place.cluster.world.clock.wallMs();
  assert(Math.abs(offThen - offMs - gainedMs) <= 2, `${offThen} ms`);
});

Deno.test("an actor that a fault makes fail is started again", async () => {
  const place = new Place(1, [{ fault: "actor-crash", fromMs: 1_000, toMs: 1_000, peers: ["p1"] }]);
  await place.start("p1");
  await place.pass(2_000);
  const restarts = (tree: ReturnType<NonNullable<ReturnType<Cluster["process"]>>["system"]["tree"]>): number =>
    tree.reduce((sum, node) => sum + node.restarts + restarts(node.children), 0);
  assert(restarts(place.cluster.process("p1")!.system.tree()) > 0);
});
