/**
 * What a library of actors has to do here, each in the way that is usual and fastest for it. The workloads are the same
 * for all. Nothing that a library does by default (bounds, supervision, counters) is switched off, except its log.
 */
export interface Contender<Actor = unknown> {
  /** Prepares for actors of one behaviour, so that what they can share is made once. */
  kind(behavior: Behavior): Kind<Actor> | Promise<Kind<Actor>>;
  /** Starts an actor that answers each `ask` with one more than what was asked. */
  spawnReplier(): Actor | Promise<Actor>;
  tell(to: Actor, message: Message): void;
  ask(of: Actor, amount: number): Promise<number>;
}

/** Actors of one behaviour. */
export interface Kind<Actor> {
  spawn(): Actor | Promise<Actor>;
  stop(actor: Actor): void | Promise<void>;
}

/** Called once for each actor: its state is in the closure. */
export type Behavior = () => Receive;

export type Receive = (message: Message) => void;

/** What all rows send: a small object, made anew for each message. */
export type Message = Readonly<{ type: "add"; amount: number }>;

/** For those that need one; long enough never to be reached. */
export const ASK_TIMEOUT_MS = 10_000;
