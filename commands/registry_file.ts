/**
 * The registry's list in a file of SQLite. Each change is one transaction that is on disk when it is done, so that the
 * file holds a whole list whenever the process is killed.
 */
import { DatabaseSync } from "node:sqlite";
import { dirname } from "node:path";
import type { RegistryPeer } from "../actors/bootstrap.ts";
import { peerProblem, PEERS_MAX, type Registry } from "../bootstrap/registry.ts";
import type { RegistryStore } from "../bootstrap/registry_store.ts";
import {
  asideNote,
  codeOf,
  DamagedError,
  isDamage,
  moveAside,
  NewerError,
  rollBack,
  SQLITE,
  textOf,
} from "./sqlite.ts";

/** An open file; `note` is for the person, if something had to be done to open it. */
export type RegistryFile = Readonly<{ store: RegistryStore; note?: string; close(): void }>;

/** `in_use`: another process has it. `newer`: a later version wrote it. `unusable`: it cannot be read or written. */
type OpenedFile =
  | Readonly<{ ok: true; file: RegistryFile }>
  | Readonly<{ ok: false; reason: "in_use" | "newer" | "unusable"; why: string }>;

const VERSION = 1;

const SCHEMA = `
  create table if not exists limits (
    one integer primary key check (one = 1),
    max_peers integer not null,
    min_refill_candidates integer not null
  ) strict;
  create table if not exists peers (
    place integer primary key,
    id text not null unique,
    name text not null,
    ip text not null,
    port text not null,
    protocol text not null,
    status text not null,
    timestamp text not null
  ) strict;
  pragma user_version = ${VERSION};
`;

/** Opens the file, and makes it where there is none. One that is damaged is moved aside, which is not lost then. */
export function openRegistryFile(path: string): OpenedFile {
  try {
    Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  } catch {
    // It may be there and not ours to make; opening says so better.
  }
  try {
    return { ok: true, file: open(path) };
  } catch (error) {
    if (error instanceof NewerError) return { ok: false, reason: "newer", why: error.message };
    if (codeOf(error) === SQLITE.busy) return { ok: false, reason: "in_use", why: `Another registry is using ${path}` };
    if (isDamage(error)) return replaced(path);
    return { ok: false, reason: "unusable", why: `Cannot use ${path}: ${textOf(error)}` };
  }
}

function replaced(path: string): OpenedFile {
  try {
    const note = `${asideNote(path, moveAside(path))}; the list begins empty`;
    return { ok: true, file: { ...open(path), note } };
  } catch (error) {
    return { ok: false, reason: "unusable", why: `${path} is damaged: ${textOf(error)}` };
  }
}

function open(path: string): RegistryFile {
  const db = new DatabaseSync(path);
  try {
    prepare(db, path);
    const store = new SqliteStore(db);
    return { store, close: () => db.close() };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Every step is a prepared statement where it may fail, because only those say what SQLite's number for it was. */
function prepare(db: DatabaseSync, path: string): void {
  db.prepare("pragma locking_mode = exclusive").get(); // one owner of the data
  const [check] = db.prepare("pragma quick_check(1)").all();
  if (check?.["quick_check"] !== "ok") throw new DamagedError(`${path} is damaged`);
  const version = Number(db.prepare("pragma user_version").get()?.["user_version"]);
  if (version > VERSION) throw new NewerError(`${path} was written by a later version (format ${version})`);
  db.prepare("pragma synchronous = full").get();
  db.prepare("begin immediate").run();
  db.exec(`${SCHEMA}commit`);
  Deno.chmodSync(path, 0o600);
}

class SqliteStore implements RegistryStore {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  load(): Registry | undefined {
    const limits = this.#db.prepare("select max_peers, min_refill_candidates from limits").get();
    if (limits === undefined) return undefined;
    const rows = this.#db.prepare(`select ${COLUMNS.join(", ")} from peers order by place limit ${PEERS_MAX}`).all();
    const peers = rows.map(peerOf).filter((peer) => peerProblem(peer) === undefined); // somebody may have edited it
    return {
      config: {
        maxPeers: limitOf(limits["max_peers"]),
        minRefillCandidates: limitOf(limits["min_refill_candidates"]),
      },
      peers: new Map(peers.map((peer) => [peer.id, peer])),
    };
  }

  save({ config, peers }: Registry): string | undefined {
    const db = this.#db;
    try {
      db.prepare("begin immediate").run();
      db.prepare("insert or replace into limits values (1, ?, ?)").run(config.maxPeers, config.minRefillCandidates);
      db.prepare("delete from peers").run();
      const insert = db.prepare(`insert into peers (${COLUMNS.join(", ")}) values (?, ?, ?, ?, ?, ?, ?)`);
      for (const peer of peers.values()) insert.run(...COLUMNS.map((column) => peer[column]));
      db.prepare("commit").run();
      return undefined;
    } catch (error) {
      rollBack(db);
      return textOf(error);
    }
  }
}

const COLUMNS = [
  "id",
  "name",
  "ip",
  "port",
  "protocol",
  "status",
  "timestamp",
] as const satisfies (keyof RegistryPeer)[];

function peerOf(row: Readonly<Record<string, unknown>>): RegistryPeer {
  const word = (column: keyof RegistryPeer): string => String(row[column]);
  return {
    id: word("id"),
    name: word("name"),
    ip: word("ip"),
    port: word("port"),
    protocol: word("protocol"),
    status: word("status"),
    timestamp: word("timestamp"),
  };
}

function limitOf(value: unknown): number {
  const limit = Math.trunc(Number(value));
  return Number.isSafeInteger(limit) ? limit : 0;
}
