/** What the benchmark of members understands, counts and measures. The members of most tests are made up. */
import { assert, assertEquals } from "@std/assert";
import { describeMembership } from "../../bench/membership.ts";
import { Cluster } from "../../bench/membership/cluster.ts";
import { sightingIn as sightingInGo } from "../../bench/membership/go_member.ts";
import { measureMembers } from "../../bench/membership/measure.ts";
import type { Member, MemberOptions } from "../../bench/membership/member.ts";
import { MEMBERSHIP_DEFAULTS, withFlag } from "../../bench/membership/options.ts";
import { sightingIn } from "../../bench/membership/parley_member.ts";
import { canBuildGoPeer } from "../support/go_peer_program.ts";
import { Place } from "../support/place.ts";

/** Members that hear of each other when the test says so. */
class MadeUp {
  readonly asked = new Map<string, string>();
  readonly killed: string[] = [];
  readonly #options = new Map<string, MemberOptions>();
  #bytes = 0;

  readonly start = (options: MemberOptions): Promise<Member> => {
    const { name, bind } = options;
    this.#options.set(name, options);
    options.saw({ type: "joined", name }, performance.now());
    return Promise.resolve({
      name,
      address: bind,
      pid: Deno.pid,
      join: (address) => Promise.resolve(void this.asked.set(name, address)),
      traffic: () => Promise.resolve({ packetBytes: this.#bytes += 10, streamBytes: 5 }),
      kill: () => Promise.resolve(void this.killed.push(name)),
    });
  };

  get names(): readonly string[] {
    return [...this.#options.keys()];
  }

  addressOf(name: string): string {
    return this.#options.get(name)!.bind;
  }

  /** `by` says this of `name`. */
  says(by: string, type: "joined" | "suspected" | "failed", name: string, atMs: number): void {
    this.#options.get(by)!.saw({ type, name }, atMs);
  }

  /** Everybody says that everybody is there. */
  allSeeAll(atMs: number): void {
    for (const by of this.names) for (const name of this.names) this.says(by, "joined", name, atMs);
  }
}

async function clusterOf(size: number): Promise<{ all: MadeUp; cluster: Cluster } & AsyncDisposable> {
  const all = new MadeUp();
  const place = await Place.create();
  const cluster = await Cluster.create(all.start, "lan", size, place);
  return {
    all,
    cluster,
    [Symbol.asyncDispose]: async () => {
      await cluster[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

Deno.test("a join takes until the last member sees the last", async () => {
  await using world = await clusterOf(3);
  const startedAtMs = performance.now();
  const joined = world.cluster.join(10_000);
  await soon();
  const [contact, ...others] = world.all.names;
  assertEquals([...world.all.asked.keys()], others);
  assertEquals(new Set(world.all.asked.values()), new Set([world.all.addressOf(contact!)]));
  world.all.allSeeAll(startedAtMs + 1_234);
  assertEquals(Math.round((await joined)! / 10), 123);
});

Deno.test("a join that somebody misses is over in time, and has no figure", async () => {
  await using world = await clusterOf(3);
  const [a, b, c] = world.all.names;
  const joined = world.cluster.join(50);
  world.all.allSeeAll(0);
  world.all.says(a!, "failed", b!, 0);
  world.all.says(c!, "joined", b!, 0);
  assertEquals(await joined, undefined);
});

Deno.test("a death is suspected by the first, and declared when all others have said so", async () => {
  await using world = await clusterOf(4);
  const detected = world.cluster.kill(10_000);
  await soon();
  const [victim = ""] = world.all.killed;
  const [a, b, c] = world.all.names.filter((name) => name !== victim);
  const killedAtMs = performance.now();
  world.all.says(victim, "failed", victim, killedAtMs + 500);
  world.all.says(b!, "suspected", victim, killedAtMs + 1_000);
  world.all.says(a!, "suspected", victim, killedAtMs + 2_000);
  world.all.says(a!, "failed", victim, killedAtMs + 5_000);
  world.all.says(b!, "failed", victim, killedAtMs + 6_000);
  world.all.says(b!, "failed", victim, killedAtMs + 6_500);
  world.all.says(c!, "failed", victim, killedAtMs + 7_000);
  world.all.says(c!, "failed", victim, killedAtMs + 9_000);
  const { suspectedMs, declaredMs } = await detected;
  assertEquals([suspectedMs, declaredMs].map((ms) => Math.round(ms! / 100)), [10, 70]);
  assertEquals(world.cluster.wronged, 0);
});

Deno.test("a death that one member does not notice has no figure", async () => {
  await using world = await clusterOf(3);
  const detected = world.cluster.kill(50);
  await soon();
  const [victim = ""] = world.all.killed;
  world.all.says(world.all.names.find((name) => name !== victim)!, "failed", victim, performance.now());
  assertEquals((await detected).declaredMs, undefined);
});

Deno.test("who is alive and declared dead is wronged, once; who is dead is not, nor does it count what the dead say", async () => {
  await using world = await clusterOf(4);
  const [a, b, c] = world.all.names;
  world.all.says(a!, "suspected", b!, 0);
  assertEquals(world.cluster.wronged, 0);
  world.all.says(a!, "failed", b!, 0);
  world.all.says(c!, "failed", b!, 0);
  assertEquals(world.cluster.wronged, 1);
  await world.cluster.kill(0);
  const [victim = ""] = world.all.killed;
  const [other] = world.all.names.filter((name) => name !== victim && name !== b);
  world.all.says(victim, "failed", other!, 0);
  world.all.says(other!, "failed", victim, 0);
  assertEquals(world.cluster.wronged, 1);
});

Deno.test("usage is what one member used on average", async () => {
  await using world = await clusterOf(2);
  const { packetBytes, streamBytes, cpuMs } = await world.cluster.usage(1);
  assertEquals([packetBytes, streamBytes], [20, 0]);
  assert(cpuMs >= 0);
});

Deno.test("a cluster that ends takes all members with it", async () => {
  const world = await clusterOf(5);
  await world[Symbol.asyncDispose]();
  assertEquals(world.all.killed.toSorted(), world.all.names.toSorted());
});

Deno.test("what our peers show of each other is understood", () => {
  const seen = (line: string) => sightingIn(line);
  assertEquals(seen("* m3 is a member now, at 127.1.2.3:7946"), { type: "joined", name: "m3" });
  assertEquals(seen("* m3 does not answer and is suspected"), { type: "suspected", name: "m3" });
  assertEquals(seen("* m3 failed: no answer from 127.1.2.3:7946"), { type: "failed", name: "m3" });
  assertEquals(["* m3 left", "* m3 answers again", "Local member 127.1.2.3:7946"].map(seen), [
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("what Go's members say of each other is understood", () => {
  const node = { name: "m3", address: "127.1.2.3:7946" };
  const seen = (line: string) => sightingInGo(line);
  assertEquals(seen(JSON.stringify({ event: "join", node })), { type: "joined", name: "m3" });
  assertEquals(seen(JSON.stringify({ event: "leave", node })), { type: "failed", name: "m3" });
  const logged = "2026/11/21 10:00:00 [INFO] memberlist: Suspect m3 has failed, no acks received";
  assertEquals(seen(logged), { type: "suspected", name: "m3" });
  assertEquals(seen(JSON.stringify({ event: "alive", node })), undefined);
});

Deno.test("every figure that is measured has its row, and the other way round", async () => {
  const options = { ...MEMBERSHIP_DEFAULTS, nodes: [2], profiles: ["local", "wan"], kills: 0 } as const;
  const all = new MadeUp();
  await using place = await Place.create();
  const see = setInterval(() => all.allSeeAll(performance.now()), 5);
  const figures = await measureMembers(all.start, options, place, () => {});
  clearInterval(see);
  assertEquals(Object.keys(figures), describeMembership(options, true).benches.map(({ name }) => name));
});

Deno.test("rows are only of what is asked for", () => {
  const names = (flags: readonly string[]): readonly string[] => {
    const options = { ...MEMBERSHIP_DEFAULTS, nodes: [3], profiles: ["lan"], kills: 0, idleS: 0 } as const;
    const set = flags.reduce((options, flag) => withFlag(options, flag, () => "4") as typeof options, options);
    return describeMembership(set, true).benches.map(({ name }) => name);
  };
  assertEquals(names([]), ["joined_lan_3", "wronged_3"]);
  assertEquals(names(["--idle"]), ["joined_lan_3", "packets_3", "streams_3", "cpu_3", "wronged_3"]);
  const deaths = ["suspected_3", "declared_3", "declared_p90_3", "declared_max_3"];
  assertEquals(names(["--kills"]), ["joined_lan_3", ...deaths, "wronged_3"]);
});

Deno.test("without Go ours are measured alone", () => {
  const { contenders, reference } = describeMembership(MEMBERSHIP_DEFAULTS, false);
  assertEquals([contenders, reference], [["parley"], "parley"]);
});

Deno.test("bench membership measures real members, of both kinds where Go is here", { timeout: 120_000 }, async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-q", "--no-prompt", "-P=bench", "--allow-run", "bench/main.ts"],
      ...["membership", "--nodes", "3", "--profiles", "local", "--json"],
    ],
    stderr: "null",
  }).output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(code, 0);
  assertEquals(lines.map(({ contender }) => contender), canBuildGoPeer() ? ["parley", "go"] : ["parley"]);
  for (const { bench, median } of lines) assert(bench === "joined_local_3" && median > 0 && median < 60_000);
});
