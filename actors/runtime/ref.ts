/**
 * What others hold of an actor. A local actor, a remote one and a reply slot have this same face. Delivery is at most
 * once; messages from one sender to one receiver keep their order.
 */
export interface ActorRef<M> {
  /** Unique in its system; for a remote actor it begins with the address of its peer. */
  readonly path: string;
  /** Sends and forgets. What cannot be delivered becomes a dead letter. */
  tell(message: M): void;
  /**
   * Sends what `build` makes of a reply slot and resolves with the first reply.
   * Rejects with an {@linkcode AskError} after `timeoutMs`, or at once when the actor is known to be gone.
   */
  ask<R>(build: (replyTo: ActorRef<R>) => M, timeoutMs: number): Promise<R>;
  /** Calls back exactly once when the actor is gone, at once if it is already. Returns how to cancel. */
  watch(gone: (reason: StopReason) => void): () => void;
}

/**
 * Why an actor is gone: `finished` stopped itself, `stopped` was stopped, `failed` crashed beyond its restart limit,
 * `unreachable` its peer is gone or does not answer, `unknown` there is no such actor.
 */
export type StopReason = "finished" | "stopped" | "failed" | "unreachable" | "unknown";

/** Why an ask got no reply. */
export class AskError extends Error {
  override readonly name = "AskError";
  readonly reason: "timed_out" | "gone" | "cancelled" | "malformed";

  constructor(reason: AskError["reason"], path: string) {
    super(ASK_ERROR_TEXT[reason](path));
    this.reason = reason;
  }
}

const ASK_ERROR_TEXT = {
  timed_out: (path: string) => `No reply in time from ${path}`,
  gone: (path: string) => `Nobody is there to ask at ${path}`,
  malformed: (path: string) => `Not a reply that makes sense, from ${path}`,
  cancelled: (path: string) => `The asker stopped before ${path} replied`,
} as const;
