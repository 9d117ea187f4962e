import type { RoomName } from "../../actors/chat_room/entry.ts";
import type { LogId } from "../../actors/history/author.ts";
import type { Content } from "../../actors/history/content.ts";
import { decodeBody } from "../../actors/history/entry.ts";
import type { Kept } from "../../actors/history/store.ts";
import { hashIn } from "../../actors/history/values.ts";

/** How an entry that names another is marked in its row; part of the format of the file. */
export const KINDS = { edited: 1, redacted: 2, reacted: 3 } as const;

export function kindOf({ type }: Content): number | null {
  return type === "edited" || type === "redacted" || type === "reacted" ? KINDS[type] : null;
}

/** The same of an entry's bytes; nothing where they are damaged. */
export function kindIn(bytes: unknown): number | null {
  const body = bytes instanceof Uint8Array ? decodeBody(bytes) : undefined;
  return body === undefined ? null : kindOf(body.content);
}

/** A row as SQLite hands it out. */
export type Row = Readonly<Record<string, unknown>>;

/** What a statement names so that {@linkcode keptIn} can read it. */
export const KEPT_COLUMNS =
  "rooms.name as room, logs.log as log, sequence, forked, order_ms, order_count, received_ms, clock, hash, bytes, signature";

/** In this order, whatever SQLite would guess: it does not know which of the tables are small. */
export const KEPT_TABLES = "cross join rooms on rooms.id = entries.room cross join logs on logs.id = entries.log";

/** The entry in a row; `undefined` where it is damaged. */
export function keptIn(row: Row): Kept | undefined {
  const clock = row["clock"];
  const body = decodeBody(row["bytes"] as Uint8Array);
  const hash = hashIn(row["hash"]);
  if (body === undefined || hash === undefined) return undefined;
  return {
    room: row["room"] as RoomName,
    log: row["log"] as LogId,
    sequence: row["sequence"] as number,
    ...body,
    bytes: row["bytes"] as Uint8Array,
    hash,
    signature: (row["signature"] ?? undefined) as Uint8Array | undefined,
    order: { ms: row["order_ms"] as number, count: row["order_count"] as number },
    receivedWallMs: row["received_ms"] as number,
    ...(clock === "ahead" || clock === "behind" ? { clock } : {}),
    forked: row["forked"] === 1,
  };
}
