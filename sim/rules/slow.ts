import type { Address } from "../../transport/address.ts";
import type { Rule } from "../rule.ts";

/** Everything that is sent to these takes so much longer. */
export function slow(receivers: readonly Address[], byMs: number): Rule {
  const slowed = new Set(receivers);
  const later = { type: "later", byMs } as const;
  return ({ to }) => slowed.has(to) ? later : "pass";
}
