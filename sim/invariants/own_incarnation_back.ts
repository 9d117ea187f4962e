import type { Invariant } from "./invariant.ts";

/** A peer vouches for itself with ever higher incarnations: with a lower one nobody would believe it. */
export const ownIncarnationBack: Invariant = {
  name: "a peer takes back its own incarnation",
  watch({ cluster }, report) {
    const last = new Map<string, number>();
    return {
      started: (name) => void last.delete(name),
      look() {
        for (const { name, memory } of cluster.processes) {
          const { incarnation } = memory.membership;
          const before = last.get(name) ?? 0;
          if (incarnation < before) report(`${name} was in incarnation ${before} and is in ${incarnation}`);
          last.set(name, incarnation);
        }
      },
    };
  },
};
