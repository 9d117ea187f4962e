import { type Fault, few, intervals } from "./fault.ts";

/** A process ends without a word, for good. */
export const crash: Fault = {
  name: "crash",
  summary: "a process ends without a word, and stays away",
  lasts: intervals(0, 0),
  strikes: few,
  inAll: (peers) => peers < 2 ? 0 : Math.max(1, Math.floor(peers / 3)),
  isHarmless: true,
  reaches: ["failure"],
  begin(stage, { peers }) {
    for (const name of peers) stage.kill(name);
  },
};
