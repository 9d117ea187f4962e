import { assertEquals } from "@std/assert";
import type { DelegateWants } from "../../actors/pool/delegate.ts";
import { GoPeer } from "../support/go_peer.ts";
import { Place } from "../support/place.ts";
import { SerfAgent } from "../support/serf_agent.ts";
import { find } from "../support/wait.ts";
import { ParleyMember } from "./parley_member.ts";
import { PoolPeer } from "./pool_peer.ts";

/** What a table says of each member: alive, suspect, dead or left. */
type States = ReadonlyMap<string, string>;

/** A member that is a process of its own, whoever wrote it. */
export type Program = ParleyMember | GoPeer | SerfAgent;

/** A member, whoever wrote it. */
export type Member = Program | PoolPeer;

/**
 * What real clusters run on, and the same for all members. The hasty one (`local`) sends each rumour twice only: now and
 * then somebody misses one and hears of it with the next exchange of tables, up to 30 s later (15 of 39 clusters of ten Go
 * peers were seen to wait for that).
 */
const PROFILE = "lan";

/** What a Serf agent insists on, and `--serf` announces (its own are 2, 5 and 5); the least that an application may speak and the most. */
const VERSIONS = [2, 5, 4] as const;
const DELEGATE_VERSIONS = VERSIONS.join();

/** How long news may take: a few gossip ticks, or two exchanges of tables (30 s each) where gossip lost something. */
export const NEWS_MS = 65_000;

/** The numbers of the profile (`DefaultLANConfig`). */
const PROBE_INTERVAL_MS = 1_000;
const SUSPICION_MULT = 4;
const SUSPICION_MAX_TIMEOUT_MULT = 6;

/** A failed probe lasts an interval more for each fault that the prober has found with itself; it soon has a few. */
const FAILED_PROBE_INTERVALS = 4;

/**
 * How long it may take until everybody in a cluster of n has found out that `killed` of them are dead, all by itself: the
 * longest gap between two probes of one member by the same other (2n − 3 intervals), the probes that fail, and the longest
 * suspicion, which is that of somebody whom nobody confirms.
 */
export function failedWithinMs(n: number, killed: number): number {
  const suspicion = SUSPICION_MULT * Math.max(1, Math.log10(n)) * SUSPICION_MAX_TIMEOUT_MULT;
  return (2 * n - 3 + killed * FAILED_PROBE_INTERVALS + suspicion) * PROBE_INTERVAL_MS;
}

/**
 * Members of all kinds on addresses of 127.0.0.0/8 that nobody else uses: a network drawn for this test, and in it an
 * address for each member. So every port can be the usual one, and none is lost between choosing and opening it.
 */
export class Cluster implements AsyncDisposable {
  readonly #place: Place;
  readonly #network = `127.${1 + randomByte() % 254}.${randomByte()}`;
  readonly #members: Member[] = [];
  /** How to start each program once more. */
  readonly #starts = new Map<string, () => Promise<Program>>();
  #addresses = 0;

  private constructor(place: Place) {
    this.#place = place;
  }

  static async create(): Promise<Cluster> {
    return new Cluster(await Place.create());
  }

  /** Everybody who was started, in the order in which they were ready. */
  get members(): readonly Member[] {
    return this.#members;
  }

  /** `keys` are in base64, the first for sending; without any, nothing is sealed. */
  async parley(name: string, keys: readonly string[] = []): Promise<ParleyMember> {
    const common = { name, bind: this.#nextAddress(), profile: PROFILE } as const;
    const keyFile = keys.length === 0 ? undefined : await this.keyFile(`${name}.keys`, keys);
    return await this.#start(name, () => ParleyMember.start({ ...common, place: this.#place, keyFile }));
  }

  /** A file that only its owner may read, with keys in base64. */
  keyFile(name: string, keys: readonly string[]): Promise<string> {
    return this.#place.secret(name, `${keys.join("\n")}\n`);
  }

  /** With `pool`, it knows only who is in the pool with that byte. */
  async go(name: string, keys: readonly string[] = [], pool?: number): Promise<GoPeer> {
    const common = { name, bind: this.#nextAddress(), profile: PROFILE, delegateVersions: DELEGATE_VERSIONS } as const;
    return await this.#start(name, () => GoPeer.start({ ...common, keys, pool }));
  }

  /** One of ours within this process, whose application is the test's. */
  async pool(name: string, wants: DelegateWants, keys: readonly string[] = []): Promise<PoolPeer> {
    return this.#add(
      await PoolPeer.start({ name, bind: this.#nextAddress(), delegateVersions: VERSIONS, wants, keys }),
    );
  }

  /** `tags` are each NAME=VALUE. */
  async serf(name: string, key?: string, tags: readonly string[] = []): Promise<SerfAgent> {
    const common = { name, bind: this.#nextAddress(), profile: PROFILE } as const;
    return await this.#start(name, () => SerfAgent.start({ ...common, key, tags }));
  }

  /** Ends a program if it still runs, and starts it once more, at the same address: a member of a cluster of one. */
  async restart({ name }: Program): Promise<Program> {
    const at = this.#members.findIndex((member) => member.name === name);
    await this.#members[at]![Symbol.asyncDispose]();
    const again = await this.#starts.get(name)!();
    this.#members[at] = again;
    return again;
  }

  /** Waits until each of `members` lists exactly those, at their addresses; by default that is everybody. */
  async allSeeAll(members: readonly Member[] = this.#members, waitMs: number = NEWS_MS): Promise<void> {
    const wanted = picture(new Map(members.map(({ name, address }) => [name, address])));
    const pictures = new Map<string, string>();
    await this.#waitUntil(
      async () => {
        await Promise.all(members.map(async (member) => pictures.set(member.name, picture(await member.listed()))));
        return [...pictures.values()].every((picture) => picture === wanted) || undefined;
      },
      waitMs,
      () => [`Wanted\n${wanted}`, ...[...pictures].map(([name, picture]) => `${name} sees\n${picture}`)].join("\n"),
    );
  }

  /**
   * Waits until `reader` finds `wanted` in the tables of all `members`: states by name. It tells what no list does: who is
   * suspected, and which of those that are gone have left. A table may have forgotten who is gone.
   */
  async allTablesSay(wanted: States, reader: GoPeer, members: readonly Member[]): Promise<void> {
    for (const { name, address } of members) {
      let table: States = new Map();
      await this.#waitUntil(
        async () => agrees(table = await reader.tableOf(address), wanted) || undefined,
        NEWS_MS,
        () => `Wanted\n${picture(wanted)}\nthe table of ${name} says\n${picture(table)}`,
      );
    }
  }

  /** Waits until `holds`, which is said in `what`. */
  async eventually(what: string, holds: () => boolean | Promise<boolean>, waitMs: number = NEWS_MS): Promise<void> {
    await this.#waitUntil(async () => await holds() || undefined, waitMs, () => `Never came true: ${what}`);
  }

  /** No program has warned of anything so far, except by lines that match one of `expected`. */
  assertNoWarnings(...expected: readonly RegExp[]): void {
    const warnings = this.#members
      .flatMap(({ name, log }) => log.split("\n").map((line) => `${name}: ${line}`))
      .filter((line) => /\[(WARN|ERR|ERROR)\]|: parley: /.test(line))
      .filter((line) => !expected.some((pattern) => pattern.test(line)));
    assertEquals(warnings, []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#members.map((member) => member[Symbol.asyncDispose]()));
    await this.#place[Symbol.asyncDispose]();
  }

  async #start<P extends Program>(name: string, start: () => Promise<P>): Promise<P> {
    this.#starts.set(name, start);
    return this.#add(await start());
  }

  #add<M extends Member>(member: M): M {
    this.#members.push(member);
    return member;
  }

  #nextAddress(): string {
    return `${this.#network}.${++this.#addresses}:7946`;
  }

  /** With the ends of all logs where it does not come to be. */
  async #waitUntil(look: () => Promise<true | undefined>, waitMs: number, missing: () => string): Promise<void> {
    const logs = () => this.#members.map(({ name, log }) => `--- ${name}\n${log.split("\n").slice(-30).join("\n")}`);
    await find(look, waitMs, () => [missing(), ...logs()].join("\n"));
  }
}

/** All of `members` in the same state. */
export function statesOf(members: readonly Member[], state: string): States {
  return new Map(members.map(({ name }) => [name, state]));
}

/** Whom a member lists, in order. */
export async function namesOf(peer: { listed(): Promise<ReadonlyMap<string, string>> }): Promise<string> {
  return [...(await peer.listed()).keys()].toSorted().join();
}

/** Each once, in order. */
export function unlike(said: readonly string[]): string {
  return [...new Set(said)].toSorted().join();
}

function agrees(table: States, wanted: States): boolean {
  const isGone = (name: string): boolean => ["dead", "left"].includes(wanted.get(name) ?? "");
  return [...table].every(([name, state]) => wanted.get(name) === state) &&
    [...wanted.keys()].every((name) => table.has(name) || isGone(name));
}

/** One line for each, in order. */
function picture(table: ReadonlyMap<string, string>): string {
  return [...table].map(([name, what]) => `${name} ${what}`).toSorted().join("\n");
}

function randomByte(): number {
  return crypto.getRandomValues(new Uint8Array(1))[0]!;
}
