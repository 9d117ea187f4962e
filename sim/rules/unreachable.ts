import type { Address } from "../../transport/address.ts";
import type { Rule } from "../rule.ts";

/** Datagrams from `from` to `to` find no way, and their sender is told so at once, as by a routing table without one. */
export function unreachable(from: Address, to: Address): Rule {
  return (carried) =>
    carried.kind === "packet" && carried.from === from && carried.to === to ? { type: "refuse" } : "pass";
}
