import { randomBytes } from "../actors/runtime/random.ts";
import { Guard } from "../transport/guard.ts";
import { Keyring } from "../transport/wire/keyring.ts";
import type { Label } from "../transport/wire/label.ts";
import { type Protection, UNPROTECTED } from "../transport/wire/protection.ts";
import { readKeyFile } from "./key_file.ts";

type Guarded = Readonly<{ ok: true; guard: Guard }> | Readonly<{ ok: false; why: string }>;

/** Where to differ from memberlist's defaults. */
type Manners = Readonly<{ strictness: Omit<Protection, "label" | "keyring">; compress: boolean }>;

const DEFAULT_MANNERS: Manners = { strictness: UNPROTECTED, compress: true };

/** The guard with the keys of the file, if there is one, and all the randomness of the operating system. */
export async function guardFor(
  keyFile: string | undefined,
  label: Label,
  { strictness, compress } = DEFAULT_MANNERS,
): Promise<Guarded> {
  const keys = keyFile === undefined ? { ok: true, keyring: Keyring.EMPTY } as const : await readKeyFile(keyFile);
  if (!keys.ok) return keys;
  return { ok: true, guard: new Guard({ ...strictness, label, keyring: keys.keyring }, randomBytes, { compress }) };
}
