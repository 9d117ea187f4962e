import type { MemberView } from "../../actors/membership.ts";
import type { Invariant } from "./invariant.ts";

/** So many peers are asked for all they know: each answer has a row for everybody. */
const ASKED_MAX = 50;

/** In the end all know the same of everybody: not only who is there, but where, in which incarnation, and with what meta. */
export const viewsDiffer: Invariant = {
  name: "two views differ for ever",
  watch: ({ cluster }, report) => ({
    async finished() {
      const asked = [...cluster.processes].filter((_, at, all) => at % Math.ceil(all.length / ASKED_MAX) === 0);
      const answers = await Promise.all(asked.map(async ({ name, steps }) => [name, await steps.members()] as const));
      const [first, ...others] = answers;
      if (first === undefined) return;
      const expected = rowsOf(first[1]);
      for (const [name, members] of others) {
        const rows = rowsOf(members);
        const differing = [...new Set([...expected.keys(), ...rows.keys()])]
          .find((subject) => rows.get(subject) !== expected.get(subject));
        if (differing === undefined) continue;
        const [one, other] = [expected.get(differing) ?? "nobody", rows.get(differing) ?? "nobody"];
        return report(`to ${first[0]}, ${differing} is ${one}, and to ${name} it is ${other}`);
      }
    },
  }),
};

function rowsOf(members: readonly MemberView[]): ReadonlyMap<string, string> {
  return new Map(members.map(({ name, address, state, incarnation, meta }) => [
    name,
    `${state} at ${address} in incarnation ${incarnation} with meta ${meta.toHex()}`,
  ]));
}
