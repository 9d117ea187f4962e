import type { Rule } from "../rule.ts";

/** With `probability` something is held back for up to `heldBackMs`, so that what was sent later arrives before it. */
export function reordering(probability: number, heldBackMs: number): Rule {
  if (!(probability >= 0 && probability <= 1)) throw new RangeError(`Not a probability: ${probability}`);
  return ({ kind }, random) =>
    kind !== "ack" && random.next() < probability ? { type: "later", byMs: random.next() * heldBackMs } : "pass";
}
