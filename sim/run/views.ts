import type { MembershipEvent } from "../../actors/membership.ts";

/** Somebody who is wrong about somebody: lists who is not there, or does not list who is. */
export type WrongBelief = Readonly<{ observer: string; subject: string; listed: boolean }>;

/**
 * Who believes whom to be there, beside who is: counted by what each is told, so that asking costs nothing however many
 * they are. A row of bytes for each observer.
 */
export class Views {
  readonly #names: readonly string[];
  readonly #index: ReadonlyMap<string, number>;
  readonly #listed: Uint8Array;
  readonly #running: Uint8Array;
  /** Of those who run, how many list this one. */
  readonly #listedBy: Uint32Array;
  /** How many each lists. */
  readonly #listedCount: Uint32Array;
  #runningCount = 0;
  #wrong = 0;

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#index = new Map(names.map((name, at) => [name, at]));
    this.#listed = new Uint8Array(names.length ** 2);
    this.#running = new Uint8Array(names.length);
    this.#listedBy = new Uint32Array(names.length);
    this.#listedCount = new Uint32Array(names.length);
  }

  /** Beliefs of those who run that are wrong. */
  get wrong(): number {
    return this.#wrong;
  }

  get running(): number {
    return this.#runningCount;
  }

  isRunning(name: string): boolean {
    return this.#running[this.#at(name)] === 1;
  }

  lists(observer: string, subject: string): boolean {
    return this.#listed[this.#at(observer) * this.#names.length + this.#at(subject)] === 1;
  }

  /** How many `observer` lists, itself included. */
  listed(observer: string): number {
    return this.#listedCount[this.#at(observer)]!;
  }

  /** How many of those who run list `subject`. */
  listedBy(subject: string): number {
    return this.#listedBy[this.#at(subject)]!;
  }

  /** A process of this name has started: it knows nobody yet. */
  start(name: string): void {
    this.#change(name, 1);
  }

  /** It is over: it counts as an observer no more, and who lists it is wrong. */
  end(name: string): void {
    this.#change(name, 0);
  }

  /** What `observer` was told. Names that are not of this world are nobody's business here. */
  hear(observer: string, { type, member }: MembershipEvent): void {
    const subject = this.#index.get(member.name);
    if (subject === undefined) return;
    if (type === "joined") this.#believe(this.#at(observer), subject, 1);
    else if (type === "left" || type === "failed") this.#believe(this.#at(observer), subject, 0);
  }

  /** Some of the beliefs that are wrong, at most so many. */
  wrongBeliefs(max: number): readonly WrongBelief[] {
    const found: WrongBelief[] = [];
    if (this.#wrong === 0) return found;
    for (const [o, observer] of this.#names.entries()) {
      if (this.#running[o] === 0) continue;
      for (const [s, subject] of this.#names.entries()) {
        const listed = this.#listed[o * this.#names.length + s]!;
        if (listed !== this.#running[s]) found.push({ observer, subject, listed: listed === 1 });
        if (found.length >= max) return found;
      }
    }
    return found;
  }

  #believe(observer: number, subject: number, listed: 0 | 1): void {
    const at = observer * this.#names.length + subject;
    if (this.#listed[at] === listed) return;
    this.#listed[at] = listed;
    this.#listedCount[observer] = this.#listedCount[observer]! + (listed === 1 ? 1 : -1);
    if (this.#running[observer] === 0) return; // somebody's last words
    this.#listedBy[subject] = this.#listedBy[subject]! + (listed === 1 ? 1 : -1);
    this.#wrong += this.#running[subject] === listed ? -1 : 1;
  }

  #change(name: string, running: 0 | 1): void {
    const at = this.#at(name);
    if (this.#running[at] === running) throw new Error(`${name} ${running === 1 ? "runs already" : "does not run"}`);
    if (running === 0) this.#countRow(at, -1);
    this.#running[at] = running;
    this.#runningCount += running === 1 ? 1 : -1;
    // All others' beliefs about this one turn round: right ones are wrong now, and the other way about.
    const others = this.#runningCount - running;
    const listing = this.#listedBy[at]!;
    this.#wrong += running === 1 ? others - 2 * listing : 2 * listing - others;
    if (running === 1) this.#countRow(at, 1);
  }

  /** Takes an observer's row into account, or out of it; one that starts has forgotten everything. */
  #countRow(observer: number, sign: 1 | -1): void {
    const from = observer * this.#names.length;
    if (sign === 1) this.#listed.fill(0, from, from + this.#names.length);
    if (sign === 1) this.#listedCount[observer] = 0;
    for (let subject = 0; subject < this.#names.length; subject++) {
      const listed = this.#listed[from + subject]!;
      if (listed === 1) this.#listedBy[subject] = this.#listedBy[subject]! + sign;
      if (listed !== this.#running[subject]) this.#wrong += sign;
    }
  }

  #at(name: string): number {
    const at = this.#index.get(name);
    if (at === undefined) throw new RangeError(`Nobody of this world: "${name}"`);
    return at;
  }
}
