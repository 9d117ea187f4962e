import type { Cancel, Clock } from "../actors/runtime/clock.ts";

type Event = { readonly at: number; readonly order: number; readonly run: () => void; cancelled: boolean };

/** How often pending promises are let run on before the clock believes that nothing more comes of them. */
const MICROTASK_ROUNDS = 32;

type VirtualClockOptions = Readonly<{
  /** What the wall clock shows at the start, in ms since 1970. */
  wallStartMs?: number;
  /**
   * Promises are let run on before time has passed further than this; by default before each event. With a thousand
   * peers that costs more than the events: each millisecond has dozens, and hardly one that a promise waits for.
   */
  settleEveryMs?: number;
  /** More events than this at one instant are taken for an endless loop, and end the run with an error. */
  eventsAtOnceMax?: number;
}>;

/** Far above what ten thousand peers do at one instant. */
const EVENTS_AT_ONCE_MAX = 10_000_000;

/**
 * Time that only moves when asked. Events run in the order of their time, and at one time in the order in which they
 * were asked for, so that a run is determined by its inputs.
 */
export class VirtualClock implements Clock {
  readonly #settleEveryMs: number;
  readonly #wallStartMs: number;
  readonly #eventsAtOnceMax: number;
  #now = 0;
  #eventsNow = 0;
  #order = 0;
  #ready: (() => void)[] = [];
  readonly #events = new EventHeap();

  constructor(
    { wallStartMs = Date.UTC(2026, 0, 1), settleEveryMs = 0, eventsAtOnceMax = EVENTS_AT_ONCE_MAX }:
      VirtualClockOptions = {},
  ) {
    this.#eventsAtOnceMax = eventsAtOnceMax;
    this.#wallStartMs = wallStartMs;
    this.#settleEveryMs = settleEveryMs;
  }

  now(): number {
    return this.#now;
  }

  wallMs(): number {
    return this.#wallStartMs + this.#now;
  }

  after(delayMs: number, run: () => void): Cancel {
    const event: Event = { at: this.#now + Math.max(0, delayMs), order: this.#order++, run, cancelled: false };
    this.#events.push(event);
    return () => {
      event.cancelled = true;
    };
  }

  soon(run: () => void): void {
    this.#ready.push(run);
  }

  yieldThen(run: () => void): Cancel {
    return this.after(0, run);
  }

  /** Runs everything due within the next `durationMs`, then stands `durationMs` later. */
  async advance(durationMs: number): Promise<void> {
    const until = this.#now + durationMs;
    for (;;) {
      await this.#settle();
      const next = this.#nextEvent();
      if (next === undefined || next.at > until) break;
      this.#run(next, Math.min(until, next.at + this.#settleEveryMs));
    }
    this.#now = until;
  }

  /** Advances in steps of `stepMs` until `condition` holds; throws when it does not within `withinMs`. */
  async until(condition: () => boolean, withinMs: number, what: string, stepMs = 10): Promise<void> {
    await this.#settle();
    for (let waited = 0; !condition(); waited += stepMs) {
      if (waited >= withinMs) throw new Error(`Not within ${withinMs} ms of virtual time: ${what}`);
      await this.advance(stepMs);
    }
  }

  /** Runs an event and those due by `until` after it, and what each puts off with `soon`. */
  #run(first: Event, until: number): void {
    let next: Event | undefined = first;
    do {
      this.#events.pop();
      this.#reach(next.at);
      next.run();
      this.#runReady();
      next = this.#nextEvent();
    } while (next !== undefined && next.at <= until && this.#settleEveryMs > 0);
  }

  #reach(at: number): void {
    if (at > this.#now) this.#eventsNow = 0;
    this.#now = at;
    if (++this.#eventsNow <= this.#eventsAtOnceMax) return;
    throw new Error(`Time stands still at ${at} ms: more than ${this.#eventsAtOnceMax} events at this instant`);
  }

  /** The next event that is still wanted. */
  #nextEvent(): Event | undefined {
    let event = this.#events.peek();
    while (event?.cancelled) {
      this.#events.pop();
      event = this.#events.peek();
    }
    return event;
  }

  #runReady(): boolean {
    if (this.#ready.length === 0) return false;
    while (this.#ready.length > 0) {
      const batch = this.#ready;
      this.#ready = [];
      for (const run of batch) run();
    }
    return true;
  }

  /** Runs what was put off with `soon`, and what promises make of it, until all is quiet. */
  async #settle(): Promise<void> {
    for (let quiet = 0; quiet < MICROTASK_ROUNDS; quiet++) {
      if (this.#runReady()) quiet = 0;
      await null;
    }
  }
}

/** A binary heap ordered by time, then by order of asking. */
class EventHeap {
  readonly #items: Event[] = [];

  peek(): Event | undefined {
    return this.#items[0];
  }

  push(event: Event): void {
    const items = this.#items;
    let at = items.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(event, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = event;
  }

  pop(): Event | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(items[child + 1]!, items[child]!)) child++;
      if (!before(items[child]!, last)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return top;
  }
}

function before(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
