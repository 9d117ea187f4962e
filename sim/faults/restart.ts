import { type Fault, type FaultStage, few, intervals } from "./fault.ts";

/** A process ends without a word and comes back, with what is on its disk by then. */
function restarting(name: string, summary: string, kill: (stage: FaultStage, peer: string) => void): Fault {
  return {
    name,
    summary,
    lasts: intervals(0.2, 60),
    strikes: few,
    reaches: ["return"],
    begin(stage, { peers }) {
      for (const peer of peers) kill(stage, peer);
      return () => peers.forEach((peer) => stage.start(peer));
    },
  };
}

/** As by kill -9: all that was written is on the disk. */
export const restart = restarting("restart", "a process ends without a word, and comes back", (stage, peer) => {
  stage.kill(peer);
});

/** The disk keeps what was synced. */
export const powerCut = restarting("power-cut", "the same, and the last writes to its disk are lost", (stage, peer) => {
  stage.kill(peer, { powerCut: true });
});

/** The same machine with another disk: it does not know how it was called before. */
export const restartWithoutDisk = restarting(
  "restart-without-disk",
  "the same, and its disk is empty",
  (stage, peer) => {
    stage.kill(peer);
    stage.replaceDisk(peer);
  },
);
