import type { Cancel, Clock } from "../actors/runtime/clock.ts";

type Event = { readonly at: number; readonly order: number; readonly run: () => void; cancelled: boolean };

/** How often pending promises are let run on before the clock believes that nothing more comes of them. */
const MICROTASK_ROUNDS = 32;

/**
 * Time that only moves when asked. Events run in the order of their time, and at one time in the order in which they
 * were asked for, so that a run is determined by its inputs.
 */
export class VirtualClock implements Clock {
  #now = 0;
  #order = 0;
  #ready: (() => void)[] = [];
  readonly #events = new EventHeap();
  readonly #wallStartMs: number;

  constructor(wallStartMs: number = Date.UTC(2026, 0, 1)) {
    this.#wallStartMs = wallStartMs;
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
    await this.#settle();
    for (let event = this.#events.peek(); event && event.at <= until; event = this.#events.peek()) {
      this.#events.pop();
      if (event.cancelled) continue;
      this.#now = event.at;
      event.run();
      await this.#settle();
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

  /** Runs what was put off with `soon`, and what promises make of it, until all is quiet. */
  async #settle(): Promise<void> {
    for (let quiet = 0; quiet < MICROTASK_ROUNDS; quiet++) {
      while (this.#ready.length > 0) {
        quiet = 0;
        const batch = this.#ready;
        this.#ready = [];
        for (const run of batch) run();
      }
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
