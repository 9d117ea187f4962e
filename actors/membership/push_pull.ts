/** The exchange of whole tables over a stream: what to send, whether to merge, and how (`state.go`, `net.go`). */
import { NODE_STATE, type NodeState } from "../../transport/wire/message.ts";
import { portMeant } from "../pool/capability.ts";
import type { Profile } from "../pool/profile.ts";
import { ignored, type MembershipEffect } from "./effect.ts";
import {
  aliveFromNodeState,
  type Member,
  type NodeName,
  parseVersions,
  sameBytes,
  stateOfRow,
  toNodeState,
  type Versions,
} from "./member.ts";
import { applyClaim, type Claim } from "./merge.ts";
import type { Moment, Roster } from "./roster.ts";

/** Up to so many members everybody exchanges at the plain interval (`pushPullScaleThreshold` in `util.go`). */
const PUSH_PULL_SCALE_THRESHOLD = 32;

/** How long to wait after an exchange, in ms: longer with each doubling, or a large cluster does nothing else. */
export function pushPullAfterMs(intervalMs: number, members: number): number {
  if (members <= PUSH_PULL_SCALE_THRESHOLD) return intervalMs;
  return intervalMs * (Math.ceil(Math.log2(members) - Math.log2(PUSH_PULL_SCALE_THRESHOLD)) + 1);
}

/** All we know, in any state, as rows to send. */
export function localState(roster: Roster): readonly NodeState[] {
  return roster.ring.map(toNodeState);
}

/** Whether two tables may be merged; if not, which member is to blame and why, for people. */
type VersionCheck = Readonly<{ ok: true } | { ok: false; reason: string }>;

/**
 * Whether everybody in both tables speaks what all living ones understand (`verifyProtocol`). One misfit in any state
 * refuses the whole exchange.
 */
export function checkVersions(local: readonly Member[], remote: readonly NodeState[]): VersionCheck {
  const protocol = { low: 0, high: 255 };
  const delegate = { low: 0, high: 255 };
  const understood = (versions: ArrayLike<number>): void => {
    narrow(protocol, versions[0]!, versions[1]!);
    narrow(delegate, versions[3]!, versions[4]!);
  };
  for (const { state, vsn } of remote) if (state === NODE_STATE.alive && vsn.length >= 6) understood(vsn);
  for (const { state, versions } of local) if (state === "alive") understood(versions);
  const misfit = (versions: Versions): string | undefined =>
    outside(protocol, versions[2], "protocol") ?? outside(delegate, versions[5], "delegate");
  for (const { name, vsn } of remote) {
    const problem = misfit(parseVersions(vsn));
    if (problem !== undefined) return { ok: false, reason: `Node '${name}' ${problem}` };
  }
  for (const { name, versions } of local) {
    const problem = misfit(versions);
    if (problem !== undefined) return { ok: false, reason: `Node '${name}' ${problem}` };
  }
  return { ok: true };
}

/** What a row says of its node, as if it had come in a packet; `undefined` in a state that nobody has defined. */
export function claimOfRow(row: NodeState, self: NodeName): Claim | undefined {
  const { name: node, incarnation } = row;
  switch (stateOfRow(row)) {
    case "alive":
      return aliveFromNodeState(row);
    case "suspect":
    case "dead":
      return { type: "suspect", node, incarnation, from: self };
    case "left":
      return { type: "dead", node, incarnation, from: node };
    case undefined:
      return undefined;
  }
}

/**
 * Takes over what another table says, row by row in its order (`mergeState`). The other's dead are only suspects here:
 * a rumour of a death must survive the time in which the accused may object. Versions and vetoes are checked before.
 */
export function mergeRemote(
  roster: Roster,
  remote: readonly NodeState[],
  moment: Moment,
  knownTo: "everybody" | "us" = "us",
): MembershipEffect[] {
  const isOld = (knownTo === "everybody" || roster.size <= 1) && moment.profile.mends.oldNewsNotGossiped;
  const effects = remote.flatMap((row) => mergeRow(roster, row, moment));
  return isOld ? effects.filter((effect) => isNewsOfUs(effect, roster)) : effects;
}

/** What we say of ourselves, nobody knows yet. */
function isNewsOfUs(effect: MembershipEffect, { self }: Roster): boolean {
  return effect.type !== "broadcast" || effect.message.node === self;
}

/**
 * The row in which our own name stands with another address or port: somebody else has the name. Who joins should give
 * up rather than quarrel. A row that says `left` frees the name and does not count; a `dead` one (see its state) is
 * free once its side has forgotten it.
 */
export function nameHolder(
  remote: readonly NodeState[],
  self: Readonly<{ name: string; addr: Uint8Array; port: number }>,
  profile: Profile,
): NodeState | undefined {
  return remote.find((row) =>
    row.name === self.name && row.state !== NODE_STATE.left && row.port !== 0 &&
    (portMeant(row.port, self.port, profile) !== self.port || !sameBytes(row.addr, self.addr))
  );
}

function mergeRow(roster: Roster, row: NodeState, moment: Moment): MembershipEffect[] {
  const claim = claimOfRow(row, roster.self);
  return claim === undefined ? ignored("unknown_state", row.name) : applyClaim(roster, claim, moment);
}

type Range = { low: number; high: number };

function narrow(range: Range, low: number, high: number): void {
  range.low = Math.max(range.low, low);
  range.high = Math.min(range.high, high);
}

function outside({ low, high }: Readonly<Range>, version: number, kind: "protocol" | "delegate"): string | undefined {
  if (version >= low && version <= high) return undefined;
  const name = kind === "protocol" ? "protocol version" : "delegate protocol version";
  return `${name} (${version}) is incompatible: [${low}, ${high}]`;
}
