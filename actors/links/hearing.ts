import type { Address } from "../../transport/address.ts";
import type { Envelope, UndeliveredReason } from "../../transport/link/envelope.ts";
import type { ChannelFault } from "../../transport/link/channel.ts";
import type { LinksMessage } from "../links.ts";
import type { Context } from "../runtime/behavior.ts";
import type { DeadLetterReason } from "../runtime/dead_letters.ts";
import type { StopReason } from "../runtime/ref.ts";
import type { Connection } from "./connection.ts";
import type { LinksCounters } from "./counters.ts";
import type { Delivery, Exports } from "./exports.ts";
import type { Link } from "./link.ts";
import type { Vigil } from "./vigil.ts";
import { notify, WATCHES_PER_LINK_MAX } from "./watches.ts";

type HearingDeps = Readonly<{
  ctx: Context<LinksMessage>;
  exports: Exports;
  counters: LinksCounters;
  vigil: Vigil;
  link(peer: Address): Link | undefined;
  /** The link that a connection belongs to, if it does. */
  linkOf(connection: Connection): Link | undefined;
  write(connection: Connection, envelope: Exclude<Envelope, { type: "tell" | "stop" }>): void;
  refuse(connection: Connection, fault: ChannelFault): void;
  hangUp(connection: Connection): void;
}>;

/** What a peer says on a connection, once both have said hello: for our actors, and of its own. */
export class Hearing {
  readonly #deps: HearingDeps;
  readonly #counters: LinksCounters;

  constructor(deps: HearingDeps) {
    this.#deps = deps;
    this.#counters = deps.counters;
  }

  hear(connection: Connection, envelope: Exclude<Envelope, { type: "hello" }>): void {
    switch (envelope.type) {
      case "tell":
      case "stop":
        return this.#deliver(connection, envelope);
      case "watch":
        return this.#watchForThem(connection, envelope.watch, envelope.id);
      case "unwatch":
        connection.theirWatches.get(envelope.watch)?.();
        return void connection.theirWatches.delete(envelope.watch);
      case "gone":
        return this.#theirActorGone(connection, envelope.watch, envelope.reason);
      case "undelivered":
        return this.#cameBack(connection, envelope);
      case "ping":
        return this.#deps.write(connection, { type: "pong" });
      case "pong":
        return;
    }
  }

  #deliver(connection: Connection, envelope: Extract<Envelope, { type: "tell" | "stop" }>): void {
    if (this.#isOvertaken(connection)) return;
    this.#counters.received++;
    const outcome = this.#outcomeOf(envelope, connection.peer!);
    if (outcome === "done") return;
    if (outcome === "refused") this.#counters.refused++;
    else if (outcome === "full") this.#counters.full++;
    else this.#counters.unknownTarget++;
    const { id, number } = envelope;
    this.#deps.write(connection, { type: "undelivered", id, number, reason: outcome });
  }

  #outcomeOf(envelope: Extract<Envelope, { type: "tell" | "stop" }>, from: Address): Delivery {
    const { exports } = this.#deps;
    if (envelope.type === "tell") return exports.deliver(envelope.id, envelope.message, from);
    const { id, mode, deadlineMs } = envelope;
    return exports.stop(id, deadlineMs === undefined ? { mode } : { mode, deadlineMs });
  }

  /**
   * Whether what comes on this connection has to be dropped, so that nobody gets messages out of order. Then it is closed
   * too: if the other side writes on it in earnest, it will do so on a new one.
   */
  #isOvertaken(connection: Connection): boolean {
    if (connection.overtaken) {
      this.#counters.overtaken++;
      this.#deps.hangUp(connection);
      return true;
    }
    const link = this.#deps.link(connection.peer!);
    link?.hear(connection);
    if (link?.connections.has(connection)) link.usedAt = this.#deps.ctx.clock.now();
    return false;
  }

  #watchForThem(connection: Connection, watch: number, id: string): void {
    const { exports, vigil, linkOf, write, refuse } = this.#deps;
    if (connection.theirWatches.size >= WATCHES_PER_LINK_MAX) return refuse(connection, "malformed");
    const target = exports.find(id);
    if (target === undefined) return write(connection, { type: "gone", watch, reason: "unknown" });
    if (connection.theirWatches.has(watch)) return;
    connection.theirWatches.set(watch, () => {});
    const link = linkOf(connection);
    if (link !== undefined) vigil.stir(link);
    const cancel = target.watch((reason) => {
      if (connection.theirWatches.delete(watch)) write(connection, { type: "gone", watch, reason });
    });
    if (connection.theirWatches.has(watch)) connection.theirWatches.set(watch, cancel);
  }

  #theirActorGone(connection: Connection, number: number, reason: StopReason): void {
    const watch = this.#deps.link(connection.peer!)?.watches.take(number);
    if (watch !== undefined) notify(watch, reason, this.#deps.ctx.log);
  }

  /** The peer did not deliver something: who asked it need not wait for the time-out. */
  #cameBack(connection: Connection, { id, number, reason }: Extract<Envelope, { type: "undelivered" }>): void {
    const { ctx, link } = this.#deps;
    link(connection.peer!)?.slots.get(number)?.fail(reason === "full" ? "mailbox_full" : "gone");
    ctx.deadLetter({ to: `${connection.peer}/${id}`, message: undefined, reason: LETTERS[reason] });
  }
}

/** What a sender is shown of what the other side did not deliver. */
const LETTERS = { unknown: "no_such_actor", refused: "refused", full: "mailbox_full" } as const satisfies Record<
  UndeliveredReason,
  DeadLetterReason
>;
