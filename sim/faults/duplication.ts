import { doubling } from "../rules/doubling.ts";
import { parsePercentage } from "../scenario/quantity.ts";
import { type Fault, intervals } from "./fault.ts";

/** Datagrams arrive twice. */
export const duplication: Fault = {
  name: "duplication",
  summary: "datagrams arrive twice",
  amount: { fallback: "20%", read: parsePercentage },
  lasts: intervals(10, 60),
  strikes: "all",
  isHarmless: true,
  reaches: ["episode"],
  begin: (stage, { amount }) => stage.add(doubling(amount)),
};
