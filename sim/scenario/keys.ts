import { seededRandom } from "../../actors/runtime/random.ts";
import { type Key, parseKey } from "../../transport/wire/key.ts";

/** The key of a cluster that a word stands for. Everybody can make it from the word: it keeps nothing secret. */
export function keyNamed(word: string): Key {
  const parsed = parseKey(keyTextOf(word));
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.key;
}

/** The same as it stands in a key file. */
export function keyTextOf(word: string): string {
  return seededRandom(`key ${word}`).bytes(32).toBase64();
}
