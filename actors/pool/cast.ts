import type { BroadcasterMessage } from "../broadcaster.ts";
import type { FailureDetectorMessage } from "../failure_detector.ts";
import type { MembershipMessage } from "../membership.ts";
import type { ActorRef } from "../runtime/ref.ts";
import type { TransportMessage } from "../transport.ts";

/** Whom the actors of a gossip pool speak to. The transport is shared with others; the rest is the pool's own. */
export type PoolParts = {
  transport: TransportMessage;
  membership: MembershipMessage;
  failureDetector: FailureDetectorMessage;
  broadcaster: BroadcasterMessage;
};

/** The refs of one pool's actors. Part by part: all at once is too much for the compiler. */
export interface PoolCast {
  enter(part: "membership", player: ActorRef<MembershipMessage>): void;
  enter(part: "failureDetector", player: ActorRef<FailureDetectorMessage>): void;
  enter(part: "broadcaster", player: ActorRef<BroadcasterMessage>): void;
  get(part: "transport"): ActorRef<TransportMessage>;
  get(part: "membership"): ActorRef<MembershipMessage>;
  get(part: "failureDetector"): ActorRef<FailureDetectorMessage>;
  get(part: "broadcaster"): ActorRef<BroadcasterMessage>;
}

/**
 * The refs of actors by their part. Whoever spawns an actor enters it; others look it up when they have something to say,
 * so that actors which need each other can be started one after the other, and again.
 */
export class CastOf<Parts> {
  readonly #players = new Map<keyof Parts, ActorRef<never>>();

  enter<P extends keyof Parts>(part: P, player: ActorRef<Parts[P]>): void {
    this.#players.set(part, player as ActorRef<never>);
  }

  /** A part that not every peer has. */
  find<P extends keyof Parts>(part: P): ActorRef<Parts[P]> | undefined {
    return this.#players.get(part) as ActorRef<unknown> as ActorRef<Parts[P]> | undefined;
  }

  get<P extends keyof Parts>(part: P): ActorRef<Parts[P]> {
    const player = this.#players.get(part);
    if (player === undefined) throw new Error(`Nobody plays the ${String(part)} yet`);
    return player as ActorRef<unknown> as ActorRef<Parts[P]>;
  }
}
