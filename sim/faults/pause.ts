import { type Fault, few, intervals } from "./fault.ts";

/** A process stands still, as by SIGSTOP or a machine asleep; what comes for it waits in its sockets. */
export const pause: Fault = {
  name: "pause",
  summary: "a process stands still for a while",
  lasts: intervals(1, 60),
  strikes: few,
  reaches: ["pause", "suspicion"],
  begin(stage, { peers }) {
    for (const name of peers) stage.pause(name);
    return () => peers.forEach((name) => stage.resume(name));
  },
};
