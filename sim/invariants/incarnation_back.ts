import type { Invariant } from "./invariant.ts";

/** What one observer last heard of each: the incarnation, and when they were gone (in ms and 1; 0 while they are not). */
type Known = Readonly<{ incarnations: Uint32Array; goneAt: Uint32Array }>;

/**
 * Nobody believes an incarnation that is lower than one it believed before of the same peer: old news would win over new.
 * Who was gone long enough to be forgotten may begin anew, and an observer whose membership crashed asks others, who may
 * know less. In runs all peers keep their addresses.
 */
export const incarnationBack: Invariant = {
  name: "an incarnation goes backwards",
  watch({ plan: { names }, profile, cluster }, report) {
    const index = new Map(names.map((name, at) => [name, at]));
    const known = new Map<string, Known>();
    return {
      started(name) {
        known.set(name, { incarnations: new Uint32Array(names.length), goneAt: new Uint32Array(names.length) });
      },
      ended: (name) => void known.delete(name),
      member(observer, { type, member }) {
        const [of, at] = [known.get(observer), index.get(member.name)];
        if (type === "conflict" || of === undefined || at === undefined) return; // nobody's belief, or a stranger
        if (type === "joined" && member.name === observer) of.incarnations.fill(0); // its membership begins, perhaps anew
        const now = cluster.now();
        const [before, goneAt] = [of.incarnations[at]!, of.goneAt[at]!];
        const isForgotten = goneAt > 0 && now - (goneAt - 1) > profile.gossipToTheDeadMs;
        if (member.incarnation < before && !isForgotten) {
          report(`to ${observer}, ${member.name} was in incarnation ${before} and is in ${member.incarnation}`);
        }
        const isGone = type === "left" || type === "failed";
        of.goneAt[at] = isGone ? Math.floor(now) + 1 : 0;
        if (isGone && before === 0) return; // it says who was there before the crash, and knows nothing of them
        of.incarnations[at] = member.incarnation;
      },
    };
  },
};
