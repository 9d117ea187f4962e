import type { RoomName } from "../chat_room/entry.ts";
import { type AuthorId, authorOfLog, type LogId } from "./author.ts";
import type { LogEntry } from "./entry.ts";
import { compareOrder, indexInOrder, type OrderKey } from "./order.ts";
import { folded, speakerOf } from "./search_text.ts";
import { SpanSet } from "./span_set.ts";
import {
  EXPIRED_AT_ONCE_MAX,
  type Floors,
  type HistoryStore,
  type Kept,
  type Retention,
  type Search,
  type Span,
} from "./store.ts";
import { textNow } from "./text_now.ts";
import type { EntryHash } from "./values.ts";

/** What a store in memory holds at most, of all rooms. */
const ENTRIES_MAX = 20_000;
const BYTES_MAX = 64 * 1024 * 1024;

/** `trouble` is said where a disk was wanted. */
type Options = Readonly<{ entriesMax?: number; bytesMax?: number; trouble?: string }>;

/**
 * Entries in memory: without a disk, and after a disk has failed. In a simulation it is the disk, which outlives the peer.
 * What is too much goes, the first in order before the others.
 */
export class MemoryStore implements HistoryStore {
  readonly trouble: string | undefined;
  readonly #entriesMax: number;
  readonly #bytesMax: number;
  readonly #rooms = new Map<RoomName, Room>();
  readonly #notes = new Map<string, string>();
  /** What a crash takes back, in the order in which it was done. */
  #unflushed: (() => void)[] = [];
  readonly #floors = new Map<RoomName, Map<LogId, number>>();
  #entries = 0;
  #bytes = 0;
  #crowdedOut = 0;
  #expired = 0;

  constructor({ entriesMax = ENTRIES_MAX, bytesMax = BYTES_MAX, trouble }: Options = {}) {
    this.#entriesMax = entriesMax;
    this.#bytesMax = bytesMax;
    this.trouble = trouble;
  }

  rooms(): readonly RoomName[] {
    return [...this.#rooms].filter(([, { ordered }]) => ordered.length > 0).map(([name]) => name).toSorted();
  }

  spans(room: RoomName): readonly Span[] {
    const held = this.#rooms.get(room)?.branches ?? new Map<LogId, Branch>();
    return [...held].flatMap(([log, { numbers }]) => numbers.spans.map((piece) => ({ log, ...piece })));
  }

  floors(room: RoomName): Floors {
    return this.#floors.get(room) ?? NO_FLOORS;
  }

  /** Entries of a log up to that number were let go of elsewhere. */
  raiseFloor(room: RoomName, log: LogId, sequence: number): void {
    const floors = valueOf(this.#floors, room, () => new Map<LogId, number>());
    floors.set(log, Math.max(sequence, floors.get(log) ?? 0));
  }

  put(entries: readonly Kept[]): void {
    for (const entry of entries) this.#put(entry);
    while (this.#entries > this.#entriesMax || this.#bytes > this.#bytesMax) {
      this.#letGo(this.#first()!);
      this.#crowdedOut++;
    }
  }

  keep(entries: readonly Kept[]): boolean {
    this.put(entries);
    this.flush();
    return true;
  }

  at(room: RoomName, log: LogId, sequence: number): Kept | undefined {
    return this.#rooms.get(room)?.branches.get(log)?.entries.get(sequence);
  }

  find(room: RoomName, hash: EntryHash): Kept | undefined {
    return this.#rooms.get(room)?.byHash.get(hash);
  }

  has(room: RoomName, hash: EntryHash): boolean {
    return this.find(room, hash) !== undefined;
  }

  forkedCount(room: RoomName): number {
    return this.#rooms.get(room)?.ordered.filter(({ forked }) => forked).length ?? 0;
  }

  range(room: RoomName, log: LogId, first: number, last: number, limit: number): readonly Kept[] {
    const branch = this.#rooms.get(room)?.branches.get(log);
    const found: Kept[] = [];
    for (const { first: from, last: to } of branch?.numbers.spans ?? []) {
      for (let n = Math.max(first, from); n <= Math.min(last, to) && found.length < limit; n++) {
        found.push(branch!.entries.get(n)!);
      }
    }
    return found;
  }

  before(room: RoomName, place: OrderKey | undefined, limit: number): readonly Kept[] {
    const ordered = this.#rooms.get(room)?.ordered ?? [];
    const end = place === undefined ? ordered.length : indexInOrder(ordered, place);
    return ordered.slice(Math.max(0, end - limit), end);
  }

  decisive({ room, log, hash }: LogEntry, before?: OrderKey): Kept | undefined {
    let latest: Kept | undefined;
    for (const entry of this.#rooms.get(room)?.named.get(namedBy(authorOfLog(log), hash)) ?? []) {
      if (before !== undefined && compareOrder(entry, before) >= 0) break;
      if (entry.content.type === "redacted") return entry;
      if (entry.content.type === "edited") latest = entry;
    }
    return latest;
  }

  signs(room: RoomName, target: EntryHash, limit: number): readonly Kept[] {
    return this.#rooms.get(room)?.signs.get(target)?.slice(0, limit) ?? [];
  }

  signsBy(author: AuthorId, room: RoomName, target: EntryHash, before: OrderKey, limit: number): readonly Kept[] {
    const named = this.#rooms.get(room)?.named.get(namedBy(author, target)) ?? [];
    return named.slice(0, indexInOrder(named, before)).filter(isSign).slice(0, limit);
  }

  index(room: RoomName, hash: EntryHash, text: string | undefined): void {
    const { opened, byHash } = this.#room(room);
    if (byHash.get(hash)?.content.type !== "sealed") return;
    const former = opened.get(hash);
    setOrDelete(opened, hash, text);
    this.#undo(() => {
      if (byHash.has(hash)) setOrDelete(opened, hash, former);
    });
  }

  search(search: Search): readonly Kept[] {
    const words = search.words.map(folded);
    return [...this.#rooms].filter(([name]) => search.room === undefined || search.room === name)
      .flatMap(([, room]) => newestIn(room, this, search, words))
      .toSorted((a, b) => compareOrder(b, a))
      .slice(0, search.limit);
  }

  recall(key: string): string | undefined {
    return this.#notes.get(key);
  }

  remember(key: string, value: string | undefined): void {
    const former = this.#notes.get(key);
    setOrDelete(this.#notes, key, value);
    this.#undo(() => setOrDelete(this.#notes, key, former));
  }

  expire({ ageMs = Infinity, bytesMax = Infinity }: Retention, wallMs: number): number {
    let count = 0;
    for (; count < EXPIRED_AT_ONCE_MAX; count++) {
      const first = this.#first();
      if (first === undefined) break;
      const sinceMs = Math.min(first.order.ms, first.receivedWallMs);
      if (this.#bytes <= bytesMax && wallMs - sinceMs <= ageMs) break;
      this.#letGo(first);
    }
    this.#expired += count;
    return count;
  }

  tidy(): boolean {
    return false;
  }

  settle(): boolean {
    this.flush();
    return true;
  }

  flush(): void {
    this.#unflushed = [];
  }

  /** What the crash of a process does to it: what was not flushed was never put. */
  crash(): void {
    for (const undo of this.#unflushed.reverse()) undo();
    this.#unflushed = [];
  }

  counters(): Readonly<Record<string, number>> {
    return { entries: this.#entries, bytes: this.#bytes, crowded_out: this.#crowdedOut, expired: this.#expired };
  }

  close(): void {
    this.flush();
  }

  /** Who never flushes could not be crashed back for ever. */
  #undo(step: () => void): void {
    if (this.#unflushed.length >= this.#entriesMax) this.flush();
    this.#unflushed.push(step);
  }

  #put(entry: Kept): void {
    const room = this.#room(entry.room);
    const known = room.byHash.get(entry.hash);
    if (known !== undefined) {
      if (known.signature === undefined && entry.signature !== undefined) this.#sign(known, entry.signature);
      return;
    }
    const isTaken = room.branches.get(entry.log)?.entries.has(entry.sequence) ?? false;
    const kept = isTaken && !entry.forked ? { ...entry, forked: true } : entry;
    this.#add(kept);
    this.#undo(() => {
      if (this.#holds(kept)) this.#drop(kept);
    });
  }

  #sign(known: Kept, signature: Uint8Array): void {
    const signed = { ...known, signature };
    this.#replace(known, signed);
    this.#undo(() => {
      if (this.#holds(signed)) this.#replace(signed, known);
    });
  }

  #replace(former: Kept, entry: Kept): void {
    const { opened } = this.#room(entry.room);
    const text = opened.get(entry.hash);
    this.#drop(former);
    this.#add(entry);
    setOrDelete(opened, entry.hash, text);
  }

  #add(entry: Kept): void {
    const room = this.#room(entry.room);
    room.byHash.set(entry.hash, entry);
    insert(room.ordered, entry);
    if (!entry.forked) {
      const branch = valueOf(room.branches, entry.log, () => ({ entries: new Map(), numbers: new SpanSet() }));
      branch.entries.set(entry.sequence, entry);
      branch.numbers.add(entry.sequence);
    }
    if ("target" in entry.content) {
      const { target } = entry.content;
      insert(valueOf(room.named, namedBy(authorOfLog(entry.log), target), () => []), entry);
      if (isSign(entry)) insert(valueOf(room.signs, target, () => []), entry);
    }
    this.#entries++;
    this.#bytes += weightOf(entry);
  }

  #drop(entry: Kept): void {
    const room = this.#room(entry.room);
    room.byHash.delete(entry.hash);
    room.opened.delete(entry.hash);
    remove(room.ordered, entry);
    if (!entry.forked) {
      const branch = room.branches.get(entry.log)!;
      branch.entries.delete(entry.sequence);
      branch.numbers.delete(entry.sequence);
      if (branch.numbers.isEmpty) room.branches.delete(entry.log);
    }
    if ("target" in entry.content) {
      const { target } = entry.content;
      removeFrom(room.named, namedBy(authorOfLog(entry.log), target), entry);
      if (isSign(entry)) removeFrom(room.signs, target, entry);
    }
    this.#entries--;
    this.#bytes -= weightOf(entry);
  }

  #letGo(entry: Kept): void {
    this.#drop(entry);
    if (!entry.forked) this.raiseFloor(entry.room, entry.log, entry.sequence);
  }

  #holds(entry: Kept): boolean {
    return this.#rooms.get(entry.room)?.byHash.get(entry.hash) === entry;
  }

  /** The first in order of all rooms. */
  #first(): Kept | undefined {
    let first: Kept | undefined;
    for (const { ordered: [candidate] } of this.#rooms.values()) {
      if (candidate === undefined) continue;
      if (first === undefined || compareOrder(candidate, first) < 0) first = candidate;
    }
    return first;
  }

  #room(name: RoomName): Room {
    return valueOf(this.#rooms, name, () => ({
      ordered: [],
      byHash: new Map(),
      branches: new Map(),
      named: new Map(),
      signs: new Map(),
      opened: new Map(),
    }));
  }
}

type Room = Readonly<{
  ordered: Kept[];
  byHash: Map<EntryHash, Kept>;
  branches: Map<LogId, Branch>;
  /** What names an entry, by whose it is and what it names; and all signs by what they are given to. In order. */
  named: Map<string, Kept[]>;
  signs: Map<EntryHash, Kept[]>;
  /** What sealed entries say, as far as we were told. */
  opened: Map<EntryHash, string>;
}>;

const NO_FLOORS: Floors = new Map();

/** A log without what is forked. */
type Branch = Readonly<{ entries: Map<number, Kept>; numbers: SpanSet }>;

function newestIn(
  room: Room,
  store: MemoryStore,
  { from, sinceWallMs = 0, limit }: Search,
  words: readonly string[],
): Kept[] {
  const found: Kept[] = [];
  for (let at = room.ordered.length - 1; at >= 0 && found.length < limit; at--) {
    const entry = room.ordered[at]!;
    if (entry.wallMs < sinceWallMs || (from !== undefined && speakerOf(entry) !== from)) continue;
    const shown = textNow(entry, store, { opened: room.opened.get(entry.hash) });
    if (shown === undefined) continue;
    const text = folded(shown);
    if (words.every((word) => text.includes(word))) found.push(entry);
  }
  return found;
}

/** What an entry counts for a limit in bytes: what would go to another peer. */
export function weightOf({ bytes, signature }: Kept): number {
  return bytes.length + (signature?.length ?? 0);
}

function insert(ordered: Kept[], entry: Kept): void {
  ordered.splice(indexInOrder(ordered, entry), 0, entry);
}

function remove(ordered: Kept[], entry: Kept): void {
  ordered.splice(indexInOrder(ordered, entry), 1);
}

function removeFrom<K>(lists: Map<K, Kept[]>, key: K, entry: Kept): void {
  const list = lists.get(key)!;
  remove(list, entry);
  if (list.length === 0) lists.delete(key);
}

function isSign({ content }: Kept): boolean {
  return content.type === "reacted";
}

function namedBy(author: AuthorId, target: EntryHash): string {
  return `${target} ${author}`;
}

function valueOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, value = make());
  return value;
}

function setOrDelete<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
