import { loss as lossRule } from "../rules/loss.ts";
import { parsePercentage } from "../scenario/quantity.ts";
import { type Fault, intervals } from "./fault.ts";

/** Packets get lost everywhere; what is lost of a stream is sent again. */
export const loss: Fault = {
  name: "loss",
  summary: "packets get lost",
  amount: { fallback: "20%", read: parsePercentage },
  lasts: intervals(10, 60),
  strikes: "all",
  reaches: ["indirect_ack", "stream_ack"],
  begin: (stage, { amount }) => stage.add(lossRule(amount)),
};
