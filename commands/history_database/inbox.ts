import { Encoder } from "@msgpack/msgpack";
import type { DatabaseSync } from "node:sqlite";
import { hashOf } from "../../actors/history/entry.ts";
import type { Kept } from "../../actors/history/store.ts";
import { bytesOf } from "../../actors/history/values.ts";
import { decodeSound } from "../../transport/sound_msgpack.ts";
import { keptIn } from "./row.ts";

/** Entries in one row at most. */
export const ROW_ENTRIES_MAX = 512;

/**
 * Entries that are on disk and in no table yet, many in a row of their own: a tenth of what their tables and indexes
 * cost, which are brought up to date when there is time. Every method throws what SQLite does.
 */
export class Inbox {
  /** Entries of rows that no longer say what they are. */
  damaged = 0;
  readonly #sql: ReturnType<typeof statements>;
  /** The rows, the oldest first, and how many of the entries of each are still to be dropped. */
  #rows: { readonly id: number; left: number }[] = [];

  constructor(db: DatabaseSync) {
    this.#sql = statements(db);
  }

  put(entries: readonly Kept[]): void {
    for (let first = 0; first < entries.length; first += ROW_ENTRIES_MAX) {
      const some = entries.slice(first, first + ROW_ENTRIES_MAX);
      const { lastInsertRowid: id } = this.#sql.insert.run(encoder.encodeSharedRef(some.map(rowOf))); // SQLite has its own copy
      this.#rows.push({ id: Number(id), left: some.length });
    }
  }

  /** What an earlier life left here, the oldest first. */
  read(): Kept[] {
    const entries: Kept[] = [];
    this.#rows = [];
    for (const { id, entries: bytes } of this.#sql.all.iterate()) {
      const found = entriesIn(bytes as Uint8Array);
      this.damaged += found.damaged;
      entries.push(...found.entries);
      this.#rows.push({ id: id as number, left: found.entries.length });
    }
    return entries;
  }

  /** So many of the oldest are in the tables. A row goes with the last of it. */
  drop(count: number): void {
    let left = count;
    let rows = 0;
    for (const row of this.#rows) {
      const some = Math.min(left, row.left);
      row.left -= some;
      left -= some;
      if (row.left > 0) break;
      rows++;
    }
    const last = this.#rows[rows - 1];
    if (last === undefined) return;
    this.#sql.delete.run(last.id);
    this.#rows = this.#rows.slice(rows);
  }
}

/** Made once: to make it costs as much as a row does. */
const encoder = new Encoder();

function rowOf(entry: Kept): unknown[] {
  const { room, log, sequence, forked, order, receivedWallMs, clock, hash, bytes, signature } = entry;
  return [room, log, sequence, forked, order.ms, order.count, receivedWallMs, clock, bytesOf(hash), bytes, signature];
}

/** What is in a row; entries, or the row itself, that do not say what they are count as damaged. */
function entriesIn(bytes: Uint8Array): Readonly<{ entries: readonly Kept[]; damaged: number }> {
  const rows = decodeSound(bytes);
  if (!Array.isArray(rows)) return { entries: [], damaged: 1 };
  const entries = rows.flatMap((row) => entryIn(row) ?? []);
  return { entries, damaged: rows.length - entries.length };
}

function entryIn(row: unknown): Kept | undefined {
  if (!Array.isArray(row)) return undefined;
  const [room, log, sequence, forked, order_ms, order_count, received_ms, clock, hash, bytes, signature]: unknown[] =
    row;
  if (typeof room !== "string" || typeof log !== "string" || !(bytes instanceof Uint8Array)) return undefined;
  if (![sequence, order_ms, order_count].every(Number.isSafeInteger) || typeof received_ms !== "number") {
    return undefined;
  }
  const columns = { room, log, sequence, order_ms, order_count, received_ms, clock, hash, bytes, signature };
  const entry = keptIn({ ...columns, forked: forked === true ? 1 : 0 });
  return entry !== undefined && isItself(entry) ? entry : undefined;
}

/** What stands beside an entry's bytes is in the hash; a log's name that is none cannot even be hashed. */
function isItself(entry: Kept): boolean {
  try {
    return hashOf(entry.room, entry, entry.bytes) === entry.hash;
  } catch {
    return false;
  }
}

function statements(db: DatabaseSync) {
  return {
    insert: db.prepare("insert into inbox (entries) values (?)"),
    all: db.prepare("select id, entries from inbox order by id"),
    delete: db.prepare("delete from inbox where id <= ?"),
  };
}
