import type { AuthorId } from "../history/author.ts";
import type { Content } from "../history/content.ts";
import type { BranchEnd } from "../history/forks.ts";
import {
  type Batch,
  BATCH_BYTES,
  BATCH_ENTRIES_MAX,
  encodeLogMessage,
  type LogMessage,
} from "../history/log_message.ts";
import { newRepairCounters, Repair } from "../history/repair.ts";
import { type Admitted, admittedOf, pageOf, RoomLog, type Signing } from "../history/room_log.ts";
import { newServingCounters, Serving } from "../history/serving.ts";
import { Shelf } from "../history/shelf.ts";
import { type HistoryStore, type Kept, SETTLE_ON_MS, type Span } from "../history/store.ts";
import { Branches } from "./chronicle/branches.ts";
import { Delivery, type Evidence } from "./chronicle/delivery.ts";
import { Filling } from "./chronicle/filling.ts";
import { Heads } from "./chronicle/heads.ts";
import { Showing } from "./chronicle/showing.ts";
import { Since } from "./chronicle/since.ts";
import { Speakers } from "./chronicle/speakers.ts";
import { Supply } from "./chronicle/supply.ts";
import type { ChronicleTimer, ChronicleWorld } from "./chronicle/world.ts";
import type { RoomName } from "./entry.ts";

/** What of it outlives a crash of the room's actor. */
export type ChronicleMemory = Readonly<{
  shelf: Shelf<Kept>;
  since: Since;
}>;

export function newChronicleMemory(): ChronicleMemory {
  return { shelf: new Shelf(), since: new Since() };
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
    "forked logs told together": 0,
    "presence not proven": 0,
    "presence out of date": 0,
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

/** What was written together, and by whom. */
type Written = Readonly<{ entries: readonly Kept[]; of: readonly Unwritten[] }>;

/**
 * What is written within this is signed and sent together; the first of it at once. While more than one entry a millisecond
 * is written, it is what comes within more: a batch costs everybody as much as several entries.
 */
const WRITE_TOGETHER_MS = 2;
const WRITE_TOGETHER_BUSY_MS = 16;
/** Entries that wait to be written. */
const UNWRITTEN_MAX = 4_096;
/**
 * What came from others they have; that it is kept here is told after this. A commit costs as much as a message, and all
 * who heard the same need not make it at once: each waits for a part of this of its own, the half at least.
 */
const FLUSH_AFTER_MAX_MS = 3_000;
/** While more entries a second come than these, what can wait does; it is looked at what came in this time at least. */
const BUSY_PER_S = 500;
const LOOK_EVERY_MS = 250;
/** While something is being fetched, it is looked again. */
const REPAIR_CHECK_MS = 500;

/** The signed history of one room as this peer keeps it: written, handed on, repaired, and shown in order. */
export class Chronicle {
  readonly #counters: ChronicleCounters;
  readonly #deps: ChronicleDeps;
  readonly #world: ChronicleWorld;
  readonly #log: RoomLog;
  readonly #repair: Repair;
  readonly #serving: Serving;
  readonly #speakers: Speakers;
  readonly #delivery: Delivery;
  readonly #branches: Branches;
  readonly #heads: Heads;
  readonly #supply: Supply;
  readonly #filling: Filling;
  readonly #showing: Showing;
  #unwritten: Unwritten[] = [];
  /** Others are being told of it; who said it, and our own screen, are told after them. */
  #written: Written[] = [];
  #wroteAt = -Infinity;
  #writeTogetherMs = WRITE_TOGETHER_MS;
  readonly #flushAfterMs: number;
  /** Entries that came since it was looked how many those are. */
  #came = 0;
  #lookedAt = 0;
  #isBusy = false;
  /** We once knew all logs of the others. */
  #isWhole: boolean;

  constructor(deps: ChronicleDeps) {
    const { room, store, counters, memory, world } = deps;
    this.#deps = deps;
    this.#counters = counters;
    this.#world = world;
    this.#flushAfterMs = FLUSH_AFTER_MAX_MS * (0.5 + world.random.next() / 2);
    const log = new RoomLog({ ...deps, goesOn: deps.mayLack !== true || memory.since.hasBegun });
    const { holdings: { spans: held }, latest } = log;
    this.#isWhole = store.recall(wholeKey(room)) !== undefined;
    memory.since.begin({ held, latest, wasWhole: this.#isWhole, wallMs: world.wallMs(), now: world.now() });
    const serving = new Serving(counters);
    this.#log = log;
    this.#serving = serving;
    this.#repair = new Repair(log.holdings, (log) => this.#log.isForked(log), counters);
    this.#speakers = new Speakers(log.holdings, world);
    this.#delivery = new Delivery({ room, log, store, world });
    this.#branches = new Branches({ log, serving, counters, world });
    this.#heads = new Heads({ log, store, speakers: this.#speakers, branches: this.#branches, world });
    this.#supply = new Supply({ log, serving, world });
    this.#filling = new Filling(world);
    this.#showing = new Showing({ holdings: log.holdings, memory, filling: this.#filling, counters, world });
  }

  /** Writes an entry, and tells everybody; false where too many wait for it already. */
  write(content: Content, written: (entry: Kept) => void = () => {}): boolean {
    if (this.#unwritten.length >= UNWRITTEN_MAX) return false;
    this.#unwritten.push({ content, written });
    if (this.#world.now() - this.#wroteAt >= this.#writeTogetherMs) this.#writeAll();
    else this.#world.setTimer("write", this.#writeTogetherMs);
    return true;
  }

  /** Somebody has said something about the logs. */
  heard(from: string, message: LogMessage, isDirect: boolean, isFromBefore: boolean): void {
    this.tellWriters();
    // All but batches is said to one only; what comes by way of others may be anybody's.
    if (!isDirect && message.type !== "batch") return void this.#counters["log messages not to us"]++;
    switch (message.type) {
      case "batch":
        return this.#batch(from, message, isDirect, isFromBefore);
      case "heads":
        return this.#headsHeard(from, message.spans, message.wantsAnswer);
      case "want":
        return this.#supply.wanted(from, message.span);
      case "branches":
        return this.#branches.heard(from, message.ends);
      case "tops":
        return this.#branches.topsHeard(from, message.ends);
      case "want_branch":
        return this.#branches.send(from, message.end);
      case "lacking":
        this.#repair.answered(message.span.log, from);
        return this.#ask();
    }
  }

  /** Takes a batch that was kept elsewhere, as if a stranger had sent it: it is history, and nobody is shown it. */
  imports(batch: Batch): Admitted {
    this.tellWriters();
    const { log } = batch;
    const wasForked = this.#branches.isForked(log);
    const admission = this.#log.admit(batch, this.#world.wallMs());
    if (!admission.ok) this.#counters["batches refused"]++;
    if (!admission.ok || admission.news.length === 0) return admittedOf(admission);
    const { news, forked } = admission;
    if (log === this.#log.ownLog) this.#log.beginAnew();
    this.#counters["entries taken"] += news.length;
    if (forked) this.#counters["entries forked"] += news.length;
    if (forked && !wasForked) this.#branches.begun(news[0]!);
    this.#cameIn(news);
    this.#heads.changed(log);
    return admittedOf(admission);
  }

  /** Somebody has come, or we have: both say what they hold. */
  meet(member: string): void {
    this.#heads.meet(member);
  }

  gone(member: string): void {
    this.tellWriters();
    this.#repair.gone(member);
    this.#serving.gone(member);
    this.#delivery.gone(member);
    this.#branches.gone(member);
    this.#ask();
  }

  /** A timer that was set has rung. */
  ring(timer: ChronicleTimer): void {
    this.tellWriters();
    switch (timer) {
      case "written":
        return;
      case "write":
        return this.#writeAll();
      case "flush":
        return this.#settle();
      case "tell_heads":
        return this.#heads.tellChanges();
      case "check_held":
        return this.#delivery.check();
      case "compare":
        this.#noteWhole();
        return this.#heads.compare();
      case "repair":
        return this.#ask();
      case "serve":
        return this.#supply.giveNext();
      case "give_up_waiting":
        return this.#showing.giveUpWaiting(!this.#repair.isIdle);
      case "tell_forks":
        return this.#branches.tellMany();
    }
  }

  #settle(): void {
    const { store } = this.#deps;
    if (!store.settle()) return this.#world.setTimer("flush", SETTLE_ON_MS);
    if (this.#looksBusy()) return this.#world.setTimer("flush", this.#flushAfterMs);
    if (store.tidy()) this.#world.setTimer("flush", SETTLE_ON_MS);
  }

  #looksBusy(): boolean {
    const now = this.#world.now();
    const passedMs = now - this.#lookedAt;
    const isMuch = this.#came * 1_000 > BUSY_PER_S * Math.max(passedMs, LOOK_EVERY_MS);
    if (!isMuch && passedMs < LOOK_EVERY_MS) return this.#isBusy;
    this.#isBusy = isMuch;
    this.#came = 0;
    this.#lookedAt = now;
    return this.#isBusy;
  }

  #cameIn(entries: readonly Kept[]): void {
    this.#came += entries.length;
    this.#world.setTimer("flush", this.#flushAfterMs);
    this.#world.taken(entries);
  }

  /**
   * Who wrote something, and our own screen, are told of it now if they have not been: before anything else happens in
   * the room, so that all is shown in the order in which it came.
   */
  tellWriters(): void {
    for (const { entries, of } of this.#written.splice(0)) {
      for (const [index, { written }] of of.entries()) written(entries[index]!);
      this.#showing.show(entries, true);
    }
  }

  /** Writes what still waits; who said it is told when this returns. */
  writeNow(): void {
    if (this.#unwritten.length > 0) this.#writeAll();
    this.tellWriters();
  }

  /** Writes what still waits, and leaves nothing that is not on disk. */
  close(): void {
    this.writeNow();
    this.#deps.store.flush();
  }

  /** What of our own latest entries is held by whom, the newest last. */
  evidence(limit: number): readonly Evidence[] {
    return this.#delivery.evidence(limit);
  }

  /** By which member an author spoke last. */
  memberOf(author: AuthorId): string | undefined {
    return this.#speakers.memberOf(author);
  }

  /** Entries that others have and we have not yet. */
  get lacking(): number {
    return this.#repair.lacking;
  }

  #writeAll(): void {
    this.#wroteAt = this.#world.now();
    const isBusy = this.#unwritten.length > this.#writeTogetherMs;
    this.#writeTogetherMs = isBusy ? WRITE_TOGETHER_BUSY_MS : WRITE_TOGETHER_MS;
    while (this.#unwritten.length > 0) this.#writeSome();
  }

  #writeSome(): void {
    const { name } = this.#deps;
    const some = this.#unwritten.splice(0, fitting(this.#unwritten));
    const entries = this.#log.write(some.map(({ content }) => content), { name, wallMs: this.#world.wallMs() });
    this.#counters["entries written"] += entries.length;
    this.#delivery.wrote(entries[0]!);
    this.#cameIn(entries);
    const batch = pageOf(entries);
    this.#deps.store.flush(); // also what was noted of them
    if (batch !== undefined) this.#world.publish(encodeLogMessage(batch));
    this.#written.push({ entries, of: some });
    if (this.#written.length === 1) this.#world.ringAfter("written");
  }

  #batch(from: string, batch: Batch, isDirect: boolean, isFromBefore: boolean): void {
    const { log } = batch;
    const isAsked = this.#repair.isAskedOf(from, log) || this.#branches.isAskedOf(from, log);
    if (isDirect && !isAsked) return void this.#counters["batches not asked for"]++;
    if (isDirect) this.#branches.answered(from, log);
    const wasForked = this.#branches.isForked(log);
    const isLive = !isDirect && !isFromBefore;
    const isNewcomer = !isDirect && this.#speakers.isNewcomer(from, batch);
    const admission = this.#log.admit(batch, this.#world.wallMs(), { isPresent: isNewcomer, isLive });
    if (!admission.ok) return void this.#counters["batches refused"]++;
    if (isNewcomer) this.#speakers.noteNewLog(from);
    const { news, forked, lacking } = admission;
    if (!isDirect) this.#speakers.spoke(from, batch, news);
    if (news.length === 0) return; // who sends only what is here is not asked on and on
    if (isAsked) this.#repair.arrived(log, from, this.#world.now());
    // A disk that was put back into an earlier state: what we had written since stands, and we go on elsewhere.
    if (log === this.#log.ownLog) this.#log.beginAnew();
    this.#counters["entries taken"] += news.length;
    if (forked) this.#forked(from, news, lacking, wasForked);
    this.#cameIn(news);
    this.#heads.changed(log);
    if (!isDirect) this.#lookForGap(from, batch);
    this.#lookForParents(from, news);
    if (!isDirect && isFromBefore) this.#deps.memory.since.saidBefore(log, news.at(-1)!.sequence);
    this.#showing.place(news, isLive);
  }

  /** An author has said two things: the evidence is kept, completed, told to the person and to others. */
  #forked(from: string, news: readonly Kept[], lacking: BranchEnd | undefined, wasKnown: boolean): void {
    this.#counters["entries forked"] += news.length;
    if (lacking !== undefined) this.#branches.ask(from, lacking);
    if (wasKnown) return;
    this.#branches.tell(from);
    this.#branches.begun(news[0]!);
  }

  /** Who spoke last holds what is lacking before it. */
  #lookForGap(from: string, { log, first }: Batch): void {
    if (first > 1) this.#repair.supposed(from, { log, first: 1, last: first - 1 });
    this.#ask();
  }

  /** Nor need it be waited for until somebody tells of the logs that something follows from: who handed it on has them. */
  #lookForParents(from: string, news: readonly Kept[]): void {
    const lacking = news.flatMap(({ parents }) => parents).filter((parent) => !this.#log.holdings.hasHad(parent));
    if (lacking.length === 0) return;
    this.#repair.offered(from, lacking.map(({ log, sequence }) => ({ log, first: 1, last: sequence })));
    this.#ask();
  }

  #headsHeard(from: string, spans: readonly Span[], wantsAnswer: boolean): void {
    this.#deps.memory.since.told(from, spans, this.#world.now());
    this.#heads.heard(spans);
    this.#delivery.heard(from, spans);
    this.#repair.offered(from, spans);
    if (wantsAnswer && this.#serving.affords(from, this.#world.now())) this.#heads.answer(from);
    this.#ask();
  }

  /** So that a later life knows that what is in other logs is news to it. */
  #noteWhole(): void {
    const { store, room, memory: { since } } = this.#deps;
    const { holdings } = this.#log;
    if (this.#isWhole || holdings.count > WHOLE_LOGS_MAX) return;
    if (!since.isWhole(this.#world.now(), (log) => holdings.knows(log))) return;
    this.#isWhole = true;
    store.remember(wholeKey(room), "yes");
  }

  /** Asks others for what we lack, and says so when there is nothing more to ask for. */
  #ask(): void {
    for (const { to, span } of this.#repair.next(this.#world.now(), (count) => this.#world.random.below(count))) {
      this.#world.sendTo(to, encodeLogMessage({ type: "want", span }));
    }
    if (this.#repair.isIdle) return this.#filling.over();
    this.#filling.goesOn(this.#repair);
    this.#world.setTimer("repair", REPAIR_CHECK_MS);
  }
}

/** Of more logs than these, who comes is not told of all at once. */
const WHOLE_LOGS_MAX = 1_024;

function wholeKey(room: RoomName): string {
  return `whole ${room}`;
}

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
