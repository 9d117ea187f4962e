import type { Place } from "../../history/entry.ts";
import type { Holdings } from "../../history/holdings.ts";
import type { Shelf } from "../../history/shelf.ts";
import type { Kept } from "../../history/store.ts";
import type { Filling } from "./filling.ts";
import type { Since } from "./since.ts";
import type { ChronicleWorld } from "./world.ts";

/** What is shown in order waits so long for what lies between; while something is being fetched, longer. */
const WAIT_FOR_GAP_MS = 2_000;
const WAIT_WHILE_FETCHING_MS = 10_000;
const WAIT_LOOK_MS = 500;

type ShowingDeps = Readonly<{
  holdings: Holdings;
  memory: Readonly<{ shelf: Shelf<Kept>; since: Since }>;
  filling: Filling;
  counters: { "entries that waited": number };
  world: ChronicleWorld;
}>;

/** What the person sees of the logs, and in which order: nothing before what it follows from, unless that does not come. */
export class Showing {
  readonly #deps: ShowingDeps;
  readonly #isThere: (place: Place) => boolean;

  constructor(deps: ShowingDeps) {
    this.#deps = deps;
    this.#isThere = (place) => deps.holdings.hasHad(place);
  }

  /** Shows what is news to the person, once what it follows from is here; the rest is history. */
  place(news: readonly Kept[], live: boolean): void {
    const { memory: { shelf, since }, filling, counters, world } = this.#deps;
    if (live) news.forEach(({ log, sequence }) => since.said(log, sequence));
    const awaited = news.filter((entry) => live || since.isNews(entry));
    filling.came(news.length - awaited.length);
    const ready = shelf.put(awaited, this.#isThere, world.now());
    // More than anybody reads at once: what comes before that is history, as it is for a newcomer.
    for (const { order } of shelf.takeLetGo()) {
      filling.came(1);
      since.letGo(order);
    }
    this.show(ready, live);
    if (shelf.size === 0) return;
    counters["entries that waited"] += 1;
    world.setTimer("give_up_waiting", WAIT_FOR_GAP_MS);
  }

  /** Shows that at once. */
  show(entries: readonly Kept[], live: boolean): void {
    const { memory: { shelf }, world } = this.#deps;
    if (entries.length === 0) return;
    world.show(entries, live, (entry) => shelf.isLate(entry));
    for (const entry of entries) shelf.noteShown(entry, this.#isThere);
  }

  /** Each waits for itself: neither more talk nor what somebody makes up keeps others' words off the screen. */
  giveUpWaiting(isFetching: boolean): void {
    const { memory: { shelf }, world } = this.#deps;
    const waitMs = isFetching ? WAIT_WHILE_FETCHING_MS : WAIT_FOR_GAP_MS;
    this.show(shelf.giveUp(world.now() - waitMs, this.#isThere), false);
    if (shelf.size > 0) world.setTimer("give_up_waiting", WAIT_LOOK_MS);
  }
}
