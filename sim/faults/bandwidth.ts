import { bandwidth as bandwidthRule } from "../rules/bandwidth.ts";
import { type Fault, few, intervals } from "./fault.ts";

/** What leaves a peer goes through a thin line: an old modem's, with a buffer of a second. */
const BYTES_PER_SECOND = 7_000;

/** What peers send queues up, and some of it is dropped. */
export const bandwidth: Fault = {
  name: "bandwidth",
  summary: "what a peer sends queues up before a thin line",
  lasts: intervals(10, 60),
  strikes: few,
  reaches: ["episode"],
  begin(stage, { peers }) {
    const addresses = peers.map((name) => stage.addressOf(name));
    return stage.add(bandwidthRule(addresses, BYTES_PER_SECOND, () => stage.now()));
  },
};
