import type { Place } from "../../history/entry.ts";
import { Holdings } from "../../history/holdings.ts";
import type { RoomLog } from "../../history/room_log.ts";
import type { HistoryStore, Kept, Span } from "../../history/store.ts";
import type { RoomName } from "../entry.ts";
import type { ChronicleWorld } from "./world.ts";

/** What nobody else holds by then is worth a word. */
const HELD_WITHIN_MS = 3_000;

/** Pieces of one log that are believed of one other. */
const PIECES_HELD_MAX = 64;

/** Held by whom of those who are in the room now; and whether by us too, should we start again. */
export type Evidence = Readonly<{ entry: Kept; holders: readonly string[]; others: number; isStored: boolean }>;

type DeliveryDeps = Readonly<{ room: RoomName; log: RoomLog; store: HistoryStore; world: ChronicleWorld }>;

/** What became of what we wrote: who says to hold it, and whether our own disk does. */
export class Delivery {
  readonly #deps: DeliveryDeps;
  /** What of our logs others say they hold. */
  readonly #heldBy = new Map<string, Holdings>();
  /** From there on, what we wrote is not on disk. */
  #firstUnstored: Place | undefined;
  #isUnheld = false;

  constructor(deps: DeliveryDeps) {
    this.#deps = deps;
  }

  /** We have written something, of which this is the first. */
  wrote(first: Place): void {
    const { store, world } = this.#deps;
    if (store.trouble !== undefined && !this.#isUnstored(first)) this.#firstUnstored = first;
    world.setTimer("check_held", HELD_WITHIN_MS);
  }

  /** Somebody says what it holds. */
  heard(from: string, spans: readonly Span[]): void {
    const { ownLog } = this.#deps.log;
    for (const span of spans) if (span.log === ownLog) this.#note(from, span);
    if (this.#isUnheld) this.check();
  }

  gone(member: string): void {
    this.#heldBy.delete(member);
  }

  /** Looks whether what we wrote last is held by anybody. */
  check(): void {
    const { log: { ownLog: log, ownSequence: sequence, holdings }, world } = this.#deps;
    const isThere = log !== undefined && holdings.has(log, sequence) && !holdings.isLetGo(log, sequence);
    const isUnheld = isThere && !world.others().some((name) => this.#isHeldBy(name, { log, sequence }));
    if (isUnheld === this.#isUnheld) return;
    this.#isUnheld = isUnheld;
    world.unheld(isUnheld);
  }

  /** What of our own latest entries is held by whom, the newest last. */
  evidence(limit: number): readonly Evidence[] {
    const { room, store, world, log: { ownLog, ownSequence } } = this.#deps;
    if (ownLog === undefined) return [];
    const others = world.others();
    return store.range(room, ownLog, Math.max(1, ownSequence - limit + 1), ownSequence, limit).map((entry) => ({
      entry,
      holders: others.filter((name) => this.#isHeldBy(name, entry)),
      others: others.length,
      isStored: !this.#isUnstored(entry),
    }));
  }

  #note(by: string, span: Span): void {
    const held = this.#heldBy.get(by) ?? new Holdings();
    if (held.countOf(span.log) < PIECES_HELD_MAX || held.touches(span)) held.add(span);
    this.#heldBy.set(by, held);
  }

  #isHeldBy(name: string, { log, sequence }: Place): boolean {
    return this.#heldBy.get(name)?.has(log, sequence) === true;
  }

  #isUnstored({ log, sequence }: Place): boolean {
    const first = this.#firstUnstored;
    return first?.log === log && sequence >= first.sequence;
  }
}
