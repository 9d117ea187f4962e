/** What a member of a protocol version understands, by the greatest that it announces (pMax; `ProtocolVersion…` there). */
import type { Member } from "../membership/member.ts";
import type { Profile } from "./profile.ts";

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

/**
 * The port that a message means: 0 stands for the receiver's own. Version 1 knew no ports, so who speaks it takes its own
 * in any case (`handleAlive`, `handleIndirectPing` and `readRemoteState` in `net.go`).
 */
export function portMeant(
  port: number,
  bindPort: number,
  { protocolVersion }: Pick<Profile, "protocolVersion">,
): number {
  return port === 0 || protocolVersion < 2 ? bindPort : port;
}
