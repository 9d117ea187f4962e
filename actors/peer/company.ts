import type { MemberView } from "../membership.ts";
import { addressesOf, type Steps } from "./steps.ts";

/** Joins whoever the bootstrap lists, if we are alone; how many answered. */
export async function seekCompany(steps: Steps): Promise<number> {
  if (!steps.isMember || (await steps.members()).length > 1) return 0;
  const listed = await steps.bootstrapList();
  if (!listed.ok) return 0;
  const others = addressesOf(listed.value).filter((address) => address !== steps.address);
  if (others.length === 0) return 0;
  const joined = await steps.join(others);
  return joined.ok ? joined.value.contacted : 0;
}

/** Takes a member that failed off the bootstrap's list, and offers ourselves in its place. */
export async function cleanUpAfter(steps: Steps, member: MemberView): Promise<void> {
  if (steps.registeredId === undefined) return;
  const listed = await steps.bootstrapList();
  if (!listed.ok) return;
  for (const entry of listed.value) {
    if (addressesOf([entry])[0] === member.address) await steps.bootstrapEvict(entry.id);
  }
  await steps.bootstrapRefill();
}
