import type { Address } from "../../transport/address.ts";
import type { Stream, StreamCloseReason, StreamHandler } from "../../transport/transport.ts";
import type { CliChatMessage } from "../cli_chat.ts";
import type { Context } from "../runtime/behavior.ts";
import type { ActorRef } from "../runtime/ref.ts";
import type { DialReply, TransportMessage } from "../transport.ts";
import type { DeliveryNote } from "./delivery_notes.ts";
import { type Delivery, Outbox } from "./outbox.ts";

const DIAL_TIMEOUT_MS = 2_000;

/** Who has not read a line by then is stuck. */
const DELIVERY_TIMEOUT_MS = 5_000;

/** Our own transport answers at once. */
const ASK_TIMEOUT_MS = 5_000;

type DeliveriesDeps = Readonly<{
  transport: () => ActorRef<TransportMessage>;
  count(what: string): void;
  /** A line was brought, or given up. */
  over(note: DeliveryNote): void;
}>;

/** Lines to members of cli-chat: one at a time to each, a connection for each line, as they do it themselves. */
export class Deliveries {
  readonly #ctx: Context<CliChatMessage>;
  readonly #deps: DeliveriesDeps;
  readonly #outboxes = new Map<string, Outbox>();
  readonly #underWay = new Map<string, Stream>();

  constructor(ctx: Context<CliChatMessage>, deps: DeliveriesDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
  }

  bring(delivery: Delivery): void {
    const { node } = delivery.note;
    let outbox = this.#outboxes.get(node);
    if (outbox === undefined) this.#outboxes.set(node, outbox = new Outbox());
    if (!outbox.put(delivery)) this.#deps.count("lines that waited too long");
    this.#next(node);
  }

  /** Nothing more goes there but what is under way. */
  forget(node: string): void {
    this.#outboxes.delete(node);
  }

  dialled(node: string, line: Uint8Array, reply: DialReply): void {
    if (!reply.ok) return this.delivered(node, reply.why);
    this.#underWay.set(node, reply.stream);
    this.#ctx.timers.after(`deliver ${node}`, DELIVERY_TIMEOUT_MS, { type: "delivery_late", node });
    reply.stream.write(line);
    reply.stream.end();
  }

  /** `delivered` follows. */
  late(node: string): void {
    this.#underWay.get(node)?.destroy();
  }

  delivered(node: string, problem: string | undefined): void {
    this.#ctx.timers.cancel(`deliver ${node}`);
    this.#underWay.delete(node);
    const done = this.#outboxes.get(node)?.done();
    if (done !== undefined) this.#deps.over(done.note);
    if (problem !== undefined) {
      this.#deps.count("lines not delivered");
      this.#ctx.log.warn("cli_chat_not_delivered", { to: node, problem });
    }
    this.#next(node);
  }

  dial(to: Address, handler: StreamHandler): Promise<DialReply> {
    return this.#ctx.ask<TransportMessage, DialReply>(
      this.#deps.transport(),
      (replyTo) => ({ type: "dial", to, timeoutMs: DIAL_TIMEOUT_MS, handler, replyTo }),
      ASK_TIMEOUT_MS,
    );
  }

  /** The next line goes when the connection of the one before is closed, so in order. */
  #next(node: string): void {
    const next = this.#outboxes.get(node)?.next();
    if (next === undefined) return;
    const { to, line } = next;
    const closed = (reason: StreamCloseReason): void => {
      this.#ctx.self.tell({ type: "delivered", node, problem: reason === "ended" ? undefined : reason });
    };
    this.#ctx.pipeToSelf(
      this.dial(to, { data: () => {}, closed }),
      (reply) => ({ type: "dialled", node, line, reply }),
      (error) => ({ type: "delivered", node, problem: String(error) }),
    );
  }
}
