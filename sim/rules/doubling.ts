import type { Rule } from "../rule.ts";

/** A datagram is there twice, with `probability`; what becomes of each copy is left to the other rules. */
export function doubling(probability: number): Rule {
  if (!(probability >= 0 && probability <= 1)) throw new RangeError(`Not a probability: ${probability}`);
  return ({ kind }, random) => kind === "packet" && random.next() < probability ? TWICE : "pass";
}

const TWICE = { type: "twice" } as const;
