import type { Invariant } from "./invariant.ts";

/** Actors may crash; that the supervision of a peer cannot keep it up, and its process ends, is for no fault here. */
export const peerGivesUp: Invariant = {
  name: "a peer gives up by itself",
  watch: (_scene, report) => ({
    ended(name, how) {
      if (how === "gave_up") report(`the actors of ${name} have stopped`);
    },
  }),
};
