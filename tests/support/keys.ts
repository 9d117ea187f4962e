import { type Key, parseKey } from "../../transport/wire/key.ts";
import { Keyring } from "../../transport/wire/keyring.ts";
import { type Protection, UNPROTECTED } from "../../transport/wire/protection.ts";

/** A key of so many times the same byte. */
export function keyOf(byte: number, length = 32): Key {
  const result = parseKey(new Uint8Array(length).fill(byte).toBase64());
  if (!result.ok) throw new Error(result.problem);
  return result.key;
}

/** Protection by these keys, the first of which is primary. */
export function protectedBy(...keys: readonly Key[]): Protection {
  const ring = Keyring.of(keys);
  if (!ring.ok) throw new Error(ring.problem);
  return { ...UNPROTECTED, keyring: ring.keyring };
}
