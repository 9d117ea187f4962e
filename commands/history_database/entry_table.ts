import { Buffer } from "node:buffer";
import type { DatabaseSync } from "node:sqlite";
import type { RoomName } from "../../actors/chat_room/entry.ts";
import { type AuthorId, authorOfLog, type LogId, logOf } from "../../actors/history/author.ts";
import type { LogEntry } from "../../actors/history/entry.ts";
import { weightOf } from "../../actors/history/memory_store.ts";
import type { OrderKey } from "../../actors/history/order.ts";
import { speakerOf } from "../../actors/history/search_text.ts";
import { SpanSet } from "../../actors/history/span_set.ts";
import type { Floors, Kept, Span } from "../../actors/history/store.ts";
import { bytesOf, type EntryHash } from "../../actors/history/values.ts";
import { KEPT_COLUMNS, KEPT_TABLES, keptIn, kindOf, KINDS, type Row } from "./row.ts";

/** What `put` did with an entry: `id` is its row where it is new. */
type Placed = Readonly<{ id: number; weight: number }>;

/** An entry on its way out; `target` is what reads otherwise without it. */
export type Leaving = Readonly<{ id: number; sinceMs: number; weight: number; target: EntryHash | undefined }>;

/** The entries of all rooms in their table. Every method throws what SQLite does. */
export class EntryTable {
  /** Rows that no longer say what an entry says. */
  damaged = 0;
  readonly #sql: ReturnType<typeof statements>;
  /** The pieces of the logs of the rooms that were asked about. */
  readonly #floors = new Map<RoomName, Map<LogId, number>>();
  readonly #spans = new Map<RoomName, Map<LogId, SpanSet>>();
  /** Rows of rooms and logs that were put into lately. */
  readonly #roomIds = new Map<RoomName, number>();
  readonly #logIds = new Map<LogId, number>();

  constructor(db: DatabaseSync) {
    this.#sql = statements(db);
  }

  rooms(): RoomName[] {
    return this.#sql.rooms.all().map(({ name }) => name as RoomName);
  }

  spans(room: RoomName): readonly Span[] {
    const spans: Span[] = [];
    for (const [log, set] of this.#spansOf(room)) {
      for (const piece of set.spans) spans.push({ log, ...piece });
    }
    return spans;
  }

  floors(room: RoomName): Floors {
    let floors = this.#floors.get(room);
    if (floors !== undefined) return floors;
    floors = new Map(
      this.#sql.floors.all(room).map(({ log, sequence }) => [log as LogId, sequence as number] as const),
    );
    this.#floors.set(room, floors);
    return floors;
  }

  /** The floors of all rooms. */
  *allFloors(): Iterable<readonly [room: RoomName, log: LogId, sequence: number]> {
    for (const { room, log, sequence } of this.#sql.allFloors.iterate()) {
      yield [room as RoomName, log as LogId, sequence as number];
    }
  }

  raiseFloor(room: RoomName, log: LogId, sequence: number): void {
    this.#sql.raiseFloor.run(room, log, sequence);
    const floors = this.#floors.get(room);
    floors?.set(log, Math.max(sequence, floors.get(log) ?? 0));
  }

  /** The row of a new entry; one that is there may get a signature (`signed`), and its bytes back. */
  put(entry: Kept): Placed | { readonly signed: boolean } {
    const { room, log, sequence, hash, signature, content } = entry;
    const address = bytesOf(hash);
    const forked = entry.forked || this.holds(entry);
    const { changes, lastInsertRowid: id } = this.#sql.insert.run(
      idOf(this.#roomIds, this.#sql.room, this.#sql.newRoom, room),
      idOf(this.#logIds, this.#sql.log, this.#sql.newLog, log),
      sequence,
      forked ? 1 : 0,
      entry.order.ms,
      entry.order.count,
      entry.wallMs,
      Math.floor(entry.receivedWallMs),
      address,
      "target" in content ? bytesOf(content.target) : null,
      kindOf(content),
      speakerOf(entry),
      entry.bytes,
      signature ?? null,
      entry.clock ?? null,
    );
    if (changes === 0) return this.#complete(entry, address);
    if (!forked) this.#noteHeld(room, log, sequence);
    return { id: Number(id), weight: weightOf(entry) };
  }

  /** Whether an entry of that number is on the log's own branch. */
  holds({ room, log, sequence }: Pick<LogEntry, "room" | "log" | "sequence">): boolean {
    return this.#spansOf(room).get(log)?.has(sequence) === true;
  }

  /** Gives an entry that is there what it lacks. */
  #complete({ bytes, signature, content }: Kept, address: Uint8Array): { readonly signed: boolean } {
    const known = this.#sql.known.get(bytes, address)!;
    const id = known["id"] as number;
    const signed = known["signed"] === 0 && signature !== undefined;
    if (signed) this.#sql.sign.run(signature, id);
    if (known["intact"] === 0) this.#sql.mend.run(bytes, kindOf(content), id); // the hash is that of the bytes
    return { signed };
  }

  at(room: RoomName, log: LogId, sequence: number): Kept | undefined {
    return this.range(room, log, sequence, sequence, 1)[0];
  }

  find(room: RoomName, hash: EntryHash): Kept | undefined {
    return this.#read(this.#sql.find.all(bytesOf(hash), room))[0];
  }

  idOf(room: RoomName, hash: EntryHash): number | undefined {
    return this.#sql.idOf.get(bytesOf(hash), room)?.["id"] as number | undefined;
  }

  forkedCount(room: RoomName): number {
    return this.#sql.forkedCount.get(room)!["count"] as number;
  }

  range(room: RoomName, log: LogId, first: number, last: number, limit: number): Kept[] {
    return this.#read(this.#sql.range.all(room, log, first, last, limit));
  }

  before(room: RoomName, place: OrderKey | undefined, limit: number): Kept[] {
    if (place === undefined) return this.#read(this.#sql.latest.all(room, limit)).reverse();
    const { order: { ms, count } } = place;
    const rows = this.#sql.before.all(room, ms, count, ...placeOf(place), limit);
    return this.#read(rows).reverse();
  }

  /** Most entries are named by none: that takes one look at an index. */
  decisive({ room, log, hash }: LogEntry, before: OrderKey = END): Kept | undefined {
    const target = bytesOf(hash);
    if (this.#sql.isChanged.get(target) === undefined) return undefined;
    return this.#read(this.#sql.decisive.all(target, ...logsOf(authorOfLog(log)), room, ...placeOf(before)))[0];
  }

  signs(room: RoomName, target: EntryHash, limit: number): Kept[] {
    return this.#read(this.#sql.signs.all(bytesOf(target), room, limit));
  }

  signsBy(author: AuthorId, room: RoomName, target: EntryHash, before: OrderKey, limit: number): Kept[] {
    return this.#read(this.#sql.signsBy.all(bytesOf(target), ...logsOf(author), room, ...placeOf(before), limit));
  }

  /** The latest of all rooms, the latest first. */
  *latest(limit: number): Iterable<Kept> {
    for (const row of this.#sql.latestOfAll.iterate(limit)) yield* this.#read([row]);
  }

  byIds(ids: readonly number[]): Kept[] {
    return ids.flatMap((id) => this.#read(this.#sql.byId.all(id)));
  }

  /** The first in order of all rooms. */
  first(limit: number): (Leaving & Readonly<{ room: RoomName; log: LogId; sequence: number; forked: boolean }>)[] {
    return this.#sql.first.all(limit).map((row) => ({
      id: row["id"] as number,
      room: row["room"] as RoomName,
      log: row["log"] as LogId,
      sequence: row["sequence"] as number,
      forked: row["forked"] === 1,
      sinceMs: Math.min(row["order_ms"] as number, row["received_ms"] as number),
      weight: row["weight"] as number,
      target: row["target"] === null || row["kind"] === KINDS.reacted
        ? undefined
        : Buffer.from(row["target"] as Uint8Array).toString("hex") as EntryHash,
    }));
  }

  delete({ id, room, log, sequence, forked }: ReturnType<EntryTable["first"]>[number]): void {
    this.#sql.delete.run(id);
    if (!forked) {
      const logs = this.#spans.get(room);
      const set = logs?.get(log);
      set?.delete(sequence);
      if (set?.isEmpty) logs?.delete(log);
    }
  }

  /** Forgets logs of which nothing is left. */
  forget(logs: Iterable<LogId>): void {
    for (const log of logs) {
      this.#sql.dropLog.run(log);
      this.#logIds.delete(log); // whoever puts into it again gets another row
    }
  }

  #read(rows: readonly Row[]): Kept[] {
    const entries: Kept[] = [];
    for (const row of rows) {
      const entry = keptIn(row);
      if (entry === undefined) this.damaged++;
      else entries.push(entry);
    }
    return entries;
  }

  #spansOf(room: RoomName): Map<LogId, SpanSet> {
    let logs = this.#spans.get(room);
    if (logs !== undefined) return logs;
    logs = new Map();
    for (const { log, first, last } of this.#sql.spans.all(room)) {
      let set = logs.get(log as LogId);
      if (set === undefined) logs.set(log as LogId, set = new SpanSet());
      set.add(first as number, last as number);
    }
    this.#spans.set(room, logs);
    return logs;
  }

  #noteHeld(room: RoomName, log: LogId, sequence: number): void {
    const logs = this.#spans.get(room);
    if (logs === undefined) return; // nobody has asked yet
    let set = logs.get(log);
    if (set === undefined) logs.set(log, set = new SpanSet());
    set.add(sequence);
  }
}

type Statement = ReturnType<DatabaseSync["prepare"]>;

/** Names whose rows are remembered; behind these all are looked up anew. */
const IDS_MAX = 8_192;

function idOf<Name extends string>(known: Map<Name, number>, find: Statement, insert: Statement, name: Name): number {
  let id = known.get(name);
  if (id !== undefined) return id;
  id = Number(find.get(name)?.["id"] ?? insert.run(name).lastInsertRowid);
  if (known.size >= IDS_MAX) known.clear();
  known.set(name, id);
  return id;
}

function order(direction = ""): string {
  return ORDER.map((column) => `${column} ${direction}`).join(", ");
}

const ORDER = ["order_ms", "order_count", "logs.log", "sequence", "hash"];
const DOWNWARDS = `order by ${order("desc")}`;

/** Behind all that there can be. */
const END: OrderKey = {
  order: { ms: Number.MAX_SAFE_INTEGER, count: 0 },
  log: "" as LogId,
  sequence: 0,
  hash: "" as EntryHash,
};

function placeOf({ order: { ms, count }, log, sequence, hash }: OrderKey) {
  return [ms, count, log, sequence, bytesOf(hash)] as const;
}

/** The first and the last name that a log of this author can have. */
function logsOf(author: AuthorId): readonly [string, string] {
  return [logOf(author, 0), `${author}.:`];
}

/** All are prepared once: preparing costs more than running. */
function statements(db: DatabaseSync) {
  const kept = (rest: string, by = "") =>
    db.prepare(`select ${KEPT_COLUMNS} from entries ${by} ${KEPT_TABLES} ${rest}`);
  const earlier = `(${order()}) < (?, ?, ?, ?, ?)`;
  const byAuthor = "entries.log in (select id from logs where log between ? and ?)";
  const inRoom = "entries.room = (select id from rooms where name = ?)";
  return {
    rooms: db.prepare(`
      select name from rooms where exists (select 1 from entries where entries.room = rooms.id) order by name
    `),
    // Numbers without a gap have the same distance from their rank.
    spans: db.prepare(`
      select logs.log as log, min(sequence) as first, max(sequence) as last from (
        select log, sequence, sequence - row_number() over (partition by log order by sequence) as piece
        from entries where ${inRoom} and forked = 0
      ) held join logs on logs.id = held.log group by held.log, piece order by held.log, first
    `),
    floors: db.prepare("select log, sequence from floors where room = (select id from rooms where name = ?)"),
    allFloors: db.prepare("select name as room, log, sequence from floors join rooms on rooms.id = floors.room"),
    raiseFloor: db.prepare(`
      insert into floors values ((select id from rooms where name = ?), ?, ?)
      on conflict (room, log) do update set sequence = max(sequence, excluded.sequence)
    `),
    known: db.prepare(`
      select id, signature is not null as signed, bytes = ? as intact from entries where hash = ?
    `),
    mend: db.prepare("update entries set bytes = ?, kind = ? where id = ?"),
    sign: db.prepare("update entries set signature = ? where id = ?"),
    room: db.prepare("select id from rooms where name = ?"),
    newRoom: db.prepare("insert into rooms (name) values (?)"),
    log: db.prepare("select id from logs where log = ?"),
    newLog: db.prepare("insert into logs (log) values (?)"),
    insert: db.prepare(`
      insert into entries (room, log, sequence, forked, order_ms, order_count, wall_ms, received_ms, hash, target,
        kind, speaker, bytes, signature, clock)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (hash) do nothing
    `),
    find: kept("where hash = ? and rooms.name = ?"),
    idOf: db.prepare("select id from entries where hash = ? and room = (select id from rooms where name = ?)"),
    forkedCount: db.prepare(`select count(*) as count from entries where ${inRoom} and forked = 1`),
    range: kept(`
      where ${inRoom} and entries.log = (select id from logs where log = ?) and sequence between ? and ? and forked = 0
      order by sequence limit ?
    `),
    latest: kept(`where ${inRoom} ${DOWNWARDS} limit ?`),
    before: kept(`
      where ${inRoom} and (order_ms, order_count) <= (?, ?)
        and ${earlier}
      ${DOWNWARDS} limit ?
    `),
    isChanged: db.prepare(`
      select 1 from entries indexed by entries_by_namer where target = ? and kind in (${KINDS.edited}, ${KINDS.redacted})
      limit 1
    `),
    decisive: kept(
      `where target = ? and kind in (${KINDS.edited}, ${KINDS.redacted}) and ${byAuthor} and rooms.name = ? and ${earlier}
      order by kind = ${KINDS.redacted} desc, ${order("desc")} limit 1`,
      "indexed by entries_by_namer",
    ),
    signs: kept(
      `where target = ? and kind = ${KINDS.reacted} and rooms.name = ? order by ${order()} limit ?`,
      "indexed by entries_by_target",
    ),
    signsBy: kept(
      `where target = ? and kind = ${KINDS.reacted} and ${byAuthor} and rooms.name = ? and ${earlier} limit ?`,
      "indexed by entries_by_namer",
    ),
    latestOfAll: kept(`${DOWNWARDS} limit ?`),
    byId: kept("where entries.id = ?"),
    first: db.prepare(`
      select entries.id as id, rooms.name as room, logs.log as log, sequence, forked, order_ms, received_ms, target,
        kind, length(bytes) + ifnull(length(signature), 0) as weight
      from entries ${KEPT_TABLES} order by order_ms, order_count, logs.log, sequence, hash limit ?
    `),
    delete: db.prepare("delete from entries where id = ?"),
    dropLog: db.prepare(`
      delete from logs where log = ? and not exists (
        select 1 from rooms cross join entries on entries.room = rooms.id where entries.log = logs.id
      )
    `),
  };
}
