import { datagramsBlocked } from "../rules/datagrams_blocked.ts";
import { type Fault, few, intervals } from "./fault.ts";

/** A firewall in front of a peer lets only streams pass. */
export const udpBlocked: Fault = {
  name: "udp-blocked",
  summary: "no datagrams reach or leave a peer, only streams do",
  lasts: intervals(10, 90),
  strikes: few,
  reaches: ["stream_ack"],
  begin(stage, { peers }) {
    const open = peers.map((name) => stage.add(datagramsBlocked(stage.addressOf(name))));
    return () => open.forEach((cancel) => cancel());
  },
};
