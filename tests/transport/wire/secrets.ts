/** Keys, rings and labels for tests, from what is known to be right. */
import { Key } from "../../../transport/wire/key.ts";
import { Keyring } from "../../../transport/wire/keyring.ts";
import { type Label, parseLabel } from "../../../transport/wire/label.ts";

/** The key of these bytes, in hex. */
export function keyOf(hex: string): Key {
  const made = Key.of(Uint8Array.fromHex(hex));
  if (!made.ok) throw new Error(made.problem);
  return made.key;
}

/** The ring of these keys, in hex, primary first. */
export function keyringOf(...keys: readonly string[]): Keyring {
  const made = Keyring.of(keys.map(keyOf));
  if (!made.ok) throw new Error(made.problem);
  return made.keyring;
}

export function labelOf(text: string): Label {
  const label = parseLabel(text);
  if (label === undefined) throw new Error(`Not a label: "${text}"`);
  return label;
}
