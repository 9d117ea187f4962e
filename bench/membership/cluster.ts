import type { Place } from "../../tests/support/place.ts";
import { cpuMsOf, pause, until } from "../processes.ts";
import type { Member, ProfileName, Sighting, StartMember, Traffic } from "./member.ts";

/** Members started at once: a process that starts takes a core for a moment. */
const STARTED_AT_ONCE = 4;

/** A death as the others saw it, in ms from the kill; `undefined` for what was not seen in time. */
export type Detection = Readonly<{ suspectedMs: number | undefined; declaredMs: number | undefined }>;

/** What everybody together used in some time. */
export type Usage = Readonly<{ cpuMs: number } & Traffic>;

/**
 * Members of one kind, each in a process of its own, at addresses of 127.0.0.0/8 that nobody else uses. What they see of
 * each other is what they say about it.
 */
export class Cluster implements AsyncDisposable {
  readonly #start: StartMember;
  readonly #profile: ProfileName;
  readonly #place: Place;
  readonly #network: string;
  readonly #members = new Map<string, Member>();
  /** Names that each member holds for alive. */
  readonly #seenBy = new Map<string, Set<string>>();
  readonly #listeners = new Set<(sighting: Sighting, by: string, atMs: number) => void>();
  /** Alive ones that somebody declared dead. */
  readonly #wronged = new Set<string>();
  #started = 0;

  private constructor(start: StartMember, profile: ProfileName, place: Place, network: string) {
    this.#start = start;
    this.#profile = profile;
    this.#place = place;
    this.#network = network;
  }

  /** Starts `size` members, each of which is alone. */
  static async create(start: StartMember, profile: ProfileName, size: number, place: Place): Promise<Cluster> {
    const [a, b] = crypto.getRandomValues(new Uint8Array(2));
    const cluster = new Cluster(start, profile, place, `127.${1 + a! % 254}.${b!}`);
    try {
      let left = size;
      const startSome = async (): Promise<void> => {
        while (left-- > 0) await cluster.#add();
      };
      await Promise.all(Array.from({ length: Math.min(size, STARTED_AT_ONCE) }, startSome));
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** How many alive members somebody has declared dead so far. */
  get wronged(): number {
    return this.#wronged.size;
  }

  /** Lets all join the first one at once; ms until everybody sees everybody, or `undefined` if not within `withinMs`. */
  async join(withinMs: number): Promise<number | undefined> {
    const [contact, ...others] = [...this.#members.values()];
    const startedAtMs = performance.now();
    await Promise.all(others.map((member) => member.join(contact!.address)));
    return await this.#whenAllSeeAll(startedAtMs, withinMs);
  }

  /** Kills one of them; what the others see of it, within `withinMs`. */
  async kill(withinMs: number): Promise<Detection> {
    const victim = [...this.#members.values()][Math.floor(Math.random() * this.#members.size)]!;
    const declaredBy = new Set<string>();
    let suspectedAtMs: number | undefined;
    let declaredAtMs: number | undefined;
    const watch = ({ type, name }: Sighting, by: string, atMs: number): void => {
      if (name !== victim.name || !this.#members.has(by)) return;
      if (type !== "joined") suspectedAtMs ??= atMs;
      if (type !== "failed") return;
      declaredBy.add(by);
      if (declaredBy.size === this.#members.size) declaredAtMs ??= atMs;
    };
    this.#listeners.add(watch);
    this.#members.delete(victim.name);
    this.#seenBy.delete(victim.name);
    const killedAtMs = performance.now();
    await victim.kill();
    await until(() => declaredAtMs !== undefined, withinMs);
    this.#listeners.delete(watch);
    const after = (atMs: number | undefined): number | undefined => atMs && atMs - killedAtMs;
    return { suspectedMs: after(suspectedAtMs), declaredMs: after(declaredAtMs) };
  }

  /** One more, who joins by the first; resolves when everybody sees everybody, or after `withinMs`. */
  async grow(withinMs: number): Promise<void> {
    const [contact] = this.#members.values();
    const startedAtMs = performance.now();
    const member = await this.#add();
    await member.join(contact!.address);
    await this.#whenAllSeeAll(startedAtMs, withinMs);
  }

  /** What one member used on average in `durationMs` in which nothing happens. */
  async usage(durationMs: number): Promise<Usage> {
    const before = await this.#used();
    await pause(durationMs);
    const after = await this.#used();
    const each = (key: keyof Usage): number => (after[key] - before[key]) / this.#members.size;
    return { cpuMs: each("cpuMs"), packetBytes: each("packetBytes"), streamBytes: each("streamBytes") };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#members.values()].map((member) => member.kill()));
    this.#members.clear();
  }

  async #add(): Promise<Member> {
    const number = ++this.#started;
    const name = `m${number}`;
    this.#seenBy.set(name, new Set([name]));
    const member = await this.#start({
      name,
      bind: `${this.#network}.${number}:7946`,
      profile: this.#profile,
      place: this.#place,
      saw: (sighting, atMs) => this.#saw(sighting, name, atMs),
    });
    this.#members.set(name, member);
    return member;
  }

  #saw(sighting: Sighting, by: string, atMs: number): void {
    const { type, name } = sighting;
    if (type === "joined") this.#seenBy.get(by)?.add(name);
    if (type === "failed") {
      this.#seenBy.get(by)?.delete(name);
      if (this.#members.has(name) && this.#members.has(by)) this.#wronged.add(name);
    }
    for (const listener of this.#listeners) listener(sighting, by, atMs);
  }

  async #whenAllSeeAll(startedAtMs: number, withinMs: number): Promise<number | undefined> {
    let lastAtMs = startedAtMs;
    const note = ({ type }: Sighting, _by: string, atMs: number): void => {
      if (type === "joined") lastAtMs = atMs;
    };
    this.#listeners.add(note);
    const names = [...this.#members.keys()];
    const allSeeAll = (): boolean => names.every((by) => names.every((name) => this.#seenBy.get(by)!.has(name)));
    const isDone = await until(allSeeAll, withinMs);
    this.#listeners.delete(note);
    return isDone ? lastAtMs - startedAtMs : undefined;
  }

  async #used(): Promise<Usage> {
    const members = [...this.#members.values()];
    const cpuMs = members.reduce((sum, { pid }) => sum + cpuMsOf(pid), 0);
    const traffic = await Promise.all(members.map((member) => member.traffic()));
    const sum = (key: keyof Traffic): number => traffic.reduce((sum, one) => sum + one[key], 0);
    return { cpuMs, packetBytes: sum("packetBytes"), streamBytes: sum("streamBytes") };
  }
}
