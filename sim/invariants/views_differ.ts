import type { MemberView } from "../../actors/membership.ts";
import type { Invariant } from "./invariant.ts";

/** So many peers are asked for all they know: each answer has a row for everybody. */
const ASKED_MAX = 50;

/** Longer than any answer of an actor that is up. */
const ANSWERED_WITHIN_MS = 10;

/** In the end all know the same of everybody: not only who is there, but where, in which incarnation, and with what meta. */
export const viewsDiffer: Invariant = {
  name: "two views differ for ever",
  watch: ({ views, cluster }) => ({
    async pending() {
      if (views.wrong > 0) return undefined; // others say so
      const asked = [...cluster.processes].filter((_, at, all) => at % Math.ceil(all.length / ASKED_MAX) === 0);
      const answering = Promise.all(asked.map(async ({ name, steps }) => [name, await steps.members()] as const));
      await cluster.world.clock.advance(ANSWERED_WITHIN_MS);
      const [first, ...others] = await answering;
      if (first === undefined) return undefined;
      const expected = rowsOf(first[1]);
      for (const [name, members] of others) {
        const rows = rowsOf(members);
        const differing = [...new Set([...expected.keys(), ...rows.keys()])]
          .find((subject) => rows.get(subject) !== expected.get(subject));
        if (differing === undefined) continue;
        const [one, other] = [expected.get(differing) ?? "nobody", rows.get(differing) ?? "nobody"];
        return `to ${first[0]}, ${differing} is ${one}, and to ${name} it is ${other}`;
      }
      return undefined;
    },
  }),
};

function rowsOf(members: readonly MemberView[]): ReadonlyMap<string, string> {
  return new Map(members.map(({ name, address, state, incarnation, meta }) => [
    name,
    `${state} at ${address} in incarnation ${incarnation} with meta ${meta.toHex()}`,
  ]));
}
