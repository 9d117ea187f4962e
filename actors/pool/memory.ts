import type { BroadcasterMemory } from "../broadcaster/rumours.ts";
import type { MembershipMemory } from "../membership.ts";
import { LostMembers } from "../membership/lost_members.ts";

/** What of a pool must outlive the crash of one of its actors. */
export type PoolMemory = Readonly<{ membership: MembershipMemory; broadcaster: BroadcasterMemory }>;

/** The memory of a pool that has done nothing yet; `incarnation` is what an earlier run left behind. */
export function newPoolMemory(
  { incarnation = 0, meta = new Uint8Array() }: Readonly<{ incarnation?: number; meta?: Uint8Array }> = {},
): PoolMemory {
  return {
    membership: { created: false, incarnation, meta, present: new Map(), joins: new Set(), lost: new LostMembers() },
    broadcaster: { started: false, epoch: 0, sequence: 0 },
  };
}
