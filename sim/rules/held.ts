import type { Address } from "../../transport/address.ts";
import type { Rule } from "../rule.ts";

/** All that these send and are sent waits until `untilMs`, while their timers go on: members slow at messages only. */
export function held(members: readonly Address[], untilMs: number, now: () => number): Rule {
  const slow = new Set(members);
  return ({ from, to }) =>
    slow.has(from) || slow.has(to) ? { type: "later", byMs: Math.max(0, untilMs - now()) } : "pass";
}
