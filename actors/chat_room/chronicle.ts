import type { AuthorId, LogId } from "../history/author.ts";
import { authorOfLog } from "../history/author.ts";
import type { Content } from "../history/content.ts";
import { compareTimes, type HybridTime, laterOf } from "../history/hybrid_time.ts";
import {
  type Batch,
  BATCH_BYTES,
  BATCH_ENTRIES_MAX,
  encodeLogMessage,
  ENDS_MAX,
  type LogMessage,
  SPANS_MAX,
} from "../history/log_message.ts";
import { decodeBody, type Place } from "../history/entry.ts";
import type { BranchEnd } from "../history/forks.ts";
import { BranchWishes } from "../history/branch_wishes.ts";
import { newRepairCounters, Repair } from "../history/repair.ts";
import { type Admitted, admittedOf, pageOf, RoomLog, type Signing } from "../history/room_log.ts";
import { newServingCounters, Serving } from "../history/serving.ts";
import { Shelf } from "../history/shelf.ts";
import { Holdings } from "../history/holdings.ts";
import type { HistoryStore, Kept, Span } from "../history/store.ts";
import type { Random } from "../runtime/random.ts";
import type { RoomName } from "./entry.ts";

/** What a chronicle sets its timers for. */
export type ChronicleTimer =
  | "write"
  | "flush"
  | "tell_heads"
  | "compare"
  | "repair"
  | "serve"
  | "give_up_waiting"
  | "check_held";

/** How a chronicle reaches others, the screen and the time. */
export type ChronicleWorld = Readonly<{
  now(): number;
  wallMs(): number;
  random: Random;
  /** Calls `ring(timer)` once, `delayMs` from now; a timer that runs goes on. */
  setTimer(timer: ChronicleTimer, delayMs: number): void;
  /** To all who are in the room. */
  publish(payload: Uint8Array): void;
  sendTo(member: string, payload: Uint8Array): void;
  /** Names of the members in the room, without us. */
  others(): readonly string[];
  /** Put into the store just now, by us or by others. */
  taken(entries: readonly Kept[]): void;
  /** To be shown, in this order. `live`: it was said just now. `isLate`: something later was shown before. */
  show(entries: readonly Kept[], live: boolean, isLate: (entry: Kept) => boolean): void;
  /** A log has come to an end, because its author says this, and something else under the same number. */
  forked(entry: Kept): void;
  /** What we said last is held by nobody else so far, or by others again. */
  unheld(isUnheld: boolean): void;
  /** So many entries have come of those that are fetched, and so many are lacking. */
  filling(count: number, lacking: number): void;
  /** So many entries came that were there before we were; nobody waits for them. */
  filled(count: number): void;
}>;

/** What of it outlives a crash of the room's actor. */
export type ChronicleMemory = Readonly<{
  shelf: Shelf<Kept>;
  /** What came after this is news to the person, however late. */
  since: { time?: HybridTime; hasBegun?: true };
}>;

export function newChronicleMemory(): ChronicleMemory {
  return { shelf: new Shelf(), since: {} };
}

/** What is counted of the histories of all rooms. */
export type ChronicleCounters = ReturnType<typeof newChronicleCounters>;

export function newChronicleCounters() {
  return {
    "entries written": 0,
    "entries taken": 0,
    "entries that waited": 0,
    "batches refused": 0,
    "batches not asked for": 0,
    "log messages not to us": 0,
    "entries forked": 0,
    ...newRepairCounters(),
    ...newServingCounters(),
  };
}

type ChronicleDeps = Readonly<{
  room: RoomName;
  name: string;
  store: HistoryStore;
  signing: Signing;
  /** Others may have more of our logs than we: we go on in new ones. */
  mayLack?: boolean;
  memory: ChronicleMemory;
  counters: ChronicleCounters;
  world: ChronicleWorld;
}>;

/** Says what became of something that was to be written, when it is. */
type Unwritten = Readonly<{ content: Content; written: (entry: Kept) => void }>;

/** Held by whom of those who are in the room now; and whether by us too, should we start again. */
export type Evidence = Readonly<{ entry: Kept; holders: readonly string[]; others: number; isStored: boolean }>;

/** What is written within this is signed and sent together; the first of it at once. */
const WRITE_TOGETHER_MS = 2;
/** Entries that wait to be written. */
const UNWRITTEN_MAX = 4_096;
/** What came from others they have; that it is kept here is told after this. A commit costs as much as a message. */
const FLUSH_AFTER_MS = 250;
/**
 * What changed is told when nothing has changed for a moment, or has not stopped to change for long: whoever lacks it asks
 * then, and its author knows that it is held. While there is talk, gaps show by themselves.
 */
const TELL_HEADS_AFTER_MS = 300;
const TELL_HEADS_LATEST_MS = 2_000;
/** It is told in so many rounds, each time to so many others in the room, and in the first one to the authors besides. */
const ROUNDS = 3;
const TOLD_AT_ONCE = 2;
/** Who hears from so many others that they hold the same need not tell any more of them (as in Trickle, RFC 6206). */
const SAME_IS_ENOUGH = 2;
/** Authors who are told at once: of a great crowd, not everybody's word is needed. */
const ACKNOWLEDGING_MAX = 32;
const COMPARE_EVERY_MS = 15_000;
const REPAIR_CHECK_MS = 500;
/** What nobody else holds by then is worth a word. */
const HELD_WITHIN_MS = 3_000;
/** Where so much is lacking, it is told now and then how far it is. */
const LONG_FILL = 1_000;
const TOLD_EVERY_MS = 2_000;
/** Who wants more than is given at once gets the next of it after this. */
const SERVE_EVERY_MS = 20;
/** What is shown in order waits so long for what lies between; while something is being fetched, longer. */
const WAIT_FOR_GAP_MS = 2_000;
const WAIT_WHILE_FETCHING_MS = 10_000;
const WAIT_LOOK_MS = 500;

/** The signed history of one room as this peer keeps it: written, handed on, repaired, and shown in order. */
export class Chronicle {
  readonly #counters: ChronicleCounters;
  readonly #deps: ChronicleDeps;
  readonly #world: ChronicleWorld;
  readonly #log: RoomLog;
  readonly #repair: Repair;
  readonly #serving: Serving;
  /** Logs that others are told about: in which round, and how many others hold the same. */
  readonly #telling = new Map<LogId, { round: number; same: number }>();
  #tellingSince: number | undefined;
  #tellAt = 0;
  /** By which member an author speaks. */
  readonly #memberOf = new Map<AuthorId, string>();
  /** How many logs each who is in the room has begun under its own name. */
  readonly #newLogsOf = new Map<string, number>();
  /** What of our logs others say they hold. */
  readonly #heldBy = new Map<string, Holdings>();
  readonly #branchWishes = new BranchWishes();
  /** From there on, what we wrote is not on disk. */
  #firstUnstored: Place | undefined;
  #isUnheld = false;
  /** How far what fits no message of heads was told. */
  #restToldUpTo = 0;
  /** When it is told next how far a long filling is. */
  #progressAt: number | undefined;
  #unwritten: Unwritten[] = [];
  #wroteAt = -Infinity;
  #filled = 0;

  constructor(deps: ChronicleDeps) {
    this.#deps = deps;
    this.#counters = deps.counters;
    this.#world = deps.world;
    this.#log = new RoomLog({ ...deps, goesOn: deps.mayLack !== true || deps.memory.since.hasBegun === true });
    deps.memory.since.hasBegun = true;
    this.#repair = new Repair(this.#log.holdings, (log) => this.#log.isForked(log), deps.counters);
    this.#serving = new Serving(deps.counters);
    deps.memory.since.time ??= this.#log.latest ?? { ms: deps.world.wallMs(), count: 0 };
    this.#world.setTimer("compare", TELL_HEADS_AFTER_MS * (1 + this.#world.random.next()));
  }

  /** Writes an entry, and tells everybody; false where too many wait for it already. */
  write(content: Content, written: (entry: Kept) => void = () => {}): boolean {
    if (this.#unwritten.length >= UNWRITTEN_MAX) return false;
    this.#unwritten.push({ content, written });
    if (this.#world.now() - this.#wroteAt >= WRITE_TOGETHER_MS) this.#writeAll();
    else this.#world.setTimer("write", WRITE_TOGETHER_MS);
    return true;
  }

  /** Somebody has said something about the logs. */
  heard(from: string, message: LogMessage, isDirect: boolean, isFromBefore: boolean): void {
    // All but batches is said to one only; what comes by way of others may be anybody's.
    if (!isDirect && message.type !== "batch") return void this.#counters["log messages not to us"]++;
    switch (message.type) {
      case "batch":
        return this.#batch(from, message, isDirect, isFromBefore);
      case "heads":
        return this.#heads(from, message.spans, message.wantsAnswer);
      case "want":
        return this.#wanted(from, message.span);
      case "branches":
        this.#branches(from, message.ends);
        return this.#askForMissing(from, new Set(message.ends.map(({ log }) => log)));
      case "tops":
        return this.#branches(from, message.ends.filter(({ log, sequence }) => this.#log.holdings.has(log, sequence)));
      case "want_branch":
        return this.#sendBranch(from, message.end);
      case "lacking":
        this.#repair.answered(message.span.log, from);
        return this.#ask();
    }
  }

  /** Takes a batch that was kept elsewhere, as if a stranger had sent it: it is history, and nobody is shown it. */
  imports(batch: Batch): Admitted {
    const { log } = batch;
    const wasForked = this.#log.isForked(log);
    const admission = this.#log.admit(batch, this.#world.wallMs());
    if (!admission.ok) this.#counters["batches refused"]++;
    if (!admission.ok || admission.news.length === 0) return admittedOf(admission);
    const { news, forked } = admission;
    if (log === this.#log.ownLog) this.#log.beginAnew();
    this.#counters["entries taken"] += news.length;
    if (forked) this.#counters["entries forked"] += news.length;
    if (forked && !wasForked) this.#tellFork(news[0]!);
    this.#world.setTimer("flush", FLUSH_AFTER_MS);
    this.#world.taken(news);
    this.#tellSoon(log);
    return admittedOf(admission);
  }

  /** Somebody has come, or we have: both say what they hold. */
  meet(member: string): void {
    this.#tellAllHeads(member, true, MESSAGES_AT_MEETING_MAX);
  }

  gone(member: string): void {
    this.#repair.gone(member);
    this.#serving.gone(member);
    this.#heldBy.delete(member);
    this.#branchWishes.gone(member);
    this.#ask();
  }

  /** A timer that was set has rung. */
  ring(timer: ChronicleTimer): void {
    switch (timer) {
      case "write":
        return this.#writeAll();
      case "flush":
        return this.#deps.store.flush();
      case "tell_heads":
        return this.#tellChanges();
      case "check_held":
        return this.#checkHeld();
      case "compare":
        return this.#compare();
      case "repair":
        return this.#ask();
      case "serve":
        return this.#serveNext();
      case "give_up_waiting":
        return this.#giveUpWaiting();
    }
  }

  /** Writes what still waits. */
  writeNow(): void {
    if (this.#unwritten.length > 0) this.#writeAll();
  }

  /** Writes what still waits, and leaves nothing that is not on disk. */
  close(): void {
    this.writeNow();
    this.#deps.store.flush();
  }

  /** What of our own latest entries is held by whom, the newest last. */
  evidence(limit: number): readonly Evidence[] {
    const { store, room } = this.#deps;
    const { ownLog, ownSequence } = this.#log;
    if (ownLog === undefined) return [];
    const others = this.#world.others();
    return store.range(room, ownLog, Math.max(1, ownSequence - limit + 1), ownSequence, limit).map((entry) => ({
      entry,
      holders: others.filter((name) => this.#heldBy.get(name)?.has(entry.log, entry.sequence) === true),
      others: others.length,
      isStored: !this.#isUnstored(entry),
    }));
  }

  /** By which member an author spoke last. */
  memberOf(author: AuthorId): string | undefined {
    return this.#memberOf.get(author);
  }

  /** Entries that others have and we have not yet. */
  get lacking(): number {
    return this.#repair.lacking;
  }

  #writeAll(): void {
    this.#wroteAt = this.#world.now();
    while (this.#unwritten.length > 0) this.#writeSome();
  }

  #writeSome(): void {
    const { name } = this.#deps;
    const some = this.#unwritten.splice(0, fitting(this.#unwritten));
    const entries = this.#log.write(some.map(({ content }) => content), { name, wallMs: this.#world.wallMs() });
    this.#counters["entries written"] += entries.length;
    if (this.#deps.store.trouble !== undefined && !this.#isUnstored(entries[0]!)) this.#firstUnstored = entries[0];
    this.#world.taken(entries);
    const batch = pageOf(entries);
    this.#deps.store.flush(); // also what was noted of them
    if (batch !== undefined) this.#world.publish(encodeLogMessage(batch));
    for (const [index, { written }] of some.entries()) written(entries[index]!);
    this.#world.setTimer("check_held", HELD_WITHIN_MS);
    this.#show(entries, true);
  }

  #isUnstored({ log, sequence }: Place): boolean {
    const first = this.#firstUnstored;
    return first?.log === log && sequence >= first.sequence;
  }

  #batch(from: string, batch: Batch, isDirect: boolean, isFromBefore: boolean): void {
    const { log } = batch;
    const isAsked = this.#repair.isAskedOf(from, log) || this.#branchWishes.isAskedOf(from, log, this.#world.now());
    if (isDirect && !isAsked) return void this.#counters["batches not asked for"]++;
    if (isDirect) this.#branchWishes.answered(from, log);
    const wasForked = this.#log.isForked(log);
    const isNewcomer = !isDirect && this.#isNewcomer(from, batch);
    const admission = this.#log.admit(batch, this.#world.wallMs(), isNewcomer);
    if (!admission.ok) return void this.#counters["batches refused"]++;
    if (isNewcomer) this.#noteNewLog(from);
    const { news, forked, lacking } = admission;
    if (!isDirect) this.#noteMember(from, batch, news);
    if (news.length === 0) return; // who sends only what is here is not asked on and on
    if (isAsked) this.#repair.arrived(log, from, this.#world.now());
    // A disk that was put back into an earlier state: what we had written since stands, and we go on elsewhere.
    if (log === this.#log.ownLog) this.#log.beginAnew();
    this.#counters["entries taken"] += news.length;
    if (forked) this.#forked(from, news, lacking, wasForked);
    this.#world.setTimer("flush", FLUSH_AFTER_MS);
    this.#world.taken(news);
    this.#tellSoon(log);
    if (!isDirect) this.#lookForGap(from, batch);
    this.#lookForParents(from, news);
    this.#place(news, !isDirect && !isFromBefore);
  }

  /** Whether somebody who is in the room begins a log under its own name; that it has begun many does not count for more. */
  #isNewcomer(from: string, { log, bodies }: Batch): boolean {
    return !this.#log.holdings.knows(log) && (this.#newLogsOf.get(from) ?? 0) < NEW_LOGS_EACH_MAX &&
      decodeBody(bodies.at(-1)!)?.name === from && this.#world.others().some((other) => other === from);
  }

  #noteNewLog(member: string): void {
    this.#newLogsOf.set(member, (this.#newLogsOf.get(member) ?? 0) + 1);
    const [oldest] = this.#newLogsOf.keys();
    if (this.#newLogsOf.size > MEMBERS_MAX && oldest !== undefined) this.#newLogsOf.delete(oldest);
  }

  /** An author has said two things: the evidence is kept, completed, told to the person and to others. */
  #forked(from: string, news: readonly Kept[], lacking: BranchEnd | undefined, wasKnown: boolean): void {
    this.#counters["entries forked"] += news.length;
    if (lacking !== undefined) this.#askForBranch(from, lacking);
    if (wasKnown) return;
    this.#tellBranches(from);
    this.#tellFork(news[0]!);
  }

  #tellFork(entry: Kept): void {
    this.#world.forked(entry);
    for (const other of this.#someOf([...this.#world.others()], TOLD_AT_ONCE)) this.#tellBranches(other);
  }

  #branches(from: string, ends: readonly BranchEnd[]): void {
    for (const end of ends) {
      if (this.#log.holdings.knows(end.log) && this.#log.lacks(end)) this.#askForBranch(from, end);
    }
  }

  /** Who knows that these logs are forked may have what lies between the pieces of ours. */
  #askForMissing(from: string, logs: ReadonlySet<LogId>): void {
    for (const end of this.#log.missingEnds) if (logs.has(end.log)) this.#askForBranch(from, end);
  }

  #askForBranch(from: string, end: BranchEnd): void {
    if (!this.#branchWishes.asks(from, end, this.#world.now())) return;
    this.#world.sendTo(from, encodeLogMessage({ type: "want_branch", end }));
  }

  #sendBranch(to: string, end: BranchEnd): void {
    if (!this.#serving.affords(to, this.#world.now())) return;
    const branch = this.#log.branchTo(end);
    if (branch !== undefined) this.#world.sendTo(to, encodeLogMessage(branch));
  }

  #tellBranches(to: string): void {
    const ends = this.#log.branchEnds.slice(-ENDS_MAX);
    if (ends.length > 0) this.#world.sendTo(to, encodeLogMessage({ type: "branches", ends }));
  }

  #someOf(members: string[], count: number): readonly string[] {
    const some: string[] = [];
    while (some.length < count && members.length > 0) {
      some.push(members.splice(this.#world.random.below(members.length), 1)[0]!);
    }
    return some;
  }

  /** Who spoke last holds what is lacking before it. */
  #lookForGap(from: string, { log, first }: Batch): void {
    if (first > 1) this.#repair.supposed(from, { log, first: 1, last: first - 1 });
    this.#ask();
  }

  /** Nor need it be waited for until somebody tells of the logs that something follows from: who handed it on has them. */
  #lookForParents(from: string, news: readonly Kept[]): void {
    const lacking = news.flatMap(({ parents }) => parents).filter((parent) => !this.#isThere(parent));
    if (lacking.length === 0) return;
    this.#repair.offered(from, lacking.map(({ log, sequence }) => ({ log, first: 1, last: sequence })));
    this.#ask();
  }

  /** Whether an entry is here, or has been and was let go of. */
  #isThere({ log, sequence }: Place): boolean {
    const { holdings } = this.#log;
    return holdings.has(log, sequence) || holdings.isLetGo(log, sequence);
  }

  /** Shows what is news to the person, once what it follows from is here; the rest is history. */
  #place(news: readonly Kept[], live: boolean): void {
    const { shelf, since } = this.#deps.memory;
    const isNews = ({ order }: Kept): boolean => live || compareTimes(order, since.time!) > 0;
    const awaited = news.filter(isNews);
    this.#filled += news.length - awaited.length;
    const ready = shelf.put(awaited, (place) => this.#isThere(place), this.#world.now());
    // More than anybody reads at once: what comes before that is history, as it is for a newcomer.
    for (const { order } of shelf.takeLetGo()) {
      this.#filled++;
      since.time = laterOf(since.time, order)!;
    }
    this.#show(ready, live);
    if (shelf.size === 0) return;
    this.#counters["entries that waited"] += 1;
    this.#world.setTimer("give_up_waiting", WAIT_FOR_GAP_MS);
  }

  #show(entries: readonly Kept[], live: boolean): void {
    const { shelf } = this.#deps.memory;
    if (entries.length === 0) return;
    this.#world.show(entries, live, (entry) => shelf.isLate(entry));
    entries.forEach((entry) => shelf.noteShown(entry, (place) => this.#isThere(place)));
  }

  /** Each waits for itself: neither more talk nor what somebody makes up keeps others' words off the screen. */
  #giveUpWaiting(): void {
    const { shelf } = this.#deps.memory;
    const waitMs = this.#repair.isIdle ? WAIT_FOR_GAP_MS : WAIT_WHILE_FETCHING_MS;
    this.#show(shelf.giveUp(this.#world.now() - waitMs, (place) => this.#isThere(place)), false);
    if (shelf.size > 0) this.#world.setTimer("give_up_waiting", WAIT_LOOK_MS);
  }

  #heads(from: string, spans: readonly Span[], wantsAnswer: boolean): void {
    const { ownLog } = this.#log;
    for (const span of spans) {
      const { log, last } = span;
      const telling = this.#telling.get(log);
      if (telling !== undefined && last === this.#log.holdings.topOf(log)?.last) telling.same++;
      if (log === ownLog) this.#noteHeld(from, span);
    }
    if (this.#isUnheld) this.#checkHeld();
    this.#repair.offered(from, spans);
    if (wantsAnswer && this.#serving.affords(from, this.#world.now())) this.#tellAllHeads(from, false);
    this.#ask();
  }

  #noteHeld(by: string, span: Span): void {
    const held = this.#heldBy.get(by) ?? new Holdings();
    if (held.countOf(span.log) < PIECES_HELD_MAX || held.touches(span)) held.add(span);
    this.#heldBy.set(by, held);
  }

  #checkHeld(): void {
    const [last] = this.evidence(1);
    const isUnheld = last?.holders.length === 0;
    if (isUnheld === this.#isUnheld) return;
    this.#isUnheld = isUnheld;
    this.#world.unheld(isUnheld);
  }

  #wanted(from: string, span: Span): void {
    if (this.#serving.asks(from, span, this.#world.now())) this.#serve(from, span);
    else if (this.#serving.isWaiting) this.#world.setTimer("serve", SERVE_EVERY_MS);
  }

  #serveNext(): void {
    for (const { from, span } of this.#serving.next(this.#world.now())) this.#serve(from, span);
    if (this.#serving.isWaiting) this.#world.setTimer("serve", SERVE_EVERY_MS);
  }

  #serve(to: string, span: Span): void {
    let bytes = 0;
    for (const page of this.#log.pagesOf(span)) {
      const payload = encodeLogMessage(page);
      bytes += payload.length;
      this.#world.sendTo(to, payload);
    }
    this.#serving.sent(to, bytes);
    this.#world.sendTo(to, encodeLogMessage({ type: "lacking", span }));
  }

  /** Asks others for what we lack, and says so when there is nothing more to ask for. */
  #ask(): void {
    for (const { to, span } of this.#repair.next(this.#world.now(), (count) => this.#world.random.below(count))) {
      this.#world.sendTo(to, encodeLogMessage({ type: "want", span }));
    }
    if (!this.#repair.isIdle) {
      this.#tellProgress();
      return this.#world.setTimer("repair", REPAIR_CHECK_MS);
    }
    this.#progressAt = undefined;
    if (this.#filled === 0) return;
    this.#world.filled(this.#filled);
    this.#filled = 0;
  }

  #tellProgress(): void {
    const now = this.#world.now();
    this.#progressAt ??= now + TOLD_EVERY_MS;
    if (now < this.#progressAt) return;
    this.#progressAt = now + TOLD_EVERY_MS;
    const { lacking } = this.#repair;
    if (lacking >= LONG_FILL) this.#world.filling(this.#filled, lacking);
  }

  /** The timer is set for the first of what is told together; it goes on while there is more. */
  #tellSoon(log: LogId): void {
    const now = this.#world.now();
    this.#tellingSince ??= now;
    this.#telling.set(log, { round: 0, same: 0 });
    this.#tellAt = Math.min(now + TELL_HEADS_AFTER_MS, this.#tellingSince + TELL_HEADS_LATEST_MS);
    this.#world.setTimer("tell_heads", TELL_HEADS_AFTER_MS);
  }

  /** Tells some others what is new here, and its authors that we hold it. What is told is on disk. */
  #tellChanges(): void {
    const left = this.#tellAt - this.#world.now();
    if (left > 0) return this.#world.setTimer("tell_heads", left);
    this.#deps.store.flush();
    this.#tellingSince = undefined;
    for (const [log, { round, same }] of this.#telling) {
      if (round === ROUNDS || (round > 0 && same >= SAME_IS_ENOUGH)) this.#telling.delete(log);
    }
    if (this.#telling.size === 0) return;
    const others = [...this.#world.others()];
    const told = new Set([...this.#authorsOfNews(others.length), ...this.#someOf(others, TOLD_AT_ONCE)]);
    const spans = [...this.#telling.keys()].flatMap((log) => this.#topOf(log)).slice(-SPANS_MAX);
    const payload = encodeLogMessage({ type: "heads", spans, wantsAnswer: false });
    for (const member of told) this.#world.sendTo(member, payload);
    for (const telling of this.#telling.values()) telling.round++;
    this.#world.setTimer("tell_heads", TELL_HEADS_AFTER_MS);
  }

  /** Who does not know yet that we hold what it said. */
  #authorsOfNews(others: number): readonly string[] {
    return [...this.#telling].flatMap(([log, { round }]) => {
      const member = round === 0 ? this.#memberOf.get(authorOfLog(log)) : undefined;
      return member !== undefined && this.#acknowledges(others) ? [member] : [];
    });
  }

  #acknowledges(others: number): boolean {
    return others <= ACKNOWLEDGING_MAX || this.#world.random.below(others) < ACKNOWLEDGING_MAX;
  }

  /** Now and then with somebody: what was lost on the way is found even if nobody speaks again. */
  #compare(): void {
    this.#world.setTimer("compare", COMPARE_EVERY_MS * (0.5 + this.#world.random.next()));
    const others = this.#world.others();
    if (others.length > 0) this.#tellAllHeads(others[this.#world.random.below(others.length)]!, true);
  }

  /** What changed last is always told; if there is more than fits, some of the rest too, each time other. What is told is on disk. */
  #tellAllHeads(to: string, wantsAnswer: boolean, messagesMax = 1): void {
    this.#deps.store.flush();
    const spans = this.#log.holdings.logs.flatMap((log) => this.#piecesOf(log)).toReversed();
    const told = spans.splice(0, (messagesMax - 0.5) * SPANS_MAX);
    if (this.#restToldUpTo >= spans.length) this.#restToldUpTo = 0;
    const rest = spans.slice(this.#restToldUpTo, this.#restToldUpTo += SPANS_MAX / 2);
    told.push(...rest);
    for (let at = 0; at === 0 || at < told.length; at += SPANS_MAX) {
      const some = told.slice(at, at + SPANS_MAX).toReversed();
      this.#world.sendTo(to, encodeLogMessage({ type: "heads", spans: some, wantsAnswer: wantsAnswer && at === 0 }));
    }
    const ends = this.#log.tops.slice(-ENDS_MAX);
    if (ends.length > 0) this.#world.sendTo(to, encodeLogMessage({ type: "tops", ends }));
    this.#tellBranches(to);
  }

  #topOf(log: LogId): readonly Span[] {
    const top = this.#log.holdings.topOf(log);
    return top === undefined ? [] : [{ log, ...top }];
  }

  /** Also what is below a gap: what all lack there may have died with its author. */
  #piecesOf(log: LogId): readonly Span[] {
    return this.#log.holdings.piecesOf(log).slice(-PIECES_TOLD_MAX).map((piece) => ({ log, ...piece }));
  }

  /**
   * An author speaks by the member whose name its entry bears; where that is no member's, by who brings it first. Others
   * may say again what it has said, and are not taken for it.
   */
  #noteMember(from: string, { log, bodies }: Batch, news: readonly Kept[]): void {
    const author = authorOfLog(log);
    const name = news.at(-1)?.name ?? decodeBody(bodies.at(-1)!)?.name;
    const isItsName = name === from;
    if (!isItsName && (news.length === 0 || this.#world.others().some((other) => other === name))) return;
    this.#memberOf.delete(author);
    this.#memberOf.set(author, from);
    const [oldest] = this.#memberOf.keys();
    if (this.#memberOf.size > MEMBERS_MAX && oldest !== undefined) this.#memberOf.delete(oldest);
  }
}

/** Pieces of one log that are told at once, and that are believed of one other. */
const PIECES_TOLD_MAX = 16;
const PIECES_HELD_MAX = 64;

/** Logs that somebody who is in the room can begin though there are too many; who starts anew may need another. */
const NEW_LOGS_EACH_MAX = 16;

/** Messages in which somebody who meets us is told what we hold. */
const MESSAGES_AT_MEETING_MAX = 8;

/** Authors whose member is known, and members who have begun logs. */
const MEMBERS_MAX = 8_192;

/** How many of those that wait go into one batch: at least one. */
function fitting(unwritten: readonly Unwritten[]): number {
  let bytes = 0;
  for (const [index, { content }] of unwritten.slice(0, BATCH_ENTRIES_MAX).entries()) {
    bytes += ENTRY_FRAME_BYTES + ("text" in content ? Buffer.byteLength(content.text) : 0);
    if (index > 0 && bytes > BATCH_BYTES) return index;
  }
  return Math.min(unwritten.length, BATCH_ENTRIES_MAX);
}

/** What an entry has besides its text, roughly: a hash, parents, a name. */
const ENTRY_FRAME_BYTES = 400;
