import { encode } from "@msgpack/msgpack";
import { decodeSound } from "../../transport/sound_msgpack.ts";
import { hybridTimeIn } from "../history/hybrid_time.ts";
import type { Item } from "./item_map.ts";

/** What peers say to each other about the map that all of them keep. */
export type ItemMessage =
  | Readonly<{ type: "items"; items: readonly Item[] }>
  /** "This is what mine comes to": who has another one sends all of his and wants all of ours. */
  | Readonly<{ type: "digest"; digest: number }>
  /** "Send me all of yours." */
  | Readonly<{ type: "want" }>;

/** In UTF-8 bytes. */
export const KEY_BYTES_MAX = 128;
export const ITEM_TEXT_BYTES_MAX = 4 * 1024;
const AUTHOR_BYTES_MAX = 512;

/** What one message carries of items, in bytes: below the longest payload of a rumour (16 KiB), with room for one more. */
const MESSAGE_BYTES = 10 * 1024;

/** More items than fit into the longest payload, each as short as can be. */
const MESSAGE_ITEMS_MAX = 2_048;

/** Version of the encoding, first in each message. */
const VERSION = 1;
const CODES = { items: 0, digest: 1, want: 2 } as const;

export function encodeItemMessage(message: ItemMessage): Uint8Array {
  return encode([VERSION, CODES[message.type], contentOf(message)]);
}

/** As many messages as it takes to carry these. */
export function encodeItems(items: readonly Item[]): Uint8Array[] {
  const messages: Uint8Array[] = [];
  let batch: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = encode(rowOf(item)).length;
    if (batch.length > 0 && bytes + size > MESSAGE_BYTES) {
      messages.push(encodeItemMessage({ type: "items", items: batch }));
      [batch, bytes] = [[], 0];
    }
    batch.push(item);
    bytes += size;
  }
  if (batch.length > 0) messages.push(encodeItemMessage({ type: "items", items: batch }));
  return messages;
}

/** The message in a stranger's bytes; `undefined` when there is none. One bad item makes all of them bad. */
export function decodeItemMessage(bytes: Uint8Array): ItemMessage | undefined {
  const value = decodeSound(bytes);
  if (!Array.isArray(value) || value[0] !== VERSION) return undefined;
  const [, code, content]: unknown[] = value;
  switch (code) {
    case CODES.items:
      return itemsIn(content);
    case CODES.digest:
      return isCount(content) ? { type: "digest", digest: content } : undefined;
    case CODES.want:
      return { type: "want" };
    default:
      return undefined;
  }
}

/** Whether a text is within its limit, and holds something. */
export function fits(text: string, bytesMax: number): boolean {
  return text !== "" && text.length <= bytesMax && new TextEncoder().encode(text).length <= bytesMax;
}

function contentOf(message: ItemMessage): unknown {
  switch (message.type) {
    case "items":
      return message.items.map(rowOf);
    case "digest":
      return message.digest;
    case "want":
      return null;
  }
}

function rowOf({ key, text, time, author }: Item): unknown[] {
  return [key, text ?? null, time.ms, time.count, author];
}

function itemsIn(rows: unknown): ItemMessage | undefined {
  if (!Array.isArray(rows) || rows.length > MESSAGE_ITEMS_MAX) return undefined;
  const items: Item[] = [];
  for (const row of rows) {
    const item = itemIn(row);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return { type: "items", items };
}

function itemIn(row: unknown): Item | undefined {
  if (!Array.isArray(row)) return undefined;
  const [key, text, ms, count, author]: unknown[] = row;
  if (typeof key !== "string" || !fits(key, KEY_BYTES_MAX) || /\s/.test(key)) return undefined;
  if (typeof author !== "string" || !fits(author, AUTHOR_BYTES_MAX)) return undefined;
  const time = hybridTimeIn(ms, count);
  if (time === undefined) return undefined;
  if (text === null) return { key, text: undefined, time, author };
  return typeof text === "string" && fits(text, ITEM_TEXT_BYTES_MAX) ? { key, text, time, author } : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
