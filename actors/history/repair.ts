import type { LogId } from "./author.ts";
import type { Holdings } from "./holdings.ts";
import type { Piece } from "./span_set.ts";
import type { Span } from "./store.ts";

/** A wish, and to whom. */
export type Want = Readonly<{ to: string; span: Span }>;

/**
 * Wishes under way in one room; each of another log. Of one peer as many at once, and of one that did not answer last
 * time, one: who offers what it has not keeps nobody from what others have.
 */
const WANTS_MAX = 16;
const WANTS_EACH_MAX = 8;
const WANTS_OF_SILENT_MAX = 1;
const SILENT_MAX = 1_024;

/** Who does not answer within this is asked again only after others. */
const WANT_OVER_MS = 3_000;

/** Offers remembered: peers of one log, logs of one peer, and logs of which something is lacking. */
const OFFERS_PER_LOG_MAX = 8;
const LOGS_PER_PEER_MAX = 1_024;
const LOGS_MAX = 8_192;

/** More entries than this are not counted as lacking, whatever is offered. */
const LACKING_TOLD_MAX = 1_000_000;

/** What is counted of the repair of all rooms. */
export type RepairCounters = {
  "repair wishes": number;
  "repair wishes unanswered": number;
  "repair offers given up": number;
};

export function newRepairCounters(): RepairCounters {
  return { "repair wishes": 0, "repair wishes unanswered": 0, "repair offers given up": 0 };
}

type UnderWay = { readonly to: string; readonly span: Span; sentAt: number; got: boolean };

/**
 * Decides what is fetched from whom. Others offer what they hold; what of that is lacking here is asked for, the newest
 * first, of one holder at a time for each log, until it is here or nobody has it.
 */
export class Repair {
  readonly #holdings: Holdings;
  readonly #isOver: (log: LogId) => boolean;
  readonly #counters: RepairCounters;
  /** What others offer of the logs of which something is lacking. */
  readonly #offers = new Map<LogId, Map<string, Piece>>();
  /** The same by peer; whose turn is next is first. */
  readonly #logsOf = new Map<string, Set<LogId>>();
  /** Who did not answer when it was asked last. */
  readonly #silent = new Set<string>();
  readonly #underWay = new Map<LogId, UnderWay>();
  /** Who has said of a log that it has nothing up to that number: the last one who did. */
  readonly #lacks = new Map<LogId, Readonly<{ peer: string; upTo: number }>>();

  /** `isOver` tells which logs are not gone on with, whatever somebody has of them. */
  constructor(holdings: Holdings, isOver: (log: LogId) => boolean, counters = newRepairCounters()) {
    this.#holdings = holdings;
    this.#isOver = isOver;
    this.#counters = counters;
  }

  /** How many entries are known to be lacking, at most {@linkcode LACKING_TOLD_MAX}. */
  get lacking(): number {
    let count = 0;
    for (const log of this.#offers.keys()) {
      for (const { first, last } of this.#lackingOf(log)) count += last - first + 1;
    }
    return Math.min(count, LACKING_TOLD_MAX);
  }

  get isIdle(): boolean {
    return this.#underWay.size === 0;
  }

  isAskedOf(peer: string, log: LogId): boolean {
    return this.#underWay.get(log)?.to === peer;
  }

  /** Somebody says what it holds. */
  offered(peer: string, spans: readonly Span[]): void {
    for (const { log, first, last } of spans) {
      const isLacking = this.#newestLackingIn(log, { first, last }) !== undefined;
      if (isLacking) this.#offer(log, peer, { first, last });
    }
  }

  /** Somebody should hold that, though it did not say so; unless it said when it was asked that it does not. */
  supposed(peer: string, { log, first, last }: Span): void {
    const known = this.#lacks.get(log);
    const from = known?.peer === peer ? Math.max(first, known.upTo + 1) : first;
    if (from <= last) this.offered(peer, [{ log, first: from, last }]);
  }

  /** Somebody is gone, and with it what it offered. */
  gone(peer: string): void {
    for (const log of this.#logsOf.get(peer) ?? []) this.#withdraw(log, this.#offers.get(log)!, peer);
    this.#silent.delete(peer);
    for (const [log, { to }] of this.#underWay) if (to === peer) this.#underWay.delete(log);
  }

  /** Something of a log has come; of whom it was asked may take its time for the rest. */
  arrived(log: LogId, from: string, now: number): void {
    const want = this.#underWay.get(log);
    if (want === undefined || want.to !== from) return;
    Object.assign(want, { sentAt: now, got: true });
    this.#silent.delete(from);
  }

  /** Whom we asked has nothing more to send for that. Who sent nothing has nothing, or nothing that can be taken. */
  answered(log: LogId, from: string): void {
    const want = this.#underWay.get(log);
    if (want === undefined || want.to !== from) return;
    this.#underWay.delete(log);
    this.#silent.delete(from);
    if (want.got) return;
    if (this.#lacks.has(log) || this.#lacks.size < LOGS_MAX) this.#lacks.set(log, { peer: from, upTo: want.span.last });
    this.#giveUp(log, from);
  }

  /** What to ask for now; `pick` chooses one of so many. */
  next(now: number, pick: (count: number) => number): readonly Want[] {
    for (const [log, { to, sentAt }] of this.#underWay) {
      if (now - sentAt <= WANT_OVER_MS) continue;
      this.#counters["repair wishes unanswered"]++;
      if (this.#silent.size < SILENT_MAX) this.#silent.add(to);
      this.#underWay.delete(log);
      this.#giveUp(log, to);
    }
    const wants: Want[] = [];
    for (let before = -1; before < wants.length && this.#underWay.size < WANTS_MAX;) {
      before = wants.length;
      for (const peer of [...this.#logsOf.keys()]) {
        const want = this.#underWay.size < WANTS_MAX ? this.#wantFrom(peer, pick) : undefined;
        if (want === undefined) continue;
        this.#underWay.set(want.span.log, { ...want, sentAt: now, got: false });
        this.#counters["repair wishes"]++;
        wants.push(want);
      }
    }
    return wants;
  }

  /** The turn of one who offers something: the first of its logs that nobody was asked for, of whoever has it. */
  #wantFrom(peer: string, pick: (count: number) => number): Want | undefined {
    const logs = this.#logsOf.get(peer);
    if (logs === undefined || !this.#hasRoom(peer)) return undefined;
    for (const log of logs) {
      const want = this.#underWay.has(log) ? undefined : this.#wantOf(log, this.#offers.get(log)!, pick);
      if (want === undefined) continue;
      if (this.#logsOf.delete(peer)) this.#logsOf.set(peer, logs); // all others are before it now
      return want;
    }
    return undefined;
  }

  #hasRoom(peer: string): boolean {
    let wants = 0;
    for (const { to } of this.#underWay.values()) if (to === peer) wants++;
    return wants < (this.#silent.has(peer) ? WANTS_OF_SILENT_MAX : WANTS_EACH_MAX);
  }

  #wantOf(log: LogId, offers: Map<string, Piece>, pick: (count: number) => number): Want | undefined {
    for (const [peer, piece] of [...offers]) {
      if (this.#newestLackingIn(log, piece) === undefined) this.#withdraw(log, offers, peer);
    }
    const peers = [...offers.keys()].filter((peer) => this.#hasRoom(peer));
    const to = peers[pick(peers.length)];
    const piece = to === undefined ? undefined : this.#newestLackingIn(log, offers.get(to)!);
    return to === undefined || piece === undefined ? undefined : { to, span: { log, ...piece } };
  }

  #newestLackingIn(log: LogId, piece: Piece): Piece | undefined {
    return this.#isOver(log) ? undefined : this.#holdings.lackingOf(log, piece, 1)[0];
  }

  #lackingIn(log: LogId, piece: Piece): readonly Piece[] {
    return this.#isOver(log) ? [] : this.#holdings.lackingOf(log, piece);
  }

  #lackingOf(log: LogId): readonly Piece[] {
    const offers = [...this.#offers.get(log)?.values() ?? []];
    if (offers.length === 0) return [];
    const first = Math.min(...offers.map((piece) => piece.first));
    return this.#lackingIn(log, { first, last: Math.max(...offers.map((piece) => piece.last)) });
  }

  #offer(log: LogId, peer: string, piece: Piece): void {
    const offers = this.#offers.get(log) ?? new Map<string, Piece>();
    const logs = this.#logsOf.get(peer) ?? new Set<LogId>();
    const isTooMuch = (!this.#offers.has(log) && this.#offers.size >= LOGS_MAX) ||
      (!logs.has(log) && logs.size >= LOGS_PER_PEER_MAX);
    if (isTooMuch) return void this.#counters["repair offers given up"]++;
    this.#offers.set(log, offers);
    this.#logsOf.set(peer, logs.add(log));
    const before = offers.get(peer) ?? piece;
    offers.delete(peer);
    // With the gap between, if there is one: who holds nothing of it says so when it is asked.
    offers.set(peer, { first: Math.min(before.first, piece.first), last: Math.max(before.last, piece.last) });
    const [oldest] = offers.keys();
    if (offers.size > OFFERS_PER_LOG_MAX && oldest !== undefined) this.#withdraw(log, offers, oldest);
  }

  #giveUp(log: LogId, peer: string): void {
    this.#counters["repair offers given up"]++;
    const offers = this.#offers.get(log);
    if (offers !== undefined) this.#withdraw(log, offers, peer);
  }

  #withdraw(log: LogId, offers: Map<string, Piece>, peer: string): void {
    offers.delete(peer);
    if (offers.size === 0) this.#offers.delete(log);
    const logs = this.#logsOf.get(peer);
    if (logs?.delete(log) === true && logs.size === 0) this.#logsOf.delete(peer);
  }
}
