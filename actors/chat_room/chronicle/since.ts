import type { LogId } from "../../history/author.ts";
import { compareTimes, type HybridTime, laterOf } from "../../history/hybrid_time.ts";
import type { Kept, Span } from "../../history/store.ts";

/**
 * Of one log, up to which number it was there before us: `sure` where we held it, or were told so as we came; up to `told`
 * it may have been, by the first that somebody told us later.
 */
type Before = Readonly<{ sure: number; told: number; isHeld?: true }>;

type Beginning = Readonly<{
  /** What we hold of a room as we come, pieces of one log in order, and the time of the latest of it. */
  held: readonly Span[];
  latest: HybridTime | undefined;
  /** Before we went away we knew all logs that there were: others were begun since. */
  wasWhole: boolean;
  /** When that is by our clocks. */
  wallMs: number;
  now: number;
}>;

/** Who comes is told at once what is there. What is said then is as a rule told again only after the greeting. */
const MET_WITHIN_MS = 5_000;
export const GREETING_MS = 250;

/** Who is greeted has been told of all that there is after this. */
const GREETED_AFTER_MS = 10_000;

/** Logs of which is known how far they went, and members who have told anything. */
const LOGS_MAX = 9_216;
const MEMBERS_MAX = 8_192;

/**
 * What is news to the person: what was said since they came, or went away before. Who held what at that time tells it,
 * and not when it was said, as clocks may be wrong. Times decide where nobody has told anything.
 */
export class Since {
  readonly #logs = new Map<LogId, Before>();
  /** When each of the others began to tell us what it holds. */
  readonly #met = new Map<string, number>();
  #enteredAt: number | undefined;
  #greetedAt: number | undefined;
  #isNewcomer = false;
  #wasWhole = false;
  #isAllNews = false;
  #time: HybridTime = { ms: 0, count: 0 };
  #letGo: HybridTime | undefined;

  get hasBegun(): boolean {
    return this.#enteredAt !== undefined;
  }

  /** We come into the room. After a crash of its actor we are there already. */
  begin({ held, latest, wasWhole, wallMs, now }: Beginning): void {
    if (this.hasBegun) return;
    this.#enteredAt = now;
    this.#isNewcomer = latest === undefined;
    this.#wasWhole = wasWhole;
    this.#time = latest ?? { ms: wallMs, count: 0 };
    for (const { log, last } of held) this.#logs.set(log, { sure: last, told: last, isHeld: true });
  }

  /** Whatever comes is news, however old it is. */
  everything(): void {
    this.#isAllNews = true;
  }

  /** A member has told what it holds: at first all, what it held when we met; later what has changed. */
  told(member: string, spans: readonly Span[], now: number): void {
    const metAt = this.#met.get(member) ?? now;
    if (now - metAt > GREETING_MS) return;
    if (this.#met.size < MEMBERS_MAX) this.#met.set(member, metAt);
    this.#greetedAt ??= now;
    if (this.#wasWhole) return;
    const isComing = now - this.#greetedAt <= GREETING_MS && now - this.#enteredAt! <= MET_WITHIN_MS;
    for (const { log, last } of spans) this.#note(log, last, this.#isNewcomer && isComing);
  }

  /** Whether others have told us of all logs that there were as we came, and we know each. */
  isWhole(now: number, isKnown: (log: LogId) => boolean): boolean {
    if (this.#greetedAt === undefined || now - this.#greetedAt <= GREETED_AFTER_MS) return false;
    return [...this.#logs.keys()].every(isKnown);
  }

  /** That was said before we came, as who said it counts the time since. */
  saidBefore(log: LogId, sequence: number): void {
    if (this.#isNewcomer) this.#note(log, sequence, true);
  }

  /** That was said just now: whoever told us that there was more has made it up. */
  said(log: LogId, sequence: number): void {
    const before = this.#logs.get(log);
    if (before !== undefined && before.sure > sequence) this.#logs.set(log, { ...before, sure: sequence });
  }

  /** So much came that this and what is before it is for nobody to read. */
  letGo(order: HybridTime): void {
    this.#letGo = laterOf(this.#letGo, order);
  }

  /** Whether an entry that was not heard as it was said is to be shown. */
  isNews(entry: Kept): boolean {
    const { log, sequence, name, order, forked } = entry;
    if (this.#letGo !== undefined && compareTimes(order, this.#letGo) <= 0) return false;
    if (this.#isAllNews) return true;
    const isLater = compareTimes(order, this.#time) > 0;
    if (forked) return isLater; // the number does not say which of two it is
    const before = this.#logs.get(log);
    // Its author had said nothing when we met.
    if (before === undefined) return isLater || this.#wasWhole || this.#met.has(name);
    return sequence > before.told || (sequence > before.sure && isLater);
  }

  #note(log: LogId, sequence: number, isSure: boolean): void {
    const before = this.#logs.get(log);
    if (before?.isHeld === true || (before === undefined && this.#logs.size >= LOGS_MAX)) return;
    const { sure, told } = before ?? NOTHING;
    this.#logs.set(log, { sure: isSure ? Math.max(sure, sequence) : sure, told: Math.max(told, sequence) });
  }
}

const NOTHING: Before = { sure: 0, told: 0 };
