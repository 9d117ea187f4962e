import type { Address } from "../../transport/address.ts";
import type { Alive, Dead, Suspect } from "../../transport/wire/message.ts";
import type { Member } from "./member.ts";

/**
 * What a rule of membership wants done, in this order. The table itself is already changed when these are read.
 * With an `ignored` nothing was new; only a repeated accusation may come with it.
 */
export type MembershipEffect =
  /** Put the message into the broadcast queue, in place of what is there under `key`. */
  | Readonly<{ type: "broadcast"; key: string; message: Alive | Suspect | Dead }>
  /**
   * Repeat to a member alone what is held against it, so that it refutes it if it lives. Gossiped, it would make others,
   * who have forgotten the old story and greet a newcomer, see it go and come again.
   */
  | Readonly<{ type: "accuse"; to: Address; message: Suspect | Dead }>
  /** Tell an accuser alone what we say of ourselves. */
  | Readonly<{ type: "answer"; to: Address; message: Alive }>
  /** Many accuse us, or one does many times: this one is not answered now. */
  | Readonly<{ type: "accuser_put_off" }>
  | Announcement
  /** Somebody claims a known name from another address: the first one keeps it. */
  | Readonly<{ type: "conflict"; known: Member; offered: Alive }>
  /** Our own health score moves: we had to refute something. */
  | Readonly<{ type: "health"; delta: number }>
  /** The message had no effect, by the named rule; for traces, counters and tests. */
  | Readonly<{ type: "ignored"; node: string; rule: IgnoreRule }>
  /** We are accused at the last incarnation there is, and cannot refute it: keys or another name help. */
  | Readonly<{ type: "irrefutable"; incarnation: number }>
  /** Too many are known only from hearsay: this one is forgotten. */
  | Readonly<{ type: "crowded_out"; member: Member }>
  /** (Re)start the timer of a suspicion. */
  | Readonly<{ type: "start_timer"; node: string; token: number; afterMs: number }>
  | Readonly<{ type: "stop_timer"; token: number }>
  /** Bring `question_due` for this suspicion after so many ms, unless its timer is stopped by then. */
  | Readonly<{ type: "start_question"; node: string; token: number; number: number; afterMs: number }>;

/**
 * What a listener may hear of a member. memberlist knows join, update and leave; `suspect` and `unsuspect` are ours.
 * After a `leave`, `member.state` tells `left` (said so itself) from `dead` (failed), and `by` who said so.
 */
export type Announcement =
  | Readonly<{ type: "announce"; event: "join" | "update" | "unsuspect"; member: Member }>
  | Readonly<{ type: "announce"; event: "suspect" | "leave"; member: Member; by: string }>;

/** Why a message had no effect. */
type IgnoreRule =
  /** Alive: we have left and say nothing of ourselves any more. */
  | "alive_after_own_leave"
  /** Alive: versions that nobody can speak. */
  | "alive_bad_versions"
  /** Alive: a new entry whose name or address is none. */
  | "alive_malformed"
  /** Alive: at an address where members may not be. */
  | "alive_address_not_allowed"
  /** Alive: a new entry, and the table is full. */
  | "alive_table_full"
  /** Alive: exactly what is in the grave of a forgotten member. */
  | "alive_from_the_grave"
  /** Alive: no newer than what we know. */
  | "alive_stale"
  /** Alive: our own words, come back. */
  | "alive_echo"
  /** Suspect or dead: nobody of that name, or an older incarnation. */
  | "accusation_stale"
  /** Suspect: already suspected, and this accuser adds nothing. */
  | "suspect_uncounted"
  /** Suspect: dead or left already. */
  | "suspect_of_gone"
  /** Dead: dead or left already. */
  | "dead_already"
  /** A timer of a suspicion that is over. */
  | "timer_stale"
  /** A push/pull row in a state that nobody has defined. */
  | "unknown_state";

/** The effect list of a message that changed nothing. */
export function ignored(rule: IgnoreRule, node: string): MembershipEffect[] {
  return [{ type: "ignored", node, rule }];
}
