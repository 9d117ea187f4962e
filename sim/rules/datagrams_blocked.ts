import type { Address } from "../../transport/address.ts";
import type { Rule } from "../rule.ts";

/** A firewall that lets streams pass and drops datagrams: between `node` and all others, or only `other`, both ways. */
export function datagramsBlocked(node: Address, other?: Address): Rule {
  return ({ kind, from, to }) => {
    const isBetween = (from === node && (other ?? to) === to) || (to === node && (other ?? from) === from);
    return kind === "packet" && isBetween ? { type: "drop" } : "pass";
  };
}
