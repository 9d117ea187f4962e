/**
 * The history of a peer's rooms in a file of SQLite. What was flushed is there whenever the process is killed; a power cut
 * can take the last moments, which others hold, and waiting for the disk at each message would cost every message.
 */
import { DatabaseSync } from "node:sqlite";
import { dirname } from "node:path";
import type { HistoryStore } from "../actors/history/store.ts";
import { DatabaseStore } from "./history_database/database_store.ts";
import { FallbackStore, type StoreLimits } from "./history_database/fallback_store.ts";
import { migrate, MIGRATIONS } from "./history_database/schema.ts";
import { asideNote, codeOf, DamagedError, isDamage, moveAside, NewerError, SQLITE, textOf } from "./sqlite.ts";

/**
 * An open history; `note` is for the person, if something had to be done to open it. `in_use`: another process has it.
 * `newer`: a later version wrote it. `unusable`: it cannot be read.
 */
export type OpenedHistory =
  | Readonly<{ ok: true; store: HistoryStore; note?: string }>
  | Readonly<{ ok: false; reason: "in_use" | "newer" | "unusable"; why: string }>;

/** What is called, and what tests put in place of the real thing. */
type Parts = Readonly<{
  connect: (path: string) => DatabaseSync;
  migrations: readonly string[];
  /** Texts that wait before they are indexed. */
  waitingMax?: number;
  limits?: StoreLimits;
  /** Told when what is said is not stored any more, and why. */
  troubled?: (why: string) => void;
}>;

const NOBODY = (): void => {};

const REAL: Parts = { connect: (path) => new DatabaseSync(path), migrations: MIGRATIONS };

/**
 * Opens the file, and makes it where there is none. One that is damaged is moved aside, which is not lost then. One that
 * can be read and not written is gone on with in memory, which its `trouble` says.
 */
export function openHistory(path: string, changed: Partial<Parts> = {}): OpenedHistory {
  const parts = { ...REAL, ...changed };
  try {
    Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  } catch {
    // It may be there and not ours to make; opening says so better.
  }
  try {
    return { ok: true, store: open(path, parts) };
  } catch (error) {
    if (error instanceof NewerError) return { ok: false, reason: "newer", why: error.message };
    if (codeOf(error) === SQLITE.busy) {
      return { ok: false, reason: "in_use", why: `Another process is using ${path}` };
    }
    if (isDamage(error)) return replaced(path, parts);
    return readOnly(path, textOf(error), parts);
  }
}

function replaced(path: string, parts: Parts): OpenedHistory {
  try {
    const note = `${asideNote(path, moveAside(path))}; history is fetched from others again`;
    return { ok: true, store: open(path, parts), note };
  } catch (error) {
    return { ok: false, reason: "unusable", why: `${path} is damaged: ${textOf(error)}` };
  }
}

function open(path: string, { connect, migrations, waitingMax, limits, troubled = NOBODY }: Parts): FallbackStore {
  const db = connect(path);
  try {
    prepare(db, path, migrations);
    return new FallbackStore(new DatabaseStore(db, waitingMax), path, troubled, { limits });
  } catch (error) {
    db.close();
    throw error;
  }
}

/** What does not fit in memory is read when it is needed; this is for all of a peer's rooms. */
const CACHE_KIB = 8 * 1024;

/** Every step is a prepared statement where it may fail, because only those say what SQLite's number for it was. */
function prepare(db: DatabaseSync, path: string, migrations: readonly string[]): void {
  db.prepare("pragma locking_mode = exclusive").get(); // one owner of the data, and no file of shared memory
  check(db, path);
  db.prepare("pragma journal_mode = wal").get();
  db.prepare("pragma synchronous = normal").get();
  db.prepare(`pragma cache_size = -${CACHE_KIB}`).get();
  migrate(db, path, migrations);
  Deno.chmodSync(path, 0o600);
}

/** Every table by itself, those of the index as tables too: to compare the index with its texts would take seconds. */
function check(db: DatabaseSync, path: string): void {
  const tables = db.prepare("select name from sqlite_schema where type = 'table' and sql not like 'create virtual%'")
    .all();
  for (const { name } of tables) {
    const [answer] = db.prepare(`pragma quick_check('${name}')`).all();
    if (answer?.["quick_check"] !== "ok") throw new DamagedError(`${path} is damaged`);
  }
}

/** What another disk will not take can still be shown. */
function readOnly(path: string, why: string, { migrations }: Parts): OpenedHistory {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true });
    const version = Number(db.prepare("pragma user_version").get()?.["user_version"]);
    if (version !== migrations.length) throw new Error("it has another format");
    return { ok: true, store: new FallbackStore(new DatabaseStore(db), path, NOBODY, { trouble: why }) };
  } catch {
    db?.close();
    return { ok: false, reason: "unusable", why: `Cannot use ${path}: ${why}` };
  }
}
