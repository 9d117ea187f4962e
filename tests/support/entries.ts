/** Entries of logs for tests of what keeps them: signed by nobody, chained to nothing. */
import { type AuthorId, logOf } from "../../actors/history/author.ts";
import type { LogId } from "../../actors/history/author.ts";
import type { Content } from "../../actors/history/content.ts";
import { encodeBody, hashOf } from "../../actors/history/entry.ts";
import type { Kept } from "../../actors/history/store.ts";
import type { RoomName } from "../../actors/chat_room/entry.ts";

export const DEV = "dev" as RoomName;
export const OPS = "ops" as RoomName;
export const SOME_SIGNATURE: Uint8Array = new Uint8Array(64).fill(7);

export const ALICE: LogId = logId("a");
export const BOB: LogId = logId("b");

/** A log of the author whose key is that digit all over. */
export function logId(digit: string, epoch = 1): LogId {
  return logOf(digit.repeat(64) as AuthorId, epoch);
}

type Wanted =
  & Partial<Omit<Kept, "content" | "order">>
  & Readonly<{ text?: string; content?: Content; ms?: number; count?: number }>;

/** The entry with that number; its time in ms is the number, and what it says too, unless told otherwise. */
export function entryOf(sequence: number, wanted: Wanted = {}): Kept {
  const { text, ms = sequence, count = 0, ...rest } = wanted;
  const body = {
    previous: undefined,
    parents: [],
    time: { ms, count },
    wallMs: ms,
    name: "alice",
    content: { type: "said" as const, text: text ?? `message ${sequence}` },
    ...rest,
  };
  const place = { log: ALICE, room: DEV, sequence, ...rest };
  const bytes = encodeBody(body);
  const hash = hashOf(place.room, place, bytes);
  return {
    signature: undefined,
    receivedWallMs: ms,
    forked: false,
    order: body.time,
    ...body,
    ...place,
    bytes,
    hash,
  };
}
