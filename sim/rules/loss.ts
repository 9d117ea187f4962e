import type { Rule } from "../rule.ts";

/**
 * Each packet is lost with `probability`, and each piece of a stream, which is then sent again. Lost acknowledgements
 * do not matter: the next one says the same.
 */
export function loss(probability: number): Rule {
  if (!(probability >= 0 && probability <= 1)) throw new RangeError(`Not a probability: ${probability}`);
  return ({ kind }, random) => kind !== "ack" && random.next() < probability ? { type: "drop" } : "pass";
}
