import type { Brand } from "../runtime/brand.ts";

/** The address of an entry: the SHA-256 (32 bytes) of what it says and where it stands, in hexadecimal. */
export type EntryHash = Brand<string, "EntryHash">;

const HASH_BYTES = 32;

export function isWhole(value: unknown, min: number, max: number): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max;
}

export function hashIn(value: unknown): EntryHash | undefined {
  return value instanceof Uint8Array && value.length === HASH_BYTES ? value.toHex() as EntryHash : undefined;
}

export function bytesOf(hash: EntryHash): Uint8Array {
  return Uint8Array.fromHex(hash);
}
