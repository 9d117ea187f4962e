import { type Fault, few, intervals } from "./fault.ts";

/** The actors of a peer, any of which may fail and is started again, with those that stand behind it. */
const PATHS = [
  "/peer/transport",
  "/peer/links",
  "/peer/pool",
  "/peer/pool/membership",
  "/peer/pool/failure_detector",
  "/peer/pool/broadcaster",
  "/peer/rooms",
  "/peer/bootstrap",
  "/peer/serf",
];

/** An actor throws, as over a message that it was not made for. */
export const actorCrash: Fault = {
  name: "actor-crash",
  summary: "an actor of a peer fails, and its supervisor starts it again",
  lasts: intervals(0, 0),
  strikes: few,
  isHarmless: true,
  reaches: ["actor_restart"],
  begin(stage, { peers }) {
    for (const name of peers) stage.crashActor(name, PATHS[stage.random.below(PATHS.length)]!);
  },
};
