import { parseKey } from "../transport/wire/key.ts";
import { Keyring, KEYS_MAX } from "../transport/wire/keyring.ts";
import type { Parsed } from "./setting.ts";

/**
 * The keys in the text of a key file: base64, one a line, the first is what is sealed with. What follows a `#` is a
 * comment. A refusal names the line and quotes nothing of it.
 */
export function parseKeyFile(text: string): Parsed<Keyring> {
  const keys = [];
  for (const [at, line] of text.split("\n").entries()) {
    const written = line.replace(/#.*$/s, "").trim();
    if (written === "") continue;
    const parsed = parseKey(written);
    if (!parsed.ok) return { ok: false, why: `line ${at + 1}: ${inMidSentence(parsed.problem)}` };
    keys.push(parsed.key);
  }
  if (keys.length === 0) return { ok: false, why: 'there is no key in it; "openssl rand -base64 32" makes one' };
  const ring = Keyring.of(keys);
  return ring.ok ? { ok: true, value: ring.keyring } : { ok: false, why: `it has more than ${KEYS_MAX} keys` };
}

function inMidSentence(sentence: string): string {
  return sentence.slice(0, 1).toLowerCase() + sentence.slice(1);
}
