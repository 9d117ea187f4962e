import type { PeerMemory } from "./memory.ts";

/** What has to be done first, and by which command. */
export const MISSING = {
  configured: "Nothing is configured yet: memberlistconfigure comes first",
  created: "There is no membership yet: memberlistcreate makes one",
  bootstrapped: "You are not registered yet: bootstrapjoin comes first",
  asked: "The bootstrap has not been asked yet: bootstrapjoin comes first",
  started: "Nothing can be spread yet: memberliststart comes first",
  anew: "You left the membership: memberlistshutdown, memberlistconfigure and memberlistcreate begin anew",
  open: "The port is closed: memberlistconfigure comes first and opens it again",
} as const;

/** What is missing for there to be a membership, if anything is. */
export function missingForMembership({ address, membership }: PeerMemory): string | undefined {
  if (membership.created) return undefined;
  return address === undefined ? MISSING.configured : MISSING.created;
}

/** What is missing to speak to other members. */
export function missingForMembers(memory: PeerMemory): string | undefined {
  const missing = missingForMembership(memory) ?? (memory.left ? MISSING.anew : undefined);
  return missing ?? (memory.address === undefined ? MISSING.open : undefined);
}

/** What is missing to spread something among them. */
export function missingForChat(memory: PeerMemory): string | undefined {
  return missingForMembers(memory) ?? (memory.broadcaster.started ? undefined : MISSING.started);
}
