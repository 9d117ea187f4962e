import type { DatabaseSync } from "node:sqlite";
import { compareOrder } from "../../actors/history/order.ts";
import { folded } from "../../actors/history/search_text.ts";
import type { Kept, Search } from "../../actors/history/store.ts";
import type { EntryTable } from "./entry_table.ts";

/** Of texts that wait to be indexed, so many are put off: one by one each would cost several times as much. */
export const WAITING_MAX = 128;

/** The index is made of pieces of three letters; shorter words are in none. */
const INDEXED_LETTERS_MIN = 3;

/** Shorter words, and those that nearly every entry has, are looked for in so many of the newest entries. */
const WALKED_MAX = 10_000;

/** Of more entries than these with all the words, the newest are looked at one by one first. */
const FEW_MAX = 5_000;

/** Of so many entries at most with all the words, the newest are found wherever they are. */
const MANY_MAX = 50_000;

/** What shows of each entry now, and the index of that. Every method throws what SQLite does. */
export class TextIndex {
  readonly #sql: ReturnType<typeof statements>;
  readonly #entries: EntryTable;
  #waiting: number;

  constructor(db: DatabaseSync, entries: EntryTable) {
    this.#sql = statements(db);
    this.#entries = entries;
    this.#waiting = this.#sql.waiting.get()!["count"] as number;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** From now on, the entry in that row shows `text`, or nothing that could be found. */
  set(id: number, text: string | undefined): void {
    const known = this.#sql.text.get(id);
    const shown = text?.replaceAll("\0", " "); // SQLite would end it there
    if (known?.["text"] === shown) return;
    if (known !== undefined) this.#forget(id, known["text"] as string, known["indexed"] === 1);
    if (shown === undefined) return;
    this.#sql.add.run(id, shown);
    this.#waiting++;
  }

  get(id: number): string | undefined {
    return this.#sql.text.get(id)?.["text"] as string | undefined;
  }

  /** Indexes what waits for it. */
  catchUp(): void {
    if (this.#waiting === 0) return;
    this.#sql.index.run();
    this.#sql.indexed.run();
    this.#waiting = 0;
  }

  search(search: Search): readonly Kept[] {
    const words = search.words.filter((word) => word !== "").slice(0, WORDS_MAX).map((word) =>
      word.replaceAll("\0", " ")
    );
    const indexed = words.filter((word) => [...folded(word)].length >= INDEXED_LETTERS_MIN);
    const ids = indexed.length === 0 ? this.#walk(search, words) : this.#lookUp(search, words, indexed);
    return this.#entries.byIds(ids).toSorted((a, b) => compareOrder(b, a));
  }

  #lookUp(search: Search, words: readonly string[], indexed: readonly string[]): readonly number[] {
    const query = indexed.map((word) => `"${word.replaceAll('"', '""')}"`).join(" AND ");
    const matches = this.#sql.matches.get(query, FEW_MAX + 1)!["count"] as number;
    if (matches > FEW_MAX) {
      const found = this.#walk(search, words);
      if (found.length >= search.limit) return found;
    }
    const rest = words.filter((word) => !indexed.includes(word));
    const rows = this.#sql.found.iterate(query, MANY_MAX, ...filterOf(search));
    return take(rows, search.limit, rest);
  }

  /** Looks at the newest one by one. */
  #walk(search: Search, words: readonly string[]): readonly number[] {
    const { room, from, sinceWallMs = 0, limit } = search;
    const rows = room === undefined
      ? this.#sql.newest.iterate(WALKED_MAX)
      : this.#sql.newestIn.iterate(room, WALKED_MAX);
    const wanted = function* (): Iterable<Row> {
      for (const row of rows) {
        if ((row["wall_ms"] as number) < sinceWallMs || (from !== undefined && row["speaker"] !== from)) continue;
        yield row;
      }
    };
    return take(wanted(), limit, words);
  }

  #forget(id: number, text: string, isIndexed: boolean): void {
    if (isIndexed) this.#sql.unindex.run(id, text);
    else this.#waiting--;
    this.#sql.remove.run(id);
  }
}

/** More words are not looked at: a query has its depth. */
const WORDS_MAX = 32;

type Row = Readonly<Record<string, unknown>>;

function take(rows: Iterable<Row>, limit: number, words: readonly string[]): number[] {
  const parts = words.map(folded);
  const ids: number[] = [];
  if (limit <= 0) return ids;
  for (const row of rows) {
    if (parts.length > 0) {
      const text = folded(row["text"] as string);
      if (!parts.every((part) => text.includes(part))) continue;
    }
    ids.push(row["id"] as number);
    if (ids.length >= limit) break;
  }
  return ids;
}

function filterOf({ room, from, sinceWallMs = 0 }: Search): (string | number | null)[] {
  return [room ?? null, room ?? null, from ?? null, from ?? null, sinceWallMs];
}

function statements(db: DatabaseSync) {
  const newest = (where: string) =>
    db.prepare(`
      select entries.id as id, text, speaker, wall_ms from entries join logs on logs.id = entries.log
      join texts on texts.entry = entries.id ${where}
      order by order_ms desc, order_count desc, logs.log desc, sequence desc, hash desc limit ?
    `);
  return {
    text: db.prepare("select text, indexed from texts where entry = ?"),
    add: db.prepare("insert into texts (entry, text, indexed) values (?, ?, 0)"),
    remove: db.prepare("delete from texts where entry = ?"),
    unindex: db.prepare("insert into found (found, rowid, text) values ('delete', ?, ?)"),
    waiting: db.prepare("select count(*) as count from texts where indexed = 0"),
    index: db.prepare("insert into found (rowid, text) select entry, text from texts where indexed = 0 order by entry"),
    indexed: db.prepare("update texts set indexed = 1 where indexed = 0"),
    matches: db.prepare("select count(*) as count from (select 1 from found where found match ? limit ?)"),
    found: db.prepare(`
      select entries.id as id, text from (
        select rowid as entry from found where found match ? order by rowid desc limit ?
      ) matches
      cross join entries on entries.id = matches.entry join logs on logs.id = entries.log
      join texts on texts.entry = entries.id
      where (? is null or room = (select id from rooms where name = ?)) and (? is null or speaker = ?) and wall_ms >= ?
      order by order_ms desc, order_count desc, logs.log desc, sequence desc, hash desc
    `),
    newest: newest(""),
    newestIn: newest("where entries.room = (select id from rooms where name = ?)"),
  };
}
