import type { DatabaseSync } from "node:sqlite";
import { NewerError } from "../sqlite.ts";
import { kindIn } from "./row.ts";

/**
 * How a file comes from each version to the next one; it begins as version 0, which has nothing. What has been released
 * is never changed, only followed by another step.
 */
export const MIGRATIONS: readonly string[] = [
  `
  create table rooms (id integer primary key, name text not null unique) strict;
  create table logs (id integer primary key, log text not null unique) strict;
  create table entries (
    id integer primary key,
    room integer not null,
    log integer not null,
    sequence integer not null,
    forked integer not null,
    order_ms integer not null,
    order_count integer not null,
    wall_ms integer not null,
    received_ms integer not null,
    hash blob not null unique,
    target blob,
    speaker text not null,
    bytes blob not null,
    signature blob
  ) strict;
  create index entries_by_place on entries (room, log, sequence, forked);
  create index entries_by_order on entries (room, order_ms, order_count);
  create index entries_by_age on entries (order_ms, order_count);
  create index entries_by_target on entries (target) where target is not null;
  create table texts (entry integer primary key, text text not null, indexed integer not null) strict;
  create index texts_to_index on texts (entry) where indexed = 0;
  create virtual table found using fts5 (
    text, content = 'texts', content_rowid = 'entry', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1'
  );
  create table notes (key text primary key, value text not null) strict, without rowid;
  create table totals (one integer primary key check (one = 1), entries integer not null, bytes integer not null) strict;
  insert into totals values (1, 0, 0);
  `,
  `
  create table floors (
    room integer not null,
    log text not null,
    sequence integer not null,
    primary key (room, log)
  ) strict, without rowid;
  `,
  "alter table entries add column clock text",
  `
  alter table entries add column kind integer;
  update entries set kind = kind_in(bytes) where target is not null;
  drop index entries_by_target;
  create index entries_by_target on entries (target, kind, order_ms, order_count) where target is not null;
  create index entries_by_namer on entries (target, kind, log) where target is not null;
  `,
  "create table inbox (id integer primary key, entries blob not null) strict",
];

/**
 * Brings a file to the version of the last migration, in one transaction: one that is killed in the middle leaves it as it
 * was. Throws {@linkcode NewerError} where the file is of a later version.
 */
export function migrate(db: DatabaseSync, path: string, migrations: readonly string[]): void {
  const version = Number(db.prepare("pragma user_version").get()?.["user_version"]);
  if (version > migrations.length) {
    throw new NewerError(`${path} was written by a later version (format ${version})`);
  }
  db.function("kind_in", { deterministic: true }, kindIn); // which only the fourth step calls
  db.prepare("begin immediate").run(); // also where nothing is to be done: it shows whether we may write
  for (const migration of migrations.slice(version)) db.exec(migration);
  db.prepare(`pragma user_version = ${migrations.length}`).get();
  db.prepare("commit").run();
}
