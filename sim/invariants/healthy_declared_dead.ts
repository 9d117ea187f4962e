import { faultNamed } from "../faults/table.ts";
import type { Invariant } from "./invariant.ts";

/**
 * While nothing is wrong with the network or with those who live, and nothing was for as long as it takes to get over
 * it, nobody who lives is declared dead: a crash of others is no reason, nor is a wall clock that jumps.
 */
export const healthyDeclaredDead: Invariant = {
  name: "a live peer is declared dead without any cause",
  watch({ plan, views, cluster }, report) {
    let inForce = 0;
    let lastAt = -Infinity;
    return {
      episode({ fault }, phase) {
        if (faultNamed(fault).isHarmless) return;
        inForce += phase === "begins" ? 1 : -1;
        lastAt = cluster.now();
      },
      member(observer, event) {
        if (event.type !== "failed" || !views.isRunning(event.member.name)) return;
        if (inForce > 0 || cluster.now() - lastAt < plan.rightWithinMs) return;
        report(`${observer} declared ${event.member.name} dead, on the word of ${event.by}`);
      },
    };
  },
};
