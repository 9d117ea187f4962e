/**
 * `deno task churn [--minutes N] [--seed TEXT]`: ten members, half of them programs that we did not write, of whom some
 * are killed, leave, are paused and come back all the time. One of each kind only looks on; in the end what they were
 * told is compared with what was done. Exits 1 if somebody came or went without a cause, or unnoticed.
 */
import { seededRandom } from "../../actors/runtime/random.ts";
import { writeData } from "../../commands/output.ts";
import { GoPeer } from "../support/go_peer.ts";
import { type Cause, type Fault, faultsIn, type Sighting } from "./churn/ledger.ts";
import { Onlooker } from "./churn/onlooker.ts";
import { Cluster, failedWithinMs, NEWS_MS, type Program } from "./cluster.ts";

const MINUTES_DEFAULT = 20;
const MINUTES_MAX = 24 * 60;

/** So many at most are away at once, of ten. */
const AWAY_MAX = 3;

/** Between two deeds. */
const REST_MS = { least: 1_000, most: 6_000 };

/** Below the shortest suspicion (4 s), so that it is no reason to be declared dead. */
const PAUSE_MS = 2_000;

const LOOK_MS = 250;

const DEEDS = ["kill", "leave", "pause", "return", "return"] as const;

class Churn {
  readonly #cluster: Cluster;
  readonly #random;
  readonly #onlookers: readonly Onlooker[];
  readonly #there: Program[];
  readonly #away: Program[] = [];
  readonly #contacts: readonly Program[];
  readonly causes: Cause[] = [];
  readonly sightings: Sighting[] = [];
  pauses = 0;

  constructor(cluster: Cluster, seed: string, onlookers: readonly Program[], others: readonly Program[]) {
    this.#cluster = cluster;
    this.#random = seededRandom(seed);
    this.#contacts = onlookers;
    this.#onlookers = onlookers.map((program) => new Onlooker(program));
    this.#there = [...others];
  }

  /** One deed, if there is somebody for it. */
  async act(): Promise<void> {
    const deed = this.#random.below(DEEDS.length);
    switch (DEEDS[deed]!) {
      case "kill":
        return await this.#goes("killed", (program) => Promise.resolve(program.signal("SIGKILL")));
      case "leave":
        return await this.#goes("left", (program) => program.leave());
      case "pause":
        return await this.#pause(this.#draw([...this.#there, ...this.#contacts])!);
      case "return":
        return await this.#return();
    }
  }

  async rest(): Promise<void> {
    const ms = REST_MS.least + this.#random.below(REST_MS.most - REST_MS.least);
    await this.watch(ms);
  }

  /** Lets time pass, and notes what is said meanwhile. */
  async watch(ms: number): Promise<void> {
    for (const end = performance.now() + ms; performance.now() < end;) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      this.look();
    }
  }

  look(): void {
    for (const onlooker of this.#onlookers) this.sightings.push(...onlooker.look(performance.now()));
  }

  /** All who are away come back. */
  async end(): Promise<void> {
    while (this.#away.length > 0) await this.#return();
    await this.#cluster.allSeeAll();
    this.look();
  }

  async #goes(what: "killed" | "left", how: (program: Program) => Promise<void>): Promise<void> {
    const program = this.#away.length < AWAY_MAX ? this.#take(this.#there) : undefined;
    if (program === undefined) return;
    this.#note(program, what === "left" && program instanceof GoPeer ? "went" : what);
    await how(program);
    this.#away.push(program);
  }

  async #return(): Promise<void> {
    const program = this.#take(this.#away);
    if (program === undefined) return;
    const again = await this.#cluster.restart(program);
    this.#note(program, "started");
    await again.join(this.#draw(this.#contacts)!.address);
    this.#there.push(again);
  }

  async #pause(program: Program): Promise<void> {
    this.pauses++;
    say(`${program.name} is paused`);
    program.signal("SIGSTOP");
    await this.watch(PAUSE_MS);
    program.signal("SIGCONT");
  }

  #note({ name }: Program, what: Cause["what"]): void {
    say(`${name} ${what}`);
    this.causes.push({ at: performance.now(), name, what });
  }

  #take(from: Program[]): Program | undefined {
    return from.length === 0 ? undefined : from.splice(this.#random.below(from.length), 1)[0];
  }

  #draw<T>(from: readonly T[]): T | undefined {
    return from[this.#random.below(from.length)];
  }
}

async function run(minutes: number, seed: string): Promise<boolean> {
  await using cluster = await Cluster.create();
  const ours = await Promise.all(["p1", "p2", "p3", "p4", "p5"].map((name) => cluster.parley(name)));
  const gos = await Promise.all(["g1", "g2", "g3"].map((name) => cluster.go(name)));
  const serfs = await Promise.all(["s1", "s2"].map((name) => cluster.serf(name)));
  const onlookers = [ours[0]!, gos[0]!, serfs[0]!];
  const others = [...ours.slice(1), ...gos.slice(1), ...serfs.slice(1)];
  for (const program of [...onlookers.slice(1), ...others]) await program.join(onlookers[0]!.address);
  await cluster.allSeeAll();

  const churn = new Churn(cluster, seed, onlookers, others);
  say(`ten members; ${minutes} minutes with seed ${seed}`);
  for (const end = performance.now() + minutes * 60_000; performance.now() < end;) {
    await churn.act();
    await churn.rest();
  }
  await churn.end();
  const { causes, sightings } = churn;
  const faults = faultsIn(causes, sightings, {
    onlookers: onlookers.map(({ name }) => name),
    until: performance.now(),
    bounds: { cameMs: NEWS_MS, wentMs: failedWithinMs(cluster.members.length, AWAY_MAX) },
  });
  report(churn, faults);
  return faults.length === 0;
}

function report({ causes, sightings, pauses }: Churn, faults: readonly Fault[]): void {
  const did = (what: Cause["what"]): number => causes.filter((cause) => cause.what === what).length;
  const left = did("left") + did("went");
  say(`killed ${did("killed")}, left ${left}, started again ${did("started")}, paused ${pauses}`);
  say(`told of ${sightings.length} comings and goings; without a cause, or not told of: ${faults.length}`);
  for (const { at, by, name, what } of faults) say(`at ${seconds(at)} ${by}: ${name} ${what}`);
}

function say(text: string): void {
  writeData(`${seconds(performance.now())} ${text}\n`);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

/** The value of a flag, each of which has one. */
function flag(name: string): string | undefined {
  const at = Deno.args.indexOf(name);
  return at < 0 ? undefined : Deno.args[at + 1];
}

const minutes = Number(flag("--minutes") ?? MINUTES_DEFAULT);
const seed = flag("--seed") ?? "churn";
if (!(minutes > 0 && minutes <= MINUTES_MAX)) throw new RangeError(`--minutes is above 0, at most ${MINUTES_MAX}`);
Deno.exit(await run(minutes, seed) ? 0 : 1);
