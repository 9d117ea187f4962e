/** One round of one kind of group. */
import { runRound } from "../round.ts";
import { GROUPS } from "./contenders.ts";
import { measureBroadcast } from "./measure.ts";
import type { BroadcastOptions } from "./options.ts";

await runRound<BroadcastOptions>(async (contender, options, place, say) => {
  const start = GROUPS[contender];
  if (start === undefined) throw new TypeError(`No groups of the kind "${contender}"`);
  return await measureBroadcast(start, options, place, say);
});
