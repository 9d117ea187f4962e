import type { Invariant, Scene } from "./invariant.ts";

/** Of the beliefs that are wrong so many are named. */
const NAMED_MAX = 5;

/** In the time after the last fault, everybody who runs has to come back into everybody's view. */
export const liveStaysDead: Invariant = {
  name: "a live, reachable peer stays declared dead",
  watch: (scene, report) => ({ settled: () => wrong(scene, false, "does not list", report) }),
};

/** And everybody who is gone has to go out of it. */
export const deadStaysListed: Invariant = {
  name: "a peer that is gone stays listed",
  watch: (scene, report) => ({ settled: () => wrong(scene, true, "lists", report) }),
};

function wrong({ views }: Scene, listed: boolean, verb: string, report: (what: string) => void): void {
  const beliefs = views.wrongBeliefs(views.wrong).filter((belief) => belief.listed === listed);
  if (beliefs.length === 0) return;
  const named = beliefs.slice(0, NAMED_MAX).map(({ observer, subject }) => `${observer} ${verb} ${subject}`);
  const more = beliefs.length > NAMED_MAX ? `, and ${beliefs.length - NAMED_MAX} more like these` : "";
  report(named.join(", ") + more);
}
