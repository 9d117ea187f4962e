import { splitAddress } from "../../transport/address.ts";
import type { MembershipEffect } from "./effect.ts";
import { type Member, toAlive } from "./member.ts";
import type { Moment, Roster } from "./roster.ts";

/** The last incarnation: they are 32 bits on the wire. */
export const INCARNATION_MAX = 0xffff_ffff;

/**
 * Vouches for ourselves louder than the accusation: with the next incarnation above both (SWIM 4.2; `refute` in
 * `state.go`). Costs a point of health, since whoever accused us did not hear us in time (Lifeguard, LHM).
 *
 * The original wraps to 0 when accused at the last incarnation, and then obeys every old rumour. We keep ours, so that
 * whoever has not heard the accusation stays reachable, and report it.
 */
export function refute(roster: Roster, own: Member, accused: number): MembershipEffect[] {
  const incarnation = Math.max(roster.incarnation, accused) + 1;
  if (incarnation > INCARNATION_MAX) return [{ type: "irrefutable", incarnation: accused }];
  roster.incarnation = incarnation;
  const next = { ...own, incarnation };
  roster.replace(next);
  return [
    { type: "health", delta: 1 },
    { type: "broadcast", key: refutationKey(own), message: toAlive(next) },
  ];
}

/**
 * Tells an accuser to its face what we say of ourselves, whether that is new or was said before: gossip may have missed
 * it, and it is about to declare us dead. memberlist does not; it heeds no accusation that is refuted already.
 */
export function answerAccuser(roster: Roster, from: string, { now, profile }: Moment): MembershipEffect[] {
  const accuser = roster.get(from);
  const { own } = roster;
  if (!profile.mends.accusersAnswered || accuser === undefined || own === undefined || from === own.name) return [];
  if (!roster.answered.mayTell(accuser.name, now)) return [{ type: "accuser_put_off" }];
  return [{ type: "answer", to: accuser.address, message: toAlive(own) }];
}

/** Under which key a refutation is queued: memberlist takes the text of the IP address, not the name. */
function refutationKey(own: Member): string {
  return splitAddress(own.address).hostname;
}
