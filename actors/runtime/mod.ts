/**
 * An actor runtime: supervised actors that own their state and speak only by messages. It knows nothing of chat,
 * networks or Deno; time and chance are handed in. What it promises, sentence by sentence, is in `docs/actors.md`.
 *
 * ```ts
 * import { type ActorRef, ActorSystem, type Behavior, realClock, systemRandom } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * type Message = { type: "add"; amount: number } | { type: "total"; replyTo: ActorRef<number> };
 *
 * const counter: Behavior<Message> = () => {
 *   let total = 0;
 *   return (message) => {
 *     if (message.type === "add") total += message.amount;
 *     else message.replyTo.tell(total);
 *   };
 * };
 *
 * const system = new ActorSystem({ clock: realClock, random: systemRandom() });
 * const ref = system.spawn("counter", counter);
 * ref.tell({ type: "add", amount: 2 });
 * ref.tell({ type: "add", amount: 3 });
 * assert.equal(await ref.ask<number>((replyTo) => ({ type: "total", replyTo }), 1_000), 5);
 * await system.stop();
 * ```
 *
 * @module
 */

export type { Behavior, Context, Receive, SpawnOptions } from "./behavior.ts";
export type { CellState } from "./cell.ts";
export { type Cancel, type Clock, realClock } from "./clock.ts";
export { DEAD_LETTERS, type DeadLetter, type DeadLetterCounts, type DeadLetterReason } from "./dead_letters.ts";
export type { Deadlines } from "./deadlines.ts";
export { EventStream, type Topic, topic } from "./events.ts";
export { LIFECYCLE, type LifecycleEvent } from "./lifecycle.ts";
export type { Log, LogLevel, LogRecord, LogSink } from "./log.ts";
export { MailboxFullError, type MailboxOptions } from "./mailbox.ts";
export { type Random, seededRandom, systemRandom } from "./random.ts";
export { type ActorRef, AskError, LinkError, type StopOptions, type StopReason } from "./ref.ts";
export { type Courier, RemoteRef } from "./remote_ref.ts";
export type { Waiting } from "./reply_slot.ts";
export { NO_RESTARTS, type RestartHistory } from "./restart_window.ts";
export {
  type ChildExit,
  decide,
  type Decision,
  type Restart,
  type Strategy,
  type Supervision,
  SUPERVISION_DEFAULTS,
} from "./supervisor.ts";
export { ActorSystem, type SystemOptions, type TreeNode } from "./system.ts";
export type { Timers } from "./timers.ts";
export { LOOP_BLOCKED, type LoopBlocked } from "./watchdog.ts";
