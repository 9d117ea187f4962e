/**
 * What others hold of an actor. A local actor, a remote one and a reply slot have this same face. Delivery is at most
 * once; messages from one sender to one receiver keep their order.
 */
export interface ActorRef<M> {
  /** Unique in its system; for a remote actor it begins with the address of its peer. */
  readonly path: string;
  /**
   * Sends and forgets. What cannot be delivered becomes a dead letter.
   * Throws a `MailboxFullError` only if the actor's mailbox is full and its policy is `fail`.
   */
  tell(message: M): void;
  /**
   * Sends when there is room: resolves when the mailbox has taken the message in, whatever its policy, and rejects with
   * an {@linkcode AskError} when it has not within `timeoutMs`, too many wait already, or the actor is gone.
   */
  tellAndWait(message: M, timeoutMs: number, asker?: Asker): Promise<void>;
  /**
   * Sends what `build` makes of a reply slot and resolves with the first reply.
   * Rejects with an {@linkcode AskError} after `timeoutMs`, or at once when the actor is known to be gone.
   */
  ask<R>(build: (replyTo: ActorRef<R>) => M, timeoutMs: number, asker?: Asker): Promise<R>;
  /** Calls back exactly once when the actor is gone, at once if it is already. Returns how to cancel. */
  watch(gone: (reason: StopReason) => void): () => void;
  /** Stops the actor, whoever asks; it is not restarted. To hear when it is down, watch it. */
  stop(options?: StopOptions): void;
}

export type StopOptions = Readonly<{
  /**
   * `finish` (the default): the message being handled is finished, what waits becomes dead letters. `drain`: what waits
   * is handled first, and nothing more is taken in. `kill`: nothing is waited for. In each, children stop before their
   * parent, in reverse order of start, and what was registered with `onStop` runs.
   */
  mode?: "finish" | "drain" | "kill";
  /**
   * After this time the actor is killed; of several, the first to be over counts. Default: its `stopTimeoutMs`. Not a
   * number, or below 0, is a `RangeError`.
   */
  deadlineMs?: number;
}>;

/**
 * Why an actor is gone: `finished` stopped itself, `stopped` was stopped, `killed` was stopped without waiting for it,
 * `failed` crashed beyond its restart limit, `unreachable` its peer is gone or does not answer, `unknown` there is no
 * such actor.
 */
export type StopReason = "finished" | "stopped" | "killed" | "failed" | "unreachable" | "unknown";

/** Those who wait for something on behalf of one actor: what is open is cancelled when it ends. */
export interface Asker {
  open(wait: Cancellable): void;
  closed(wait: Cancellable): void;
}

export interface Cancellable {
  cancel(): void;
}

/** Why an ask got no reply, or a message that waited for room got none. */
export class AskError extends Error {
  override readonly name = "AskError";
  readonly reason: "timed_out" | "gone" | "cancelled" | "malformed" | "mailbox_full";

  constructor(reason: AskError["reason"], path: string) {
    super(ASK_ERROR_TEXT[reason](path));
    this.reason = reason;
  }
}

/** What an actor fails with when one that it is linked to has failed, was killed, or cannot be reached. */
export class LinkError extends Error {
  override readonly name = "LinkError";
  readonly reason: StopReason;

  constructor(path: string, reason: StopReason) {
    super(`Linked to ${path}, which is gone: ${reason}`);
    this.reason = reason;
  }
}

const ASK_ERROR_TEXT = {
  timed_out: (path: string) => `No reply in time from ${path}`,
  gone: (path: string) => `Nobody is there to ask at ${path}`,
  malformed: (path: string) => `Not a reply that makes sense, from ${path}`,
  cancelled: (path: string) => `The asker stopped before ${path} replied`,
  mailbox_full: (path: string) => `Too much waits already at ${path}`,
} as const;
