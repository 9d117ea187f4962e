/** What we say about ourselves: at the start, when our meta changes, and when we leave. */
import type { MembershipEffect } from "./effect.ts";
import { META_BYTES_MAX } from "../../transport/wire/validate.ts";
import { ownVersions } from "./member.ts";
import { applyAlive, applyDead } from "./merge.ts";
import { INCARNATION_MAX } from "./refutation.ts";
import type { Moment, Roster } from "./roster.ts";

/** Where others reach us and what the application tells them, at most 512 bytes. */
type OwnEntry = Readonly<{ addr: Uint8Array; port: number; meta: Uint8Array }>;

/**
 * Enters ourselves into the table, with the next incarnation (`setAlive` in `memberlist.go`).
 *
 * @throws {RangeError} If `meta` is longer than 512 bytes.
 */
export function startSelf(roster: Roster, entry: OwnEntry, moment: Moment): MembershipEffect[] {
  return vouch(roster, entry, moment);
}

/**
 * Tells everybody a new `meta`, with the next incarnation (`UpdateNode`). Does nothing before the start or after a
 * leave.
 *
 * @throws {RangeError} If `meta` is longer than 512 bytes.
 */
export function updateSelf(roster: Roster, meta: Uint8Array, moment: Moment): MembershipEffect[] {
  const { own } = roster;
  return own === undefined ? [] : vouch(roster, { addr: own.addr, port: own.port, meta }, moment);
}

/**
 * Says goodbye (`Leave`): others hear it from ourselves and suspect nothing. The broadcast is keyed by our name; once
 * it is finished, all is said. We go on answering until shut down, but never refute or return. A second call does
 * nothing.
 */
export function leave(roster: Roster, moment: Moment): MembershipEffect[] {
  if (roster.left) return [];
  roster.left = true;
  const { own, self } = roster;
  if (own === undefined) return [];
  return applyDead(roster, { type: "dead", node: self, incarnation: own.incarnation, from: self }, moment);
}

function vouch(roster: Roster, { addr, port, meta }: OwnEntry, moment: Moment): MembershipEffect[] {
  if (meta.length > META_BYTES_MAX) {
    throw new RangeError(`Meta must be at most ${META_BYTES_MAX} bytes: ${meta.length}`);
  }
  if (roster.incarnation >= INCARNATION_MAX) return [{ type: "irrefutable", incarnation: roster.incarnation }];
  const incarnation = ++roster.incarnation;
  const vsn = Uint8Array.from(ownVersions(moment.profile));
  return applyAlive(roster, { type: "alive", node: roster.self, incarnation, addr, port, meta, vsn }, "local", moment);
}
