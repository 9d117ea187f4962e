/**
 * The application of a gossip pool, told by messages: what memberlist's delegates are told by calls. One actor plays
 * it; it is asked only for what it wants, and nobody waits for it longer than {@linkcode DELEGATE_TIMEOUT_MS}.
 *
 * The other way the application says `update_meta` to membership, `broadcast_user` and `send_user` to the broadcaster,
 * and `set_ack_payload` and `ping` to the failure detector.
 */
import type { Address } from "../../transport/address.ts";
import type { MemberEvent, MemberView } from "../membership.ts";
import { MailboxFullError } from "../runtime/mailbox.ts";
import type { ActorRef } from "../runtime/ref.ts";

/** What the application of a pool understands. */
export type DelegateMessage =
  /** Somebody said something (NotifyMsg). A packet's sender is whoever passed it on last, and may be forged. */
  | Readonly<{ type: "user_message"; payload: Uint8Array; via: "packet" | "stream"; from: Address }>
  /**
   * Tables are about to be exchanged: what shall go with ours (LocalState)? `join` is the flag of who began. At most
   * {@linkcode LOCAL_STATE_BYTES_MAX}; empty for nothing.
   */
  | Readonly<{ type: "local_state_wanted"; join: boolean; replyTo: ActorRef<Uint8Array> }>
  /** What came with another's table, after that was merged (MergeRemoteState). Never empty. */
  | Readonly<{ type: "remote_state"; state: Uint8Array; join: boolean }>
  /** Somebody joins us or we join somebody: this is the other's table. A refusal cancels it all (NotifyMerge). */
  | Readonly<{ type: "merge_proposed"; members: readonly MemberView[]; replyTo: ActorRef<Verdict> }>
  /** A member vouches for itself, perhaps not for the first time. A refusal drops what it said (NotifyAlive). */
  | Readonly<{ type: "alive_proposed"; member: MemberView; replyTo: ActorRef<Verdict> }>
  /** A member answered a probe of ours directly and in time (NotifyPingComplete). */
  | Readonly<{ type: "ping_completed"; member: MemberView; roundTripMs: number; payload: Uint8Array }>
  /** Somebody claims the name of a known member from elsewhere; nothing comes of it (NotifyConflict). */
  | Readonly<{ type: "conflict"; known: MemberView; offered: MemberView }>
  /** What happens to members, ourselves included (NotifyJoin, NotifyUpdate, NotifyLeave, and what is ours). */
  | Readonly<{ type: "member"; event: MemberEvent }>;

/** What the application says to a proposal. `why` is for people. */
export type Verdict = Readonly<{ ok: true }> | Readonly<{ ok: false; why: string }>;

/** What the application wants to be told or asked; what is not named it is spared. */
export type DelegateWants = Readonly<{
  userMessages?: boolean;
  localState?: boolean;
  remoteState?: boolean;
  mergeVeto?: boolean;
  aliveVeto?: boolean;
  pings?: boolean;
  /** `member` and `conflict`. */
  members?: boolean;
}>;

/** The actor that is a pool's application, and what it wants. Whoever it is at the moment: it may have been restarted. */
export type PoolDelegate = Readonly<{ ref: () => ActorRef<DelegateMessage>; wants: DelegateWants }>;

/**
 * How long an exchange or an alive waits for the application; then no state is sent, and a proposal counts as refused.
 * Below the second after which the other side of an exchange hangs up in the hasty profile.
 */
export const DELEGATE_TIMEOUT_MS = 500;

/** The longest local state: together with a table of 30,000 members it fits what a stream may buffer. */
export const LOCAL_STATE_BYTES_MAX = 1024 * 1024;

/** Tells the application; false if its mailbox is full and refuses more, which is its own loss and not the pool's. */
export function tellApplication(delegate: PoolDelegate, message: DelegateMessage): boolean {
  try {
    delegate.ref().tell(message);
    return true;
  } catch (error) {
    if (!(error instanceof MailboxFullError)) throw error;
    return false;
  }
}
