import type { RoomName } from "../chat_room/entry.ts";
import { mayBeIn } from "../direct/letter.ts";
import { type AuthorId, authorOfLog, epochOfLog, type LogId, logOf } from "./author.ts";
import { clockMarkOf } from "./clock_mark.ts";
import type { Content } from "./content.ts";
import { type Body, decodeBody, encodeBody, hasherOf, PARENTS_MAX, type Place } from "./entry.ts";
import { type BranchEnd, Forks } from "./forks.ts";
import { behind, compareTimes, type HybridTime, isPlausible, laterOf, nextTime } from "./hybrid_time.ts";
import { type Batch, BATCH_BYTES, BATCH_ENTRIES_MAX } from "./log_message.ts";
import { Holdings } from "./holdings.ts";
import type { HistoryStore, Kept, Span } from "./store.ts";
import { bytesOf, type EntryHash } from "./values.ts";

/** Signs for this device, and checks what others signed. In a simulation, where nobody forges, it may be cheap. */
export interface Signing {
  readonly author: AuthorId;
  sign(bytes: Uint8Array): Uint8Array;
  verifies(author: AuthorId, bytes: Uint8Array, signature: Uint8Array): boolean;
}

/**
 * What became of a batch. `forged`: neither its signature nor what we hold vouches for it. `broken`: its entries do not
 * follow one from another. `crowded`: there are too many logs, or too many entries beside their logs.
 */
export type Admission =
  | Readonly<{
    ok: true;
    /** What was not held before, in the order of the log. */
    news: readonly Kept[];
    /** It contradicts what is held. */
    forked: boolean;
    /** What a forked branch follows from, if that is not here either. */
    lacking: BranchEnd | undefined;
  }>
  | Readonly<{ ok: false; why: "malformed" | "broken" | "forged" | "crowded" }>;

/** How many entries of a batch were news, for who wants to know no more. */
export type Admitted =
  | Readonly<{ ok: true; news: number }>
  | Readonly<{ ok: false; why: Extract<Admission, { ok: false }>["why"] }>;

export function admittedOf(admission: Admission): Admitted {
  return admission.ok ? { ok: true, news: admission.news.length } : admission;
}

/** Logs of one room: as many as it may have people, and each of them with another device or a begun anew log. */
const LOGS_MAX = 8_192;

/** Beyond these, logs of authors who are in the room: others' made-up logs keep nobody out who comes. */
const RESERVED_LOGS_MAX = 1_024;

/** Pieces in which one log may be here: what touches none of so many has to wait until a gap is filled. */
const PIECES_OF_LOG_MAX = 1_024;

/** Entries of a room that contradict their log, kept as evidence. */
const FORKED_MAX = 1_024;

/** Latest entries that are looked at after a start, for what they follow from. */
const LOOKED_BACK_AT = 64;

/** Entries of a branch that are sent at once, and hashes that are waited for. */
const BRANCH_ENTRIES_MAX = 64;
const AWAITED_MAX = 256;

/** Pieces of a forked log of which is told where they end. */
const PIECES_MAX = 16;

/** Entries that are read from the store at a time. */
const READ_AT_ONCE = 32;

/** Batches sent for one wish. */
const PAGES_MAX = 8;

/** The newest entry of a log. */
type Top = Readonly<{ sequence: number; hash: EntryHash; previous: EntryHash | undefined; order: HybridTime }>;

/** Our own log: where it ends, and whether our next start will know of it. */
type Own = { readonly log: LogId; readonly isPassing: boolean; sequence: number; hash: EntryHash | undefined };

/** An entry of a batch, before it is known where it stands. */
type Read = Readonly<{ sequence: number; body: Body; bytes: Uint8Array; hash: EntryHash }>;

/** How a batch came: its author is in the room; it was said just now. */
type Came = Readonly<{ isPresent?: boolean; isLive?: boolean }>;

/** Who writes, and when. */
type WrittenBy = Readonly<{ name: string; wallMs: number }>;

type RoomLogDeps = Readonly<{
  room: RoomName;
  store: HistoryStore;
  signing: Signing;
  /** Whether our last log here is gone on with, which it is by default. */
  goesOn?: boolean;
}>;

/** The logs of all authors of one room: what is written into ours, and what is taken into others'. */
export class RoomLog {
  readonly holdings: Holdings;
  readonly #room: RoomName;
  readonly #store: HistoryStore;
  readonly #signing: Signing;
  /** Of each log, up to which number something of another log follows from it. */
  readonly #followed = new Map<LogId, number>();
  /** Of each log, one number of which something follows that is not here: it counts when it comes, if ever. */
  readonly #claimed = new Map<LogId, number>();
  /** The newest entry of each log that was looked at. */
  readonly #tops = new Map<LogId, Top>();
  readonly #forks: Forks;
  /** Entries that others follow from, and that are not here: whoever sends one needs no signature for it. */
  readonly #awaited = new Set<EntryHash>();
  #latest: HybridTime | undefined;
  #own: Own | undefined;
  #forkedCount: number | undefined;

  constructor({ room, store, signing, goesOn = true }: RoomLogDeps) {
    this.#room = room;
    this.#store = store;
    this.#signing = signing;
    this.holdings = new Holdings(store.spans(room), () => store.floors(room));
    this.#forks = Forks.from(store.recall(this.#forksKey));
    for (const entry of store.before(room, undefined, LOOKED_BACK_AT)) this.#note(entry);
    this.#own = goesOn ? this.#lastOwn() : undefined;
  }

  /** The log that we write into, once we have begun one. */
  get ownLog(): LogId | undefined {
    return this.#own?.log;
  }

  /** The number of what we wrote last. */
  get ownSequence(): number {
    return this.#own?.sequence ?? 0;
  }

  /** The time of the latest entry. */
  get latest(): HybridTime | undefined {
    return this.#latest;
  }

  /** Writes into our log; one signature is for all. What is handed out is on disk, if there is a disk. */
  write(contents: readonly Content[], by: WrittenBy): readonly Kept[] {
    // What is not kept may be forgotten by our next start, which shall not say something else under the same numbers.
    const isPassing = this.#store.trouble !== undefined;
    if (this.#own === undefined || (isPassing && !this.#own.isPassing)) this.#own = this.#begin(by.wallMs, isPassing);
    const drafts = this.#draft(this.#own, contents, by, () => this.#parents());
    if (this.#store.keep(drafts)) return this.#wrote(this.#own, drafts);
    this.#own = this.#begin(by.wallMs, true); // the disk has failed over them: nobody has seen them yet
    const passing = this.#draft(this.#own, contents, by, (index) => drafts[index]!.parents);
    this.#store.keep(passing);
    return this.#wrote(this.#own, passing);
  }

  #draft(
    { log, sequence, hash: last }: Own,
    contents: readonly Content[],
    by: WrittenBy,
    parentsOf: (index: number) => readonly Place[],
  ): readonly Kept[] {
    const drafts: Kept[] = [];
    const hashed = hasherOf(this.#room, log);
    for (const [index, content] of contents.entries()) {
      const body: Body = {
        previous: drafts.at(-1)?.hash ?? last,
        parents: parentsOf(index),
        time: nextTime(by.wallMs, this.#latest),
        wallMs: by.wallMs,
        name: by.name,
        content,
      };
      const bytes = encodeBody(body);
      const number = sequence + index + 1;
      const hash = hashed(number, bytes);
      const signature = index === contents.length - 1 ? this.#signing.sign(bytesOf(hash)) : undefined;
      const entry = { sequence: number, body, bytes, hash };
      const draft = this.#kept(log, entry, { signature, order: body.time, receivedWallMs: by.wallMs, forked: false });
      drafts.push(draft);
      this.#note(draft);
    }
    return drafts;
  }

  #wrote(own: Own, entries: readonly Kept[]): readonly Kept[] {
    const last = entries.at(-1);
    if (last !== undefined) Object.assign(own, { sequence: last.sequence, hash: last.hash });
    this.#noteHeld(entries);
    return entries;
  }

  /** What we wrote last may be lost to us, as others have more of it: we go on in another log. */
  beginAnew(): void {
    this.#own = undefined;
  }

  /** Whether the log says different things under one number. */
  isForked(log: LogId): boolean {
    return this.#forks.has(log);
  }

  /** Where the branches of forked logs end, also those that were here first. */
  get branchEnds(): readonly BranchEnd[] {
    return [...this.#forks.logs.flatMap((log) => this.#ownEndsOf(log)), ...this.#forks.ends];
  }

  /** The newest entries of all logs that are not known to be forked; what changed last is last. */
  get tops(): readonly BranchEnd[] {
    return this.holdings.logs.flatMap((log) => {
      const top = this.#forks.has(log) ? undefined : this.#topOf(log);
      return top === undefined ? [] : [{ log, sequence: top.sequence, hash: top.hash }];
    });
  }

  /** Of a branch with gaps, what is behind a gap may go on from another one: each piece has its end. */
  #ownEndsOf(log: LogId): readonly BranchEnd[] {
    return this.holdings.piecesOf(log).slice(-PIECES_MAX).flatMap(({ last: sequence }) => {
      const entry = this.#store.at(this.#room, log, sequence);
      return entry === undefined ? [] : [{ log, sequence, hash: entry.hash }];
    });
  }

  /** What pieces of forked logs follow from, where that is not here: nobody fetches it as a gap, since the log is over. */
  get missingEnds(): readonly BranchEnd[] {
    return this.#forks.logs.flatMap((log) =>
      this.holdings.piecesOf(log).slice(-PIECES_MAX).flatMap(({ first }) => {
        const hash = this.#store.at(this.#room, log, first)?.previous;
        const isHere = hash === undefined || this.#store.has(this.#room, hash);
        return isHere ? [] : [{ log, sequence: first - 1, hash }];
      })
    );
  }

  /** Whether an end of a branch is news to us. */
  lacks({ hash }: Pick<BranchEnd, "hash">): boolean {
    return !this.#store.has(this.#room, hash);
  }

  /** Takes what somebody has sent, if it can be trusted; whoever it came from. */
  admit({ log, first, bodies, signature }: Batch, wallMs: number, came: Came = {}): Admission {
    const entries: Read[] = [];
    const hashed = hasherOf(this.#room, log);
    for (const bytes of bodies) {
      const body = decodeBody(bytes);
      if (body === undefined || !mayBeIn(this.#room, body.content)) return { ok: false, why: "malformed" };
      const previous = entries.at(-1);
      const follows = previous === undefined
        ? (first === 1) === (body.previous === undefined)
        : body.previous === previous.hash;
      if (!follows) return { ok: false, why: "broken" };
      const sequence = first + entries.length;
      entries.push({ sequence, body, bytes, hash: hashed(sequence, bytes) });
    }
    const unknown = entries.filter((entry) => !this.#isHere(log, entry));
    const [firstUnknown] = unknown;
    if (firstUnknown === undefined) return { ok: true, news: [], forked: false, lacking: undefined };
    const end = entries.at(-1)!;
    const above = this.#at({ log, sequence: end.sequence + 1 });
    const isSigned = signature !== undefined && this.#signing.verifies(authorOfLog(log), bytesOf(end.hash), signature);
    const isVouchedFor = above?.previous === end.hash || this.#awaited.has(end.hash);
    if (!isSigned && !isVouchedFor) return { ok: false, why: "forged" };
    const logsMax = came.isPresent === true ? LOGS_MAX + RESERVED_LOGS_MAX : LOGS_MAX;
    if (!this.holdings.knows(log) && this.holdings.count >= logsMax) return { ok: false, why: "crowded" };
    const below = this.#at({ log, sequence: firstUnknown.sequence - 1 });
    const forked = (below !== undefined && below.hash !== firstUnknown.body.previous) ||
      (above !== undefined && above.previous !== end.hash) ||
      unknown.some(({ sequence }) => this.holdings.has(log, sequence));
    const isApart = !forked && !this.holdings.touches({ log, first, last: end.sequence });
    if (isApart && this.holdings.countOf(log) >= PIECES_OF_LOG_MAX) return { ok: false, why: "crowded" };
    // Of a fork that is not remembered, the number does not say what is here.
    const unheld = forked ? unknown.filter((entry) => this.lacks(entry)) : unknown;
    if (unheld.length === 0) return { ok: true, news: [], forked: false, lacking: undefined };
    if (forked && this.#forked + unheld.length > FORKED_MAX) return { ok: false, why: "crowded" };
    const news: Kept[] = [];
    for (const entry of unheld) {
      const kept = this.#kept(log, entry, {
        signature: isSigned && entry === end ? signature : undefined,
        order: this.#orderOf(log, entry.body, wallMs, news.at(-1)?.order),
        receivedWallMs: wallMs,
        forked,
      });
      const clock = clockMarkOf(kept, came.isLive === true);
      news.push(clock === undefined ? kept : { ...kept, clock });
    }
    news.forEach((entry) => this.#note(entry));
    this.#hold(news);
    return { ok: true, news, forked, lacking: forked ? this.#fork(news) : undefined };
  }

  /** A branch from its end back, as far as one batch goes. */
  branchTo({ hash }: BranchEnd): Batch | undefined {
    const branch: Kept[] = [];
    let entry = this.#store.find(this.#room, hash);
    while (entry !== undefined && branch.length < BRANCH_ENTRIES_MAX) {
      branch.unshift(entry);
      entry = entry.previous === undefined ? undefined : this.#store.find(this.#room, entry.previous);
    }
    return pageOf(branch);
  }

  /** What we hold of what somebody wants, the newest first, in as many batches as are sent for one wish. */
  pagesOf({ log, first, last }: Span): readonly Batch[] {
    const pages: Batch[] = [];
    let upTo = last;
    while (pages.length < PAGES_MAX && upTo >= first) {
      const piece = this.holdings.pieceUpTo(log, upTo);
      if (piece === undefined || piece.last < first) break;
      const page = this.#pageTo(log, Math.max(first, piece.first), Math.min(upTo, piece.last));
      if (page === undefined) break; // the store has less than it said
      pages.push(page);
      upTo = page.first - 1;
    }
    return pages;
  }

  /** Notes a branch beside the log's own; where it goes on behind what is here. */
  #fork(news: readonly Kept[]): BranchEnd | undefined {
    this.#forkedCount = this.#forked + news.length;
    const { log, sequence, previous } = news[0]!;
    const { hash, sequence: last } = news.at(-1)!;
    news.forEach((entry) => this.#awaited.delete(entry.hash));
    this.#forks.note({ log, sequence: last, hash }, previous);
    this.#store.remember(this.#forksKey, this.#forks.text);
    if (this.#own?.log === log) this.#own = undefined; // we cannot go on where others would not follow
    if (previous === undefined || this.#store.has(this.#room, previous)) return undefined;
    if (this.#awaited.size < AWAITED_MAX) this.#awaited.add(previous);
    return { log, sequence: sequence - 1, hash: previous };
  }

  /** How many entries contradict their logs; looked up when the first one does. */
  get #forked(): number {
    return this.#forkedCount ??= this.#store.forkedCount(this.#room);
  }

  get #forksKey(): string {
    return `forks ${this.#room}`;
  }

  /** Whether we have the very entry, or have let it go: nearly always the number says so. */
  #isHere(log: LogId, { sequence, hash }: Read): boolean {
    if (this.holdings.isLetGo(log, sequence)) return true;
    if (!this.holdings.has(log, sequence) && !this.#forks.has(log)) return false;
    return this.#at({ log, sequence })?.hash === hash || this.#store.has(this.#room, hash);
  }

  /** The entry of that number on the log's own branch. */
  #at({ log, sequence }: Place): Pick<Kept, "hash" | "previous"> | undefined {
    const top = this.#tops.get(log);
    if (top?.sequence === sequence) return top;
    if (!this.holdings.has(log, sequence)) return undefined;
    const entry = this.#store.at(this.#room, log, sequence);
    if (entry === undefined) this.holdings.lose(log, sequence); // what cannot be read contradicts nobody
    return entry;
  }

  #topOf(log: LogId): Top | undefined {
    const sequence = this.holdings.topOf(log)?.last;
    const known = this.#tops.get(log);
    if (sequence === undefined || known?.sequence === sequence) return known;
    const entry = this.#store.at(this.#room, log, sequence);
    if (entry === undefined) return undefined;
    return { sequence, hash: entry.hash, previous: entry.previous, order: entry.order };
  }

  /** The page that ends there; entries differ in length, so that they are read a few at a time. */
  #pageTo(log: LogId, first: number, last: number): Batch | undefined {
    let entries: readonly Kept[] = [];
    let bytes = 0;
    for (let end = last; end >= first && bytes < BATCH_BYTES && entries.length < BATCH_ENTRIES_MAX;) {
      const begin = Math.max(first, end - READ_AT_ONCE + 1);
      const some = this.#store.range(this.#room, log, begin, end, READ_AT_ONCE);
      if (some.length < end - begin + 1) { // the store has less than it said
        const read = new Set(some.map(({ sequence }) => sequence));
        for (let n = begin; n <= end; n++) if (!read.has(n)) this.holdings.lose(log, n);
        break;
      }
      entries = [...some, ...entries];
      bytes += some.reduce((sum, entry) => sum + entry.bytes.length, 0);
      end = begin - 1;
    }
    return pageOf(entries.slice(-BATCH_ENTRIES_MAX));
  }

  #begin(wallMs: number, isPassing: boolean): Own {
    const { author } = this.#signing;
    const epochs = [...this.holdings.everKnown, ...this.#forks.logs].filter((log) => authorOfLog(log) === author)
      .map(epochOfLog);
    const epoch = Math.max(Math.floor(wallMs), 0, ...epochs.map((epoch) => epoch + 1));
    return { log: logOf(author, epoch), isPassing, sequence: 0, hash: undefined };
  }

  #lastOwn(): Own | undefined {
    const { author } = this.#signing;
    const logs = this.holdings.logs.filter((log) => authorOfLog(log) === author);
    const log = logs.toSorted((a, b) => epochOfLog(a) - epochOfLog(b)).at(-1);
    const top = log === undefined || this.#forks.has(log) ? undefined : this.#topOf(log);
    return log === undefined || top === undefined
      ? undefined
      : { log, isPassing: false, sequence: top.sequence, hash: top.hash };
  }

  /** The newest of others that nothing follows from; those that changed last, if there are too many. */
  #parents(): readonly Place[] {
    const parents: Place[] = [];
    for (const log of this.holdings.logs.toReversed()) {
      const sequence = this.holdings.topOf(log)?.last ?? 0;
      if (log === this.#own?.log || sequence <= (this.#followed.get(log) ?? 0)) continue;
      parents.push({ log, sequence });
      if (parents.length === PARENTS_MAX) break;
    }
    return parents;
  }

  #note({ log, sequence, parents, order }: Kept): void {
    for (const parent of parents) {
      if (this.holdings.has(parent.log, parent.sequence)) this.#follow(parent);
      else if (this.#claimed.size < LOGS_MAX) this.#claimed.set(parent.log, parent.sequence);
    }
    if (this.#claimed.get(log) === sequence) {
      this.#claimed.delete(log);
      this.#follow({ log, sequence });
    }
    this.#latest = laterOf(this.#latest, order);
  }

  #follow({ log, sequence }: Place): void {
    if (sequence > (this.#followed.get(log) ?? 0)) this.#followed.set(log, sequence);
  }

  /**
   * Where an entry stands: at its own time, unless that is not to be followed, or not later than what it follows from, as
   * nobody's is who tells the truth. Then it stands just behind that.
   */
  #orderOf(log: LogId, body: Body, wallMs: number, before: HybridTime | undefined): HybridTime {
    const { previous, parents, time } = body;
    const top = before === undefined ? this.#tops.get(log) : undefined;
    let base = before ?? (top?.hash === previous ? top?.order : undefined);
    for (const parent of parents) base = laterOf(base, this.#orderAt(parent));
    const isFollowed = isPlausible(time, wallMs);
    if (isFollowed && (base === undefined || compareTimes(time, base) > 0)) return time;
    base ??= this.#latest; // that somebody follows from nothing at all is rare, and no truth
    return base === undefined ? nextTime(wallMs, undefined) : behind(base);
  }

  /** Of the newest entry of a log, as those that something follows from mostly are; others are not worth a look. */
  #orderAt({ log, sequence }: Place): HybridTime | undefined {
    const top = this.#tops.get(log);
    return top?.sequence === sequence ? top.order : undefined;
  }

  /** All at once, and always alike: what is put together piece by piece costs several times as much to make and to read. */
  #kept(
    log: LogId,
    { sequence, body: { previous, parents, time, wallMs, name, content }, bytes, hash }: Read,
    { signature, order, receivedWallMs, forked }: Pick<Kept, "signature" | "order" | "receivedWallMs" | "forked">,
  ): Kept {
    return {
      log,
      sequence,
      previous,
      parents,
      time,
      wallMs,
      name,
      content,
      bytes,
      hash,
      signature,
      room: this.#room,
      order,
      receivedWallMs,
      forked,
    };
  }

  #hold(entries: readonly Kept[]): void {
    this.#store.put(entries);
    this.#noteHeld(entries);
  }

  /** They are of one log, in its order, and all of a branch beside it or none. */
  #noteHeld(entries: readonly Kept[]): void {
    const last = entries.at(-1);
    if (last === undefined || last.forked) return;
    for (const span of spansOf(entries)) this.holdings.add(span);
    const { log, sequence, hash, previous, order } = last;
    if (sequence >= (this.#tops.get(log)?.sequence ?? 0)) this.#tops.set(log, { sequence, hash, previous, order });
  }
}

/** The pieces of a log that entries of it make, which are in its order. */
function spansOf(entries: readonly Place[]): readonly Span[] {
  const spans: { log: LogId; first: number; last: number }[] = [];
  for (const { log, sequence } of entries) {
    const span = spans.at(-1);
    if (span?.last === sequence - 1) span.last = sequence;
    else spans.push({ log, first: sequence, last: sequence });
  }
  return spans;
}

/** As many of these entries as fit, from the last one back. */
export function pageOf(entries: readonly Kept[]): Batch | undefined {
  const bodies: Uint8Array[] = [];
  let bytes = 0;
  for (const entry of entries.toReversed()) {
    if (bodies.length > 0 && bytes + entry.bytes.length > BATCH_BYTES) break;
    bodies.unshift(entry.bytes);
    bytes += entry.bytes.length;
  }
  const last = entries.at(-1);
  if (last === undefined) return undefined;
  const { log, sequence, signature } = last;
  return { type: "batch", log, first: sequence - bodies.length + 1, bodies, signature };
}
