import { wantsCandidates } from "../bootstrap.ts";
import type { MemberView } from "../membership.ts";
import { addressesOf, type Listing, type Steps } from "./steps.ts";

/**
 * Joins whoever the bootstrap lists and we do not know; how many answered. Only if we are alone, or `thorough`: of a
 * cluster that was split, each part has company of its own, and only the list shows that there are others. Who is alone
 * also looks where others were before a crash, or all who come back without their registry would stay alone.
 */
export async function seekCompany(steps: Steps, thorough: boolean): Promise<number> {
  if (!steps.isMember) return 0;
  const known = new Set((await steps.members()).map(({ address }) => address));
  if (known.size > 1 && !thorough) return 0;
  const listed = await steps.bootstrapList();
  if (listed.ok) await stayListed(steps, listed.value);
  const places = listed.ok ? addressesOf(listed.value.peers) : [];
  if (known.size === 1) places.push(...steps.formerContacts); // with company, the lost are sought by membership
  const strangers = places.filter((address) => !known.has(address));
  if (strangers.length === 0) return 0;
  const joined = await steps.join(strangers);
  return joined.ok ? joined.value.contacted : 0;
}

/** Somebody who could not reach us may have taken us off the list, or there was no room when we came. */
async function stayListed(steps: Steps, { config, peers, listed }: Listing): Promise<void> {
  if (steps.candidateId === undefined || listed || !wantsCandidates(config, peers.length)) return;
  await steps.bootstrapRefill();
}

/** Takes a member that failed off the bootstrap's list, and offers ourselves in its place. */
export async function cleanUpAfter(steps: Steps, member: MemberView): Promise<void> {
  if (steps.candidateId === undefined) return;
  const before = await steps.bootstrapList();
  if (!before.ok) return;
  const dead = before.value.peers.filter((entry) => addressesOf([entry])[0] === member.address);
  for (const { id } of dead) await steps.bootstrapEvict(id);
  if (dead.length === 0) await stayListed(steps, before.value);
  else if (!before.value.listed) await steps.bootstrapRefill(); // who makes a place free may have it
}
