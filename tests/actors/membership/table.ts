/** A small table to try rules on: ourselves, and peers whose state and incarnation a test chooses. */
import type { MembershipEffect } from "../../../actors/membership/effect.ts";
import { type Member, type MemberState, type NodeName, ownVersions } from "../../../actors/membership/member.ts";
import { applyAlive, applyDead, applySuspect } from "../../../actors/membership/merge.ts";
import { startSelf } from "../../../actors/membership/own_entry.ts";
import { type Moment, Roster } from "../../../actors/membership/roster.ts";
import { lan, type Profile } from "../../../actors/pool/profile.ts";
import { seededRandom } from "../../../actors/runtime/random.ts";
import type { Alive, Dead, Suspect } from "../../../transport/wire/message.ts";

export const SELF = "self" as NodeName;

/** A moment of its own generator; `seededRandom` gives every test the same chance. */
export function moment(now = 0, profile: Profile = lan): Moment {
  return { now, random: seededRandom("table"), profile };
}

/** A table with ourselves at incarnation 1. */
export function rosterOfSelf(at: Moment = moment()): Roster {
  const roster = new Roster({ self: SELF, bindPort: 7946 });
  startSelf(roster, { addr: addrOf("self"), port: 7946, meta: new Uint8Array() }, at);
  return roster;
}

/** A table with ourselves and these peers, alive at incarnation 1. */
export function rosterOf(...names: readonly string[]): Roster {
  const roster = rosterOfSelf();
  for (const name of names) applyAlive(roster, alive(name, 1), "network", moment());
  return roster;
}

/** A table with `name` in this state at this incarnation, and four bystanders. */
export function rosterWith(name: string, state: MemberState, incarnation: number): Roster {
  const roster = rosterOf("p", "q", "r", "s");
  applyAlive(roster, alive(name, incarnation), "network", moment());
  if (state === "suspect") applySuspect(roster, suspect(name, incarnation, "p"), moment());
  if (state === "dead") applyDead(roster, dead(name, incarnation, "p"), moment());
  if (state === "left") applyDead(roster, dead(name, incarnation, name), moment());
  return roster;
}

export function alive(node: string, incarnation: number, more: Partial<Alive> = {}): Alive {
  const vsn = Uint8Array.from(ownVersions(lan));
  return { type: "alive", node, incarnation, addr: addrOf(node), port: 7946, meta: new Uint8Array(), vsn, ...more };
}

export function suspect(node: string, incarnation: number, from: string): Suspect {
  return { type: "suspect", node, incarnation, from };
}

export function dead(node: string, incarnation: number, from: string): Dead {
  return { type: "dead", node, incarnation, from };
}

/** An address for each name. */
export function addrOf(name: string): Uint8Array {
  const hash = [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) & 0xffff, 7);
  return Uint8Array.of(10, 0, hash >> 8, hash & 0xff);
}

/** What the rules wanted, in a word each: easy to compare. */
export function words(effects: readonly MembershipEffect[]): readonly string[] {
  return effects.map((effect) => {
    switch (effect.type) {
      case "broadcast":
      case "accuse":
      case "answer":
        return `${effect.type} ${effect.message.type} ${effect.message.incarnation}`;
      case "announce":
        return effect.event;
      case "ignored":
        return effect.rule;
      default:
        return effect.type;
    }
  });
}

/** The member, which must be there. */
export function memberOf(roster: Roster, name: string): Member {
  const member = roster.get(name);
  if (member === undefined) throw new RangeError(`No such member: ${name}`);
  return member;
}
