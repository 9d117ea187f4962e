/** One round of one kind of member. */
import { runRound } from "../round.ts";
import { MEMBERS } from "./contenders.ts";
import { measureMembers } from "./measure.ts";
import type { MembershipOptions } from "./options.ts";

await runRound<MembershipOptions>(async (contender, options, place, say) => {
  const start = MEMBERS[contender];
  if (start === undefined) throw new TypeError(`No members of the kind "${contender}"`);
  return await measureMembers(start, options, place, say);
});
