import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { compareOrder } from "../../actors/history/order.ts";
import { folded } from "../../actors/history/search_text.ts";
import type { Kept, Search } from "../../actors/history/store.ts";
import type { EntryTable } from "./entry_table.ts";

/** Texts that are indexed in one go, which takes some 10 ms; a longer backlog is worked off little by little. */
const INDEXED_AT_ONCE_MAX = 256;

/** The index knows which entries have which three letters in a row; shorter words are in none. */
const GRAM_LETTERS = 3;

/** Grams of all words that the index is asked for: what it finds is looked at anyway. */
const GRAMS_MAX = 48;

/** Shorter words are looked for in so many of the newest entries. */
const WALKED_MAX = 5_000;

/** Of more entries than these that may have all the words, so many of the newest are looked at first: they will do. */
const FEW_MAX = 5_000;
const WALKED_FIRST_MAX = 2_000;

/** Of entries that may have all the words, so many are looked at. */
const MANY_MAX = 50_000;

/** What shows of each entry now, folded, and the index of that. Every method throws what SQLite does. */
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

  /** The entry in a row that is new shows `text`. */
  add(id: number, text: string): void {
    this.#add(id, searchable(text));
  }

  /** From now on, the entry in that row shows `text`, or nothing that could be found. */
  set(id: number, text: string | undefined): void {
    const known = this.#sql.text.get(id);
    const shown = text === undefined ? undefined : searchable(text);
    if (known?.["text"] === shown) return;
    if (known !== undefined) this.#forget(id, known["text"] as string, known["indexed"] === 1);
    if (shown !== undefined) this.#add(id, shown);
  }

  get(id: number): string | undefined {
    return this.#sql.text.get(id)?.["text"] as string | undefined;
  }

  /** Indexes of what waits for it as much as is done in one go; how many that were, or as many as can be. */
  catchUp(): number {
    const last = this.#sql.lastOfNext.get(INDEXED_AT_ONCE_MAX)?.["entry"];
    if (typeof last !== "number") return INDEXED_AT_ONCE_MAX;
    this.#sql.index.run(last);
    const indexed = Number(this.#sql.indexed.run(last).changes);
    this.#waiting -= indexed;
    return indexed;
  }

  search(search: Search): readonly Kept[] {
    const words = search.words.map(searchable);
    const grams = new Set(words.flatMap(gramsOf));
    const ids = grams.size === 0
      ? this.#walk(search, words, WALKED_MAX)
      : this.#lookUp(search, words, [...grams].slice(0, GRAMS_MAX));
    return this.#entries.byIds(ids).toSorted((a, b) => compareOrder(b, a)).slice(0, search.limit);
  }

  #lookUp(search: Search, words: readonly string[], grams: readonly string[]): readonly number[] {
    const query = grams.map((gram) => `"${gram.replaceAll('"', '""')}"`).join(" AND ");
    const matches = this.#sql.matches.get(query, FEW_MAX + 1)!["count"] as number;
    if (matches > FEW_MAX) {
      const found = this.#walk(search, words, WALKED_FIRST_MAX);
      if (found.length >= search.limit) return found;
    }
    const filter = [search.room ?? null, search.room ?? null, search.from ?? null, search.from ?? null];
    const since = search.sinceWallMs ?? 0;
    const indexed = take(this.#sql.found.iterate(query, MANY_MAX, ...filter, since), search.limit, words);
    return [...indexed, ...take(this.#sql.notIndexed.iterate(...filter, since), search.limit, words)];
  }

  /** Looks at the newest one by one. */
  #walk({ room, from, sinceWallMs = 0, limit }: Search, words: readonly string[], max: number): readonly number[] {
    const rows = room === undefined ? this.#sql.newest.iterate(max) : this.#sql.newestIn.iterate(room, max);
    const wanted = function* (): Iterable<Row> {
      for (const row of rows) {
        if ((row["wall_ms"] as number) < sinceWallMs || (from !== undefined && row["speaker"] !== from)) continue;
        yield row;
      }
    };
    return take(wanted(), limit, words);
  }

  #add(id: number, shown: string): void {
    this.#sql.add.run(id, shown);
    this.#waiting++;
  }

  #forget(id: number, text: string, isIndexed: boolean): void {
    if (isIndexed) this.#sql.unindex.run(id, text);
    else this.#waiting--;
    this.#sql.remove.run(id);
  }
}

type Row = Readonly<Record<string, SQLOutputValue>>;

/** SQLite would end a text at its first NUL. */
function searchable(text: string): string {
  return folded(text).replaceAll("\0", " ");
}

function gramsOf(word: string): string[] {
  const letters = [...word.slice(0, 2 * (GRAMS_MAX + GRAM_LETTERS))];
  return letters.slice(GRAM_LETTERS - 1).map((_, at) => letters.slice(at, at + GRAM_LETTERS).join(""));
}

/** The first rows that have all the words. */
function take(rows: Iterable<Row>, limit: number, words: readonly string[]): number[] {
  const ids: number[] = [];
  if (limit <= 0) return ids;
  for (const row of rows) {
    const text = row["text"] as string;
    if (!words.every((word) => text.includes(word))) continue;
    ids.push(row["id"] as number);
    if (ids.length >= limit) break;
  }
  return ids;
}

function statements(db: DatabaseSync) {
  const newest = (where: string) =>
    db.prepare(`
      select entries.id as id, text, speaker, wall_ms from entries cross join logs on logs.id = entries.log
      cross join texts on texts.entry = entries.id ${where}
      order by order_ms desc, order_count desc, logs.log desc, sequence desc, hash desc limit ?
    `);
  const matching = (texts: string, where = "") =>
    db.prepare(`
      select entries.id as id, text from ${texts}
      cross join entries on entries.id = texts.entry cross join logs on logs.id = entries.log
      where ${where} (? is null or room = (select id from rooms where name = ?)) and (? is null or speaker = ?)
        and wall_ms >= ?
      order by order_ms desc, order_count desc, logs.log desc, sequence desc, hash desc
    `);
  return {
    text: db.prepare("select text, indexed from texts where entry = ?"),
    add: db.prepare("insert into texts (entry, text, indexed) values (?, ?, 0)"),
    remove: db.prepare("delete from texts where entry = ?"),
    unindex: db.prepare("insert into found (found, rowid, text) values ('delete', ?, ?)"),
    waiting: db.prepare("select count(*) as count from texts where indexed = 0"),
    lastOfNext: db.prepare(`
      select max(entry) as entry from (select entry from texts where indexed = 0 order by entry limit ?)
    `),
    index: db.prepare(`
      insert into found (rowid, text) select entry, text from texts where indexed = 0 and entry <= ? order by entry
    `),
    indexed: db.prepare("update texts set indexed = 1 where indexed = 0 and entry <= ?"),
    matches: db.prepare("select count(*) as count from (select 1 from found where found match ? limit ?)"),
    found: matching(`
      (select rowid as entry from found where found match ? order by rowid desc limit ?) held
      cross join texts on texts.entry = held.entry
    `),
    notIndexed: matching("texts indexed by texts_to_index", "indexed = 0 and"),
    newest: newest(""),
    newestIn: newest("where entries.room = (select id from rooms where name = ?)"),
  };
}
