import type { EventsAt } from "./state.ts";
import type { Query, UserEvent } from "./messages.ts";

/** What hearing something came to: `old` is too long ago to say, `full` that too much was said at that time. */
export type Hearing = "new" | "seen" | "old" | "full";

/** Logical times that are remembered, as many as Serf does (`EventBuffer`, `QueryBuffer`). */
const TIMES_MAX = 512;

/** Things said at one logical time. Members that say something at once without having heard of each other are few. */
const AT_ONCE_MAX = 64;

/** Bytes of user events that are kept, to be handed on to newcomers. Serf's own are at most 512 bytes each. */
const EVENT_BYTES_MAX = 1024 * 1024;

/** What was said lately, by logical time, so that it counts once however often it is heard. */
class Recently<T> {
  readonly #same: (a: T, b: T) => boolean;
  readonly #at = new Map<number, T[]>();
  #floor = 0;

  constructor(same: (a: T, b: T) => boolean) {
    this.#same = same;
  }

  /** `now` is the clock after it has witnessed `time`. */
  hear(time: number, said: T, now: number): Hearing {
    this.forgetBelow(now - TIMES_MAX);
    if (time < this.#floor) return "old";
    const before = this.#at.get(time);
    if (before === undefined) {
      this.#at.set(time, [said]);
      return "new";
    }
    if (before.some((one) => this.#same(one, said))) return "seen";
    if (before.length >= AT_ONCE_MAX) return "full";
    before.push(said);
    return "new";
  }

  /** Whatever is older than this time is old from now on; what is forgotten. */
  forgetBelow(time: number): readonly T[] {
    if (time <= this.#floor) return [];
    this.#floor = time;
    const forgotten: T[] = [];
    for (const [at, said] of this.#at) {
      if (at >= time) continue;
      forgotten.push(...said);
      this.#at.delete(at);
    }
    return forgotten;
  }

  get all(): ReadonlyMap<number, readonly T[]> {
    return this.#at;
  }
}

type Said = Readonly<Pick<UserEvent, "name" | "payload">>;

/** The user events of late. */
export class SeenEvents {
  readonly #recently = new Recently<Said>((a, b) => a.name === b.name && sameBytes(a.payload, b.payload));
  #bytes = 0;

  /** `now` is the events' clock after it has witnessed the event. */
  hear({ time, name, payload }: Omit<UserEvent, "type" | "coalesce">, now: number): Hearing {
    this.ignoreBefore(now - TIMES_MAX);
    const hearing = this.#recently.hear(time, { name, payload }, now);
    if (hearing !== "new") return hearing;
    this.#bytes += sizeOf({ name, payload });
    if (this.#bytes > EVENT_BYTES_MAX) this.#forgetOldest();
    return hearing;
  }

  /** What was said before this logical time is no news any more. */
  ignoreBefore(time: number): void {
    for (const said of this.#recently.forgetBelow(time)) this.#bytes -= sizeOf(said);
  }

  #forgetOldest(): void {
    for (const at of [...this.#recently.all.keys()].toSorted((a, b) => a - b)) {
      if (this.#bytes <= EVENT_BYTES_MAX) return;
      this.ignoreBefore(at + 1);
    }
  }

  /** As they are told to others in an exchange. */
  get events(): readonly EventsAt[] {
    return [...this.#recently.all].map(([time, events]) => ({ time, events }));
  }
}

/** The queries of late. */
export class SeenQueries {
  readonly #recently = new Recently<number>((a, b) => a === b);

  /** `now` is the queries' clock after it has witnessed the query. */
  hear({ time, id }: Pick<Query, "time" | "id">, now: number): Hearing {
    return this.#recently.hear(time, id, now);
  }
}

function sizeOf({ name, payload }: Said): number {
  return name.length + (payload?.length ?? 0) + EVENT_OVERHEAD_BYTES;
}

/** What an event costs besides its bytes. */
const EVENT_OVERHEAD_BYTES = 64;

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  const [length, other] = [a?.length ?? 0, b?.length ?? 0];
  return length === other && (length === 0 || a!.every((byte, at) => byte === b![at]));
}
