import { reordering as reorderingRule } from "../rules/reordering.ts";
import { parsePercentage } from "../scenario/quantity.ts";
import { type Fault, intervals } from "./fault.ts";

/** Some packets are held back for up to so long. */
const HELD_BACK_MS = 300;

/** Packets are overtaken by later ones. */
export const reordering: Fault = {
  name: "reordering",
  summary: "packets are overtaken by later ones",
  amount: { fallback: "20%", read: parsePercentage },
  lasts: intervals(10, 60),
  strikes: "all",
  reaches: ["episode"],
  begin: (stage, { amount }) => stage.add(reorderingRule(amount, HELD_BACK_MS)),
};
