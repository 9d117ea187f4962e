import type { Address } from "../../transport/address.ts";
import type { Rule, Verdict } from "../rule.ts";

const DROP: Verdict = { type: "drop" };

/** Nothing passes between `these` and `those`, either way: a partition. */
export function cut(these: readonly Address[], those: readonly Address[]): Rule {
  const [there, back] = [cutOneWay(these, those), cutOneWay(those, these)];
  return (carried, random) => there(carried, random) === "pass" ? back(carried, random) : DROP;
}

/** Nothing passes from `senders` to `receivers`; the way back stays open. */
export function cutOneWay(senders: readonly Address[], receivers: readonly Address[]): Rule {
  const [from, to] = [new Set(senders), new Set(receivers)];
  return (carried) => from.has(carried.from) && to.has(carried.to) ? DROP : "pass";
}

/** Nothing reaches or leaves `node`. */
export function cutOff(node: Address): Rule {
  return ({ from, to }) => from === node || to === node ? DROP : "pass";
}
