import type { Rule } from "../rule.ts";

/** Each datagram comes twice with `probability`, either copy after 0 to `withinMs`, so that they overtake others. */
export function duplication(probability: number, withinMs: number): Rule {
  if (!(probability >= 0 && probability <= 1)) throw new RangeError(`Not a probability: ${probability}`);
  return ({ kind }, random) =>
    kind === "packet" && random.next() < probability
      ? { type: "deliver", afterMs: random.next() * withinMs, again: [random.next() * withinMs] }
      : "pass";
}
