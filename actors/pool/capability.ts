/** What a member of a protocol version understands, by the greatest that it announces (pMax; `ProtocolVersion…` there). */
import type { Member } from "../membership/member.ts";

type Versioned = Pick<Member, "versions">;

/** Whether it answers pings over streams. */
export function answersStreamPings({ versions }: Versioned): boolean {
  return versions[1] >= 3;
}

/** Whether, as a relay, it says so when its target is silent. */
export function saysNack({ versions }: Versioned): boolean {
  return versions[1] >= 4;
}

/** Whether it takes packets with a checksum. */
export function takesCrc({ versions }: Versioned): boolean {
  return versions[1] >= 5;
}
