import type { Invariant, Scene } from "./invariant.ts";

/** Of the beliefs that are wrong so many are named. */
const NAMED_MAX = 5;

/** In the time after the last fault, everybody who runs has to come back into everybody's view. */
export const liveStaysDead: Invariant = {
  name: "a live, reachable peer stays declared dead",
  watch: (scene) => ({ pending: () => wrong(scene, false, "does not list") }),
};

/** And everybody who is gone has to go out of it. */
export const deadStaysListed: Invariant = {
  name: "a peer that is gone stays listed",
  watch: (scene) => ({ pending: () => wrong(scene, true, "lists") }),
};

function wrong({ views }: Scene, listed: boolean, verb: string): string | undefined {
  const beliefs = views.wrongBeliefs(views.wrong).filter((belief) => belief.listed === listed);
  if (beliefs.length === 0) return undefined;
  const named = beliefs.slice(0, NAMED_MAX).map(({ observer, subject }) => `${observer} ${verb} ${subject}`);
  return named.join(", ") + (beliefs.length > NAMED_MAX ? `, and ${beliefs.length - NAMED_MAX} more like these` : "");
}
