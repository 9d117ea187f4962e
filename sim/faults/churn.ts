import { type Fault, few, intervals } from "./fault.ts";

/** Peers say goodbye, and come again later. */
export const churn: Fault = {
  name: "churn",
  summary: "peers leave, and come again later",
  lasts: intervals(5, 60),
  strikes: (peers) => 2 * few(peers),
  reaches: ["departure"],
  begin(stage, { peers }) {
    for (const name of peers) stage.quit(name);
    return () => peers.forEach((name) => stage.start(name));
  },
};
