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

/** The refs of one pool's actors, as {@linkcode Cast} has them. */
export interface PoolCast {
  enter<P extends keyof PoolParts>(part: P, player: ActorRef<PoolParts[P]>): void;
  get<P extends keyof PoolParts>(part: P): ActorRef<PoolParts[P]>;
}
