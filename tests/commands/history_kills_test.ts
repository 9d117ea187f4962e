/**
 * Whatever is asked of a history in a file, and whenever its process is killed, it has what a simple store has that loses
 * in a crash what was not flushed.
 */
import { assert, assertEquals } from "@std/assert";
import type { Content } from "../../actors/history/content.ts";
import { MemoryStore } from "../../actors/history/memory_store.ts";
import type { HistoryStore, Kept } from "../../actors/history/store.ts";
import { seededRandom } from "../../actors/runtime/random.ts";
import { openHistory } from "../../commands/history_database.ts";
import { ALICE, BOB, DEV, entryOf, OPS, SOME_SIGNATURE } from "../support/entries.ts";

const SEEDS = 40;
const STEPS = 120;

/** So small that each of them is met all the time. */
const LIMITS = { waitingMax: 24, unpackedAtOnceMax: 7, packedAtOnceMax: 9 };

const NOTES = ["a", "b", "c"];

/** A history, and the simple one, to which the same is done. */
class Pair {
  readonly #directory = Deno.makeTempDirSync();
  readonly #simple = new MemoryStore({ entriesMax: Infinity, bytesMax: Infinity });
  #life = 0;
  #store = this.#open();

  /** Does it to both, and compares what they say to it. */
  both(step: (store: HistoryStore) => unknown): void {
    assertEquals(step(this.#store), step(this.#simple));
  }

  /** Brings all that waits to the disk, a piece at a time. */
  settle(): void {
    let left = STEPS;
    while (!this.#store.settle()) assert(left-- > 0, "it never ends");
    this.#simple.flush();
  }

  /** As rooms do it. */
  tidy(): void {
    this.settle();
    this.#store.tidy();
  }

  kill(): void {
    const [before, killed] = [this.#path, this.#store];
    this.#life++;
    for (const end of ["", "-wal"]) Deno.copyFileSync(before + end, this.#path + end);
    killed.close();
    this.#store = this.#open();
    this.#simple.crash();
  }

  end(): void {
    this.#store.close();
    Deno.removeSync(this.#directory, { recursive: true });
  }

  get #path(): string {
    return `${this.#directory}/${this.#life}.db`;
  }

  #open(): HistoryStore {
    const opened = openHistory(this.#path, { waitingMax: 4, limits: LIMITS });
    assert(opened.ok);
    return opened.store;
  }
}

/** All that can be read. */
function everything(store: HistoryStore) {
  const rooms = [DEV, OPS].map((room) => ({
    entries: store.before(room, undefined, 10_000),
    spans: [...store.spans(room)].toSorted((a, b) => a.log < b.log ? -1 : a.log > b.log ? 1 : a.first - b.first),
    floors: new Map([...store.floors(room)].toSorted()),
    forked: store.forkedCount(room),
  }));
  const { entries, bytes } = store.counters();
  const found = store.search({ words: ["message"], limit: 10_000 }).map(({ hash }) => hash);
  return { rooms, found, entries, bytes, notes: NOTES.map((key) => store.recall(key)) };
}

function play(seed: string): void {
  const random = seededRandom(seed);
  const pair = new Pair();
  const chance = (share: number): boolean => random.next() < share;
  const one = <T>(of: readonly T[]): T => of[random.below(of.length)]!;
  const known: Kept[] = [];

  const content = (number: number): Content => {
    if (known.length === 0 || chance(0.6)) return { type: "said", text: `message ${number} ${random.below(2)}` };
    const { hash: target } = one(known);
    if (chance(0.4)) return { type: "edited", target, text: `message edited ${number}` };
    return chance(0.4) ? { type: "redacted", target } : { type: "reacted", target, sign: "+1" };
  };
  const entry = (): Kept => {
    const signature = chance(0.5) ? SOME_SIGNATURE : undefined;
    if (known.length > 0 && chance(0.25)) return { ...one(known), signature };
    const number = 1 + random.below(200);
    const mark = chance(0.2) ? { clock: "ahead" as const } : {};
    const place = { room: chance(0.7) ? DEV : OPS, log: chance(0.6) ? ALICE : BOB, forked: chance(0.1) };
    const made = entryOf(number, { ...place, ...mark, content: content(number), signature });
    const first = known.find(({ hash }) => hash === made.hash);
    if (first === undefined) known.push(made);
    return first ?? made;
  };
  /** What was let go of is not put again. */
  const fresh = (store: HistoryStore, entries: readonly Kept[]): readonly Kept[] =>
    entries.filter(({ room, log, sequence }) => sequence > (store.floors(room).get(log) ?? 0));

  for (let step = 0; step < STEPS; step++) {
    const dice = random.next();
    const entries = Array.from({ length: 1 + random.below(10) }, entry);
    const asked = one(known);
    const { hash } = asked;
    const [key, room, log, sequence] = [one(NOTES), one([DEV, OPS]), one([ALICE, BOB]), 1 + random.below(200)];
    if (dice < 0.3) pair.both((store) => store.put(fresh(store, entries)));
    else if (dice < 0.42) pair.both((store) => store.keep(fresh(store, entries)));
    else if (dice < 0.55) pair.settle();
    else if (dice < 0.63) pair.tidy();
    else if (dice < 0.68) pair.both((store) => store.has(room, hash));
    else if (dice < 0.7) pair.both((store) => store.find(room, hash));
    else if (dice < 0.72) pair.both((store) => store.decisive(asked));
    else if (dice < 0.74) pair.both((store) => store.at(room, log, sequence));
    else if (dice < 0.8) pair.both((store) => store.remember(key, step % 5 === 0 ? undefined : `${step}`));
    else if (dice < 0.86) pair.both((store) => void store.flush());
    else if (dice < 0.96) pair.kill();
    else pair.both(everything);
  }
  pair.both(everything);
  pair.end();
}

Deno.test("a history that is killed at any time has what was flushed, as it was put and in its order, and nothing twice", () => {
  for (let seed = 1; seed <= SEEDS; seed++) play(`${seed}`);
});
