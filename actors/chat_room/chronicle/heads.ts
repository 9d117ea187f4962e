import { authorOfLog, type LogId } from "../../history/author.ts";
import { encodeLogMessage, ENDS_MAX, SPANS_MAX } from "../../history/log_message.ts";
import type { RoomLog } from "../../history/room_log.ts";
import { type HistoryStore, SETTLE_ON_MS, type Span } from "../../history/store.ts";
import type { Branches } from "./branches.ts";
import { GREETING_MS } from "./since.ts";
import { someOf } from "./some_of.ts";
import type { Speakers } from "./speakers.ts";
import type { ChronicleWorld } from "./world.ts";

/**
 * What changed is told when nothing has changed for a moment, or has not stopped to change for long: whoever lacks it asks
 * then, and its author knows that it is held. While there is talk, gaps show by themselves. Who has just come takes what
 * it is told within `GREETING_MS` for what was there before it, so that what is new waits for longer; not so where talk
 * goes on for long, nor in a comparison.
 */
const TELL_AFTER_MS = GREETING_MS + 50;
const TELL_LATEST_MS = 3_000;
/** How much later than that it may be, where the talk has gone on for a while. */
const TELL_AFTER_MAX_MS = 1_000;
/** It is told in so many rounds, each time to so many others in the room, and in the first one to the authors besides. */
const ROUNDS = 3;
const TOLD_AT_ONCE = 2;
/** Who hears from so many others that they hold the same need not tell any more of them (as in Trickle, RFC 6206). */
const SAME_IS_ENOUGH = 2;
/** Authors who are told at once: of a great crowd, not everybody's word is needed. */
const ACKNOWLEDGING_MAX = 32;
const COMPARE_EVERY_MS = 15_000;

/** Pieces of one log that are told at once. */
const PIECES_TOLD_MAX = 16;

/** Messages in which somebody who meets us is told what we hold. */
const MESSAGES_AT_MEETING_MAX = 8;

type HeadsDeps = Readonly<{
  log: RoomLog;
  store: HistoryStore;
  speakers: Speakers;
  branches: Branches;
  world: ChronicleWorld;
}>;

/** Tells others how far our copy of each log goes: soon after it has changed, at a meeting, and now and then. */
export class Heads {
  readonly #deps: HeadsDeps;
  readonly #world: ChronicleWorld;
  /** Logs that others are told about: in which round, and how many others hold the same. */
  readonly #telling = new Map<LogId, { round: number; same: number }>();
  /** What the times above are multiplied by here: all hear the same at once, and need not do the rest of it at once. */
  readonly #pace: number;
  #tellingSince: number | undefined;
  #tellAt = 0;
  /** How often it was looked since then, and there was talk still. */
  #looks = 0;
  /** How far what fits no message was told. */
  #restToldUpTo = 0;

  constructor(deps: HeadsDeps) {
    this.#deps = deps;
    this.#world = deps.world;
    this.#pace = 1 + this.#world.random.next() / 2;
    this.#world.setTimer("compare", TELL_AFTER_MS * (1 + this.#world.random.next()));
  }

  /** There is something new of that log. The timer is set for the first of what is told together; it goes on while there is more. */
  changed(log: LogId): void {
    const now = this.#world.now();
    this.#tellingSince ??= now;
    this.#telling.set(log, { round: 0, same: 0 });
    this.#tellAt = Math.min(now + TELL_AFTER_MS * this.#pace, this.#tellingSince + TELL_LATEST_MS * this.#pace);
    this.#world.setTimer("tell_heads", TELL_AFTER_MS * this.#pace);
  }

  /** Somebody else has told what it holds. */
  heard(spans: readonly Span[]): void {
    for (const { log, last } of spans) {
      const telling = this.#telling.get(log);
      if (telling !== undefined && last === this.#deps.log.holdings.topOf(log)?.last) telling.same++;
    }
  }

  /** Tells some others what is new here, and its authors that we hold it. What is told is on disk. */
  tellChanges(): void {
    const left = this.#tellAt - this.#world.now();
    if (left > 0) return this.#world.setTimer("tell_heads", this.#nextLook(left));
    if (!this.#deps.store.settle()) return this.#world.setTimer("tell_heads", SETTLE_ON_MS);
    this.#looks = 0;
    this.#tellingSince = undefined;
    for (const [log, { round, same }] of this.#telling) {
      if (round === ROUNDS || (round > 0 && same >= SAME_IS_ENOUGH)) this.#telling.delete(log);
    }
    if (this.#telling.size === 0) return;
    const others = [...this.#world.others()];
    const told = new Set([...this.#authorsOfNews(others.length), ...someOf(others, TOLD_AT_ONCE, this.#world.random)]);
    const spans = [...this.#telling.keys()].flatMap((log) => this.#topOf(log)).slice(-SPANS_MAX);
    const payload = encodeLogMessage({ type: "heads", spans, wantsAnswer: false });
    for (const member of told) this.#world.sendTo(member, payload);
    for (const telling of this.#telling.values()) telling.round++;
    this.#world.setTimer("tell_heads", TELL_AFTER_MS);
  }

  /** While the talk goes on, it is looked less and less often whether it has ended. */
  #nextLook(left: number): number {
    return Math.min(left * 2 ** this.#looks++, TELL_AFTER_MAX_MS);
  }

  /** Somebody has come, or we have: both say what they hold. */
  meet(member: string): void {
    this.#tellAll(member, true, MESSAGES_AT_MEETING_MAX);
  }

  answer(member: string): void {
    this.#tellAll(member, false);
  }

  /** Now and then with somebody: what was lost on the way is found even if nobody speaks again. */
  compare(): void {
    this.#world.setTimer("compare", COMPARE_EVERY_MS * (0.5 + this.#world.random.next()));
    const others = this.#world.others();
    if (others.length > 0) this.#tellAll(others[this.#world.random.below(others.length)]!, true);
  }

  /** Who does not know yet that we hold what it said. */
  #authorsOfNews(others: number): readonly string[] {
    return [...this.#telling].flatMap(([log, { round }]) => {
      const member = round === 0 ? this.#deps.speakers.memberOf(authorOfLog(log)) : undefined;
      return member !== undefined && this.#acknowledges(others) ? [member] : [];
    });
  }

  #acknowledges(others: number): boolean {
    return others <= ACKNOWLEDGING_MAX || this.#world.random.below(others) < ACKNOWLEDGING_MAX;
  }

  /** What changed last is always told; if there is more than fits, some of the rest too, each time other. What is told is on disk. */
  #tellAll(to: string, wantsAnswer: boolean, messagesMax = 1): void {
    const { log, store, branches } = this.#deps;
    store.flush();
    const spans = log.holdings.logs.flatMap((log) => this.#piecesOf(log)).toReversed();
    const told = spans.splice(0, (messagesMax - 0.5) * SPANS_MAX);
    if (this.#restToldUpTo >= spans.length) this.#restToldUpTo = 0;
    const rest = spans.slice(this.#restToldUpTo, this.#restToldUpTo += SPANS_MAX / 2);
    told.push(...rest);
    for (let at = 0; at === 0 || at < told.length; at += SPANS_MAX) {
      const some = told.slice(at, at + SPANS_MAX).toReversed();
      this.#world.sendTo(to, encodeLogMessage({ type: "heads", spans: some, wantsAnswer: wantsAnswer && at === 0 }));
    }
    const ends = log.tops.slice(-ENDS_MAX);
    if (ends.length > 0) this.#world.sendTo(to, encodeLogMessage({ type: "tops", ends }));
    branches.tell(to);
  }

  #topOf(log: LogId): readonly Span[] {
    const top = this.#deps.log.holdings.topOf(log);
    return top === undefined ? [] : [{ log, ...top }];
  }

  /** Also what is below a gap: what all lack there may have died with its author. */
  #piecesOf(log: LogId): readonly Span[] {
    return this.#deps.log.holdings.piecesOf(log).slice(-PIECES_TOLD_MAX).map((piece) => ({ log, ...piece }));
  }
}
