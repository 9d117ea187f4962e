/** What SQLite says when something fails, and what is done about files of it. */
import { basename, dirname } from "node:path";
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

/** Damaged files that are kept of each name; of more, the oldest goes. */
const COPIES_MAX = 4;

/** In them changes wait that are not in the file itself: they are part of it, and would be read with the next of its name. */
const CHANGES = ["-wal", "-journal"];

/** What was done with a damaged file: it is at `to` now, and what was at `gone` is no more. */
type MovedAside = Readonly<{ to: string; gone: readonly string[] }>;

/**
 * Moves what is damaged aside with the changes that belong to it, under a name that nothing has. What is killed in the
 * middle overwrites nothing: the file itself goes last.
 */
export function moveAside(path: string): MovedAside {
  const copies = copiesOf(path);
  const number = 1 + (copies.at(-1) ?? 0);
  const to = copyName(path, number);
  removeIfThere(`${path}-shm`); // made anew from the others
  for (const end of CHANGES) moveIfThere(`${path}${end}`, `${to}${end}`);
  Deno.renameSync(path, to);
  const gone = [...copies, number].slice(0, -COPIES_MAX).map((old) => copyName(path, old));
  for (const old of gone) ["", ...CHANGES].forEach((end) => removeIfThere(`${old}${end}`));
  return { to, gone };
}

/** What a person is told of it. */
export function asideNote(path: string, { to, gone }: MovedAside): string {
  const lost = gone.length === 0 ? "" : `; an earlier copy was deleted: ${gone.join(", ")}`;
  return `${path} is damaged and was moved to ${to}${lost}`;
}

function copyName(path: string, number: number): string {
  return number === 1 ? `${path}.damaged` : `${path}.damaged-${number}`;
}

/** The numbers of those that there are, the oldest first. */
function copiesOf(path: string): number[] {
  const start = `${basename(path)}.damaged`;
  const numbers = new Set<number>();
  for (const { name } of Deno.readDirSync(dirname(path))) {
    const end = name.startsWith(start) ? COPY_END.exec(name.slice(start.length)) : null;
    if (end !== null) numbers.add(Number(end[1] ?? 1));
  }
  return [...numbers].toSorted((a, b) => a - b);
}

const COPY_END = /^(?:-([1-9]\d{0,8}))?(?:-wal|-journal)?$/;

function moveIfThere(from: string, to: string): void {
  try {
    Deno.renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
