import type { RoomName } from "../chat_room/entry.ts";
import { type AuthorId, authorOfLog, epochOfLog, type LogId, logOf } from "./author.ts";
import type { Content } from "./content.ts";
import { type Body, decodeBody, encodeBody, hashOf, PARENTS_MAX, type Place } from "./entry.ts";
import { type HybridTime, laterOf, nextTime } from "./hybrid_time.ts";
import { type Batch, BATCH_BYTES, BATCH_ENTRIES_MAX } from "./log_message.ts";
import { Holdings } from "./spans.ts";
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
    /** Some of it contradicts what is held. */
    forked: boolean;
  }>
  | Readonly<{ ok: false; why: "malformed" | "broken" | "forged" | "crowded" }>;

/** Logs of one room: as many as it may have people, and each of them with another device or a begun anew log. */
const LOGS_MAX = 8_192;

/** Entries of a room that contradict their log, kept as evidence. */
const FORKED_MAX = 1_024;

/** Latest entries that are looked at after a start, for what they follow from. */
const LOOKED_BACK_AT = 64;

/** Batches sent for one wish. */
const PAGES_MAX = 8;

type RoomLogDeps = Readonly<{ room: RoomName; store: HistoryStore; signing: Signing }>;

/** The logs of all authors of one room: what is written into ours, and what is taken into others'. */
export class RoomLog {
  readonly holdings: Holdings;
  readonly #room: RoomName;
  readonly #store: HistoryStore;
  readonly #signing: Signing;
  /** Of each log, up to which number something of another log follows from it. */
  readonly #followed = new Map<LogId, number>();
  #latest: HybridTime | undefined;
  #own: { readonly log: LogId; sequence: number; hash: EntryHash | undefined } | undefined;
  #forked = 0;

  constructor({ room, store, signing }: RoomLogDeps) {
    this.#room = room;
    this.#store = store;
    this.#signing = signing;
    this.holdings = new Holdings(store.spans(room));
    for (const entry of store.before(room, undefined, LOOKED_BACK_AT)) this.#note(entry);
    this.#own = this.#lastOwn();
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

  /** Writes into our log; one signature is for all. */
  write(contents: readonly Content[], by: Readonly<{ name: string; wallMs: number }>): readonly Kept[] {
    const own = this.#own ??= this.#begin(by.wallMs);
    const written: Kept[] = [];
    for (const content of contents) {
      const body: Body = {
        previous: own.hash,
        parents: this.#parents(),
        time: nextTime(by.wallMs, this.#latest),
        wallMs: by.wallMs,
        name: by.name,
        content,
      };
      const bytes = encodeBody(body);
      const place = { log: own.log, sequence: own.sequence + 1 };
      const hash = hashOf(this.#room, place, bytes);
      const isLast = written.length === contents.length - 1;
      const signature = isLast ? this.#signing.sign(bytesOf(hash)) : undefined;
      const entry = this.#kept({ ...place, ...body, bytes, hash, signature }, by.wallMs, false);
      Object.assign(own, { sequence: place.sequence, hash });
      written.push(entry);
      this.#note(entry);
    }
    this.#hold(written);
    return written;
  }

  /** What we wrote last may be lost to us, as others have more of it: we go on in another log. */
  beginAnew(): void {
    this.#own = undefined;
  }

  /** Takes what somebody has sent, if it can be trusted; whoever it came from. */
  admit({ log, first, bodies, signature }: Batch, wallMs: number): Admission {
    const entries: (Place & Body & { bytes: Uint8Array; hash: EntryHash })[] = [];
    for (const [index, bytes] of bodies.entries()) {
      const body = decodeBody(bytes);
      if (body === undefined) return { ok: false, why: "malformed" };
      const place = { log, sequence: first + index };
      const previous = entries.at(-1);
      const follows = previous === undefined
        ? (first === 1) === (body.previous === undefined)
        : body.previous === previous.hash;
      if (!follows) return { ok: false, why: "broken" };
      entries.push({ ...place, ...body, bytes, hash: hashOf(this.#room, place, bytes) });
    }
    const unknown = entries.filter(({ hash }) => this.#store.find(this.#room, hash) === undefined);
    const [firstUnknown] = unknown;
    if (firstUnknown === undefined) return { ok: true, news: [], forked: false };
    const end = entries.at(-1)!;
    const above = this.#store.at(this.#room, log, end.sequence + 1);
    const isSigned = signature !== undefined &&
      this.#signing.verifies(authorOfLog(log), bytesOf(end.hash), signature);
    if (!isSigned && above?.previous !== end.hash) return { ok: false, why: "forged" };
    const isNewLog = this.holdings.of(log) === undefined;
    if (isNewLog && this.holdings.logs.length >= LOGS_MAX) return { ok: false, why: "crowded" };
    const below = this.#store.at(this.#room, log, firstUnknown.sequence - 1);
    const forked = (below !== undefined && below.hash !== firstUnknown.previous) ||
      (above !== undefined && above.previous !== end.hash) ||
      unknown.some(({ sequence }) => this.holdings.has(log, sequence));
    if (forked && this.#forked + unknown.length > FORKED_MAX) return { ok: false, why: "crowded" };
    const news = unknown.map((entry) =>
      this.#kept({ ...entry, signature: isSigned && entry === end ? signature : undefined }, wallMs, forked)
    );
    if (forked) this.#forked += news.length;
    news.forEach((entry) => this.#note(entry));
    this.#hold(news);
    return { ok: true, news, forked };
  }

  /** What we hold of what somebody wants, the newest first, in as many batches as are sent for one wish. */
  pagesOf({ log, first, last }: Span): readonly Batch[] {
    const pages: Batch[] = [];
    let upTo = last;
    while (pages.length < PAGES_MAX && upTo >= first) {
      const piece = this.holdings.of(log)?.all.findLast((held) => held.first <= upTo);
      if (piece === undefined || piece.last < first) break;
      const end = Math.min(upTo, piece.last);
      const begin = Math.max(first, piece.first, end - BATCH_ENTRIES_MAX + 1);
      const page = pageOf(this.#store.range(this.#room, log, begin, end, BATCH_ENTRIES_MAX));
      if (page === undefined) break; // the store has less than it said
      pages.push(page);
      upTo = page.first - 1;
    }
    return pages;
  }

  #begin(wallMs: number): { log: LogId; sequence: number; hash: EntryHash | undefined } {
    const { author } = this.#signing;
    const epochs = this.holdings.logs.filter((log) => authorOfLog(log) === author).map(epochOfLog);
    return {
      log: logOf(author, Math.max(Math.floor(wallMs), 0, ...epochs.map((epoch) => epoch + 1))),
      sequence: 0,
      hash: undefined,
    };
  }

  #lastOwn(): { log: LogId; sequence: number; hash: EntryHash } | undefined {
    const { author } = this.#signing;
    const logs = this.holdings.logs.filter((log) => authorOfLog(log) === author);
    const log = logs.toSorted((a, b) => epochOfLog(a) - epochOfLog(b)).at(-1);
    const sequence = log === undefined ? undefined : this.holdings.of(log)?.top?.last;
    if (log === undefined || sequence === undefined) return undefined;
    const last = this.#store.at(this.#room, log, sequence);
    return last === undefined ? undefined : { log, sequence, hash: last.hash };
  }

  /** The newest of others that nothing follows from; those that changed last, if there are too many. */
  #parents(): readonly Place[] {
    const parents: Place[] = [];
    for (const log of this.holdings.logs.toReversed()) {
      const sequence = this.holdings.of(log)?.top?.last ?? 0;
      if (log === this.#own?.log || sequence <= (this.#followed.get(log) ?? 0)) continue;
      parents.push({ log, sequence });
      if (parents.length === PARENTS_MAX) break;
    }
    return parents;
  }

  #note({ parents, time }: Kept): void {
    for (const { log, sequence } of parents) {
      if (sequence > (this.#followed.get(log) ?? 0)) this.#followed.set(log, sequence);
    }
    this.#latest = laterOf(this.#latest, time);
  }

  #kept(
    entry: Place & Body & Readonly<{ bytes: Uint8Array; hash: EntryHash; signature: Uint8Array | undefined }>,
    receivedWallMs: number,
    forked: boolean,
  ): Kept {
    return { ...entry, room: this.#room, order: entry.time, receivedWallMs, forked };
  }

  #hold(entries: readonly Kept[]): void {
    this.#store.put(entries);
    for (const { log, sequence, forked } of entries) {
      if (!forked) this.holdings.add({ log, first: sequence, last: sequence });
    }
  }
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
