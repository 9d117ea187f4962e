import type { SimulatedPeer } from "../world.ts";
import type { Invariant } from "./invariant.ts";

/** Of those who left, so many are watched on. */
const WATCHED_MAX = 100;

/** Once all actors of a process have stopped, none of their timers comes due any more. */
export const timerOutlives: Invariant = {
  name: "a timer outlives its actor",
  watch({ cluster }, report) {
    const running = new Map<string, SimulatedPeer>();
    let departed: SimulatedPeer[] = [];
    return {
      look() {
        for (const peer of cluster.processes) running.set(peer.name, peer);
        const late = departed.find(({ lateTimers }) => lateTimers > 0);
        if (late !== undefined) report(`${late.lateTimers} timers of ${late.name} came due after it had stopped`);
      },
      ended(name, how) {
        const peer = running.get(name);
        running.delete(name);
        if (how === "left" && peer !== undefined) departed = [...departed, peer].slice(-WATCHED_MAX);
      },
    };
  },
};
