import { longTail } from "../rules/long_tail.ts";
import { parseDuration } from "../scenario/quantity.ts";
import { type Fault, intervals } from "./fault.ts";

/** Everything takes longer, some of it much longer, so that packets overtake each other. */
export const latency: Fault = {
  name: "latency",
  summary: "packets take longer, some much longer",
  amount: { fallback: "50ms", read: parseDuration },
  lasts: intervals(10, 60),
  strikes: "all",
  reaches: ["episode"],
  begin: (stage, { amount }) => stage.add(longTail(amount)),
};
