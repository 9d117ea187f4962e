import { slow as slowRule } from "../rules/slow.ts";
import { parseDuration } from "../scenario/quantity.ts";
import { type Fault, few, intervals } from "./fault.ts";

/** All that is sent to a peer takes longer, by less or more than it may. */
export const slow: Fault = {
  name: "slow",
  summary: "what is sent to a peer takes longer",
  amount: { fallback: "600ms", read: parseDuration },
  lasts: intervals(5, 40),
  strikes: few,
  reaches: ["episode"],
  begin(stage, { peers, amount }) {
    return stage.add(slowRule(peers.map((name) => stage.addressOf(name)), amount));
  },
};
