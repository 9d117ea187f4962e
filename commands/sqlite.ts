/** What SQLite says when something fails, and what is done about files of it. */
import type { DatabaseSync } from "node:sqlite";

/** Result codes of SQLite; extended ones have these in their lowest byte. */
export const SQLITE = { busy: 5, corrupt: 11, notADatabase: 26 } as const;

/** A file that can be opened and is not whole. */
export class DamagedError extends Error {
  readonly errcode = SQLITE.corrupt;
}

/** A file of a later version of ours. */
export class NewerError extends Error {}

/** SQLite's number for what went wrong; only prepared statements tell it. */
export function codeOf(error: unknown): number | undefined {
  const code = typeof error === "object" && error !== null && "errcode" in error ? error.errcode : undefined;
  return typeof code === "number" ? code & 0xff : undefined;
}

export function isDamage(error: unknown): boolean {
  const code = codeOf(error);
  return code === SQLITE.corrupt || code === SQLITE.notADatabase;
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Some failures (a full disk) have rolled back already, by themselves. */
export function rollBack(db: DatabaseSync): void {
  try {
    if (db.isTransaction) db.prepare("rollback").run();
  } catch {
    // Then there is nothing to take back.
  }
}

/** Moves what is damaged aside; what belongs to it goes, because it would be read with the next file of that name. */
export function moveAside(path: string): string {
  const aside = `${path}.damaged`;
  for (const end of ["-wal", "-shm", "-journal"]) removeIfThere(`${path}${end}`);
  Deno.renameSync(path, aside);
  return aside;
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
