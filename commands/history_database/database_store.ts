import type { DatabaseSync } from "node:sqlite";
import type { RoomName } from "../../actors/chat_room/entry.ts";
import type { AuthorId, LogId } from "../../actors/history/author.ts";
import type { LogEntry } from "../../actors/history/entry.ts";
import type { OrderKey } from "../../actors/history/order.ts";
import {
  EXPIRED_AT_ONCE_MAX,
  type Floors,
  type HistoryStore,
  type Kept,
  type Retention,
  type Search,
  type Span,
} from "../../actors/history/store.ts";
import { textNow } from "../../actors/history/text_now.ts";
import type { EntryHash } from "../../actors/history/values.ts";
import { rollBack } from "../sqlite.ts";
import { EntryTable } from "./entry_table.ts";
import { Inbox, ROW_ENTRIES_MAX } from "./inbox.ts";
import { TextIndex } from "./text_index.ts";

/** Of texts that wait to be indexed, so many are put off: one by one each would cost several times as much. */
const WAITING_MAX = 128;

/** So many may be put off: what is looked for has to be looked for in each of them. */
const NOT_INDEXED_MAX = 16_384;

/** Entries in a database. Every method throws what SQLite does: who goes on then is {@linkcode FallbackStore}. */
export class DatabaseStore implements HistoryStore {
  readonly trouble = undefined;
  readonly #db: DatabaseSync;
  readonly #entries: EntryTable;
  readonly #inbox: Inbox;
  readonly #texts: TextIndex;
  readonly #sql: ReturnType<typeof statements>;
  readonly #waitingMax: number;
  #count: number;
  #bytes: number;
  #totalsNoted: string | undefined;
  #expired = 0;
  #commits = 0;

  constructor(db: DatabaseSync, waitingMax = WAITING_MAX) {
    this.#db = db;
    this.#waitingMax = waitingMax;
    this.#entries = new EntryTable(db);
    this.#inbox = new Inbox(db);
    this.#texts = new TextIndex(db, this.#entries);
    this.#sql = statements(db);
    const totals = this.#sql.totals.get()!;
    this.#count = totals["entries"] as number;
    this.#bytes = totals["bytes"] as number;
  }

  rooms(): readonly RoomName[] {
    return this.#entries.rooms();
  }

  spans(room: RoomName): readonly Span[] {
    return this.#entries.spans(room);
  }

  floors(room: RoomName): Floors {
    return this.#entries.floors(room);
  }

  allFloors(): ReturnType<EntryTable["allFloors"]> {
    return this.#entries.allFloors();
  }

  put(entries: readonly Kept[]): void {
    if (entries.length === 0) return;
    this.#begin();
    for (const entry of entries) this.#put(entry);
  }

  keep(entries: readonly Kept[]): boolean {
    this.put(entries);
    this.flush();
    return true;
  }

  /** Puts entries on disk, where nothing finds them until they are {@linkcode unpack}ed. */
  pack(entries: readonly Kept[]): void {
    if (entries.length > 0) {
      // One statement is whole or not at all by itself: a transaction around it would be most of what it costs.
      if (entries.length > ROW_ENTRIES_MAX) this.#begin();
      this.#inbox.put(entries);
      if (!this.#db.isTransaction) this.#commits++;
    }
    this.flush();
  }

  /** Puts entries of which the first so many are the oldest that were packed. */
  unpack(entries: readonly Kept[], packed: number): void {
    this.put(entries);
    if (packed > 0) this.#inbox.drop(packed);
    // Nobody finds time for the others either: as many are indexed as come.
    for (let left = entries.length; left > 0 && this.#texts.waiting >= NOT_INDEXED_MAX;) left -= this.#catchUp();
  }

  /** What an earlier life has packed and not unpacked, the oldest first. */
  packed(): Kept[] {
    return this.#inbox.read();
  }

  at(room: RoomName, log: LogId, sequence: number): Kept | undefined {
    return this.#entries.at(room, log, sequence);
  }

  find(room: RoomName, hash: EntryHash): Kept | undefined {
    return this.#entries.find(room, hash);
  }

  /** Whether that number of that log is taken: the entry itself, or another. */
  holds(entry: LogEntry): boolean {
    return this.#entries.holds(entry);
  }

  has(room: RoomName, hash: EntryHash): boolean {
    return this.find(room, hash) !== undefined;
  }

  forkedCount(room: RoomName): number {
    return this.#entries.forkedCount(room);
  }

  range(room: RoomName, log: LogId, first: number, last: number, limit: number): readonly Kept[] {
    return this.#entries.range(room, log, first, last, limit);
  }

  before(room: RoomName, place: OrderKey | undefined, limit: number): readonly Kept[] {
    return this.#entries.before(room, place, limit);
  }

  decisive(entry: LogEntry, before?: OrderKey): Kept | undefined {
    return this.#entries.decisive(entry, before);
  }

  signs(room: RoomName, target: EntryHash, limit: number): readonly Kept[] {
    return this.#entries.signs(room, target, limit);
  }

  signsBy(author: AuthorId, room: RoomName, target: EntryHash, before: OrderKey, limit: number): readonly Kept[] {
    return this.#entries.signsBy(author, room, target, before, limit);
  }

  index(room: RoomName, hash: EntryHash, text: string | undefined): void {
    const id = this.#entries.idOf(room, hash);
    const entry = this.#entries.find(room, hash);
    if (id === undefined || entry?.content.type !== "sealed") return;
    this.#begin();
    this.#texts.set(id, textNow(entry, this.#entries, { opened: text }));
  }

  /** What it was told that a sealed entry says. */
  opened({ room, hash, content }: Kept): string | undefined {
    const id = content.type === "sealed" ? this.#entries.idOf(room, hash) : undefined;
    return id === undefined ? undefined : this.#texts.get(id);
  }

  search(search: Search): readonly Kept[] {
    return this.#texts.search(search);
  }

  /** The latest entries of all rooms, the latest first. */
  latest(limit: number): Iterable<Kept> {
    return this.#entries.latest(limit);
  }

  recall(key: string): string | undefined {
    const row = this.#sql.note.get(JSON.stringify(key));
    return row === undefined ? undefined : JSON.parse(row["value"] as string);
  }

  /** Everything to be recalled, in no order. */
  notes(): readonly (readonly [key: string, value: string])[] {
    return this.#sql.notes.all().map(({ key, value }) => [JSON.parse(key as string), JSON.parse(value as string)]);
  }

  /** Kept as JSON, which has no character that SQLite would change. */
  remember(key: string, value: string | undefined): void {
    this.#begin();
    if (value === undefined) this.#sql.forgetNote.run(JSON.stringify(key));
    else this.#sql.setNote.run(JSON.stringify(key), JSON.stringify(value));
  }

  expire({ ageMs = Infinity, bytesMax = Infinity }: Retention, wallMs: number): number {
    if (this.#count === 0 || (ageMs === Infinity && this.#bytes <= bytesMax)) return 0;
    let count = 0;
    const logs = new Set<LogId>();
    for (const leaving of this.#entries.first(EXPIRED_AT_ONCE_MAX)) {
      if (this.#bytes <= bytesMax && wallMs - leaving.sinceMs <= ageMs) break;
      this.#begin();
      this.#texts.set(leaving.id, undefined);
      this.#entries.delete(leaving);
      logs.add(leaving.log);
      if (!leaving.forked) this.#entries.raiseFloor(leaving.room, leaving.log, leaving.sequence);
      this.#bytes -= leaving.weight;
      this.#count--;
      if (leaving.target !== undefined) this.#refresh(leaving.room, leaving.target);
      count++;
    }
    this.#entries.forget(logs);
    this.#expired += count;
    return count;
  }

  tidy(): boolean {
    const some = this.#texts.waiting >= this.#waitingMax;
    if (some) this.#catchUp();
    this.flush();
    return some && this.#texts.waiting >= this.#waitingMax;
  }

  settle(): boolean {
    this.flush();
    return true;
  }

  flush(): void {
    if (!this.#db.isTransaction) return;
    this.#noteTotals();
    this.#sql.commit.run();
    this.#commits++;
  }

  counters(): Readonly<Record<string, number>> {
    return {
      entries: this.#count,
      bytes: this.#bytes,
      expired: this.#expired,
      commits: this.#commits,
      damaged: this.#entries.damaged + this.#inbox.damaged,
      not_indexed: this.#texts.waiting,
    };
  }

  /** Gives up what was not flushed. */
  abandon(): void {
    rollBack(this.#db);
  }

  close(): void {
    try {
      this.flush();
    } finally {
      this.#db.close();
    }
  }

  /** The first change begins a transaction, and `flush` ends it: one for many costs little more than one for one. */
  #begin(): void {
    if (!this.#db.isTransaction) this.#sql.begin.run();
  }

  #catchUp(): number {
    this.#begin();
    return this.#texts.catchUp();
  }

  #noteTotals(): void {
    const totals = `${this.#count} ${this.#bytes}`;
    if (totals === this.#totalsNoted) return;
    this.#sql.setTotals.run(this.#count, this.#bytes);
    this.#totalsNoted = totals;
  }

  #put(entry: Kept): void {
    const placed = this.#entries.put(entry);
    if (!("id" in placed)) {
      if (placed.signed) this.#bytes += entry.signature!.length;
      return;
    }
    this.#count++;
    this.#bytes += placed.weight;
    const text = textNow(entry, this.#entries);
    if (text !== undefined) this.#texts.add(placed.id, text);
    const { type } = entry.content; // a sign changes no text
    if (type === "edited" || type === "redacted") this.#refresh(entry.room, entry.content.target);
  }

  /** What names it has changed. */
  #refresh(room: RoomName, target: EntryHash): void {
    const id = this.#entries.idOf(room, target);
    const entry = id === undefined ? undefined : this.#entries.find(room, target);
    if (id === undefined || entry === undefined) return;
    this.#texts.set(id, textNow(entry, this.#entries, { opened: this.#texts.get(id) }));
  }
}

function statements(db: DatabaseSync) {
  return {
    begin: db.prepare("begin immediate"),
    commit: db.prepare("commit"),
    totals: db.prepare("select entries, bytes from totals"),
    setTotals: db.prepare("update totals set entries = ?, bytes = ?"),
    note: db.prepare("select value from notes where key = ?"),
    notes: db.prepare("select key, value from notes"),
    setNote: db.prepare("insert into notes values (?, ?) on conflict (key) do update set value = excluded.value"),
    forgetNote: db.prepare("delete from notes where key = ?"),
  };
}
