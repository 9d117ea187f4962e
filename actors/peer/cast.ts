import type { BootstrapMessage } from "../bootstrap.ts";
import type { LinksMessage } from "../links.ts";
import type { PoolMessage } from "../pool.ts";
import type { PoolParts } from "../pool/cast.ts";
import type { RoomsMessage } from "../rooms.ts";
import type { ActorRef } from "../runtime/ref.ts";
import type { SerfMessage } from "../serf.ts";

/** The parts in a peer, and what each understands. Of those of a pool, they are the chat's. */
export type Parts = PoolParts & {
  links: LinksMessage;
  pool: PoolMessage;
  rooms: RoomsMessage;
  bootstrap: BootstrapMessage;
  serf: SerfMessage;
};

/**
 * The refs of a peer's actors by their part. Whoever spawns an actor enters it; others look it up when they have
 * something to say, so that actors which need each other can be started one after the other, and again.
 */
export class Cast {
  readonly #players = new Map<keyof Parts, ActorRef<never>>();

  enter<P extends keyof Parts>(part: P, player: ActorRef<Parts[P]>): void {
    this.#players.set(part, player as ActorRef<never>);
  }

  get<P extends keyof Parts>(part: P): ActorRef<Parts[P]> {
    const player = this.#players.get(part);
    if (player === undefined) throw new Error(`Nobody plays the ${part} yet`);
    return player as ActorRef<unknown> as ActorRef<Parts[P]>;
  }
}
