import type { ActorRef } from "../runtime/ref.ts";
import { USER_OVERHEAD_BYTES } from "./piggyback.ts";
import { type Broadcast, type Replacement, TransmitQueue } from "./transmit_queue.ts";

/** How an application's broadcast relates to those that are queued already. */
export type UserReplacement =
  /** Replaces nothing, and is replaced by nothing. */
  | Readonly<{ kind: "unique" }>
  /** Takes the place of the queued one of the same name. */
  | Readonly<{ kind: "named"; name: string }>
  /** Takes out all other plain ones whose subject it makes pointless. */
  | Readonly<{ kind: "plain"; subject: string; invalidates: readonly string[] }>;

/**
 * What became of a broadcast: `sent` to as many as gossip thinks enough, `replaced` by a newer one, `pruned` because
 * there were too many, `stopped` because we are no member any more; or refused, and never queued.
 */
export type BroadcastReply =
  | Readonly<{ type: "finished"; how: "sent" | "replaced" | "pruned" | "stopped" }>
  | Readonly<{ type: "refused"; why: string }>;

/** Something that the application wants everybody to hear. */
type UserBroadcast = Readonly<{
  payload: Uint8Array;
  replacement: UserReplacement;
  replyTo?: ActorRef<BroadcastReply> | undefined;
}>;

/** Broadcasts that wait at most: at five packets a second and four sendings each, a minute of them. */
const BROADCASTS_MAX = 1_024;

/** Bytes of them at most; beyond either limit the most told are finished early. */
const BROADCAST_BYTES_MAX = 1024 * 1024;

/**
 * The part of each gossip packet that is the application's even if our own messages would fill it all. In the original
 * it gets what they leave, and in a large cluster's turmoil that is nothing (hashicorp/memberlist issue 299).
 */
const RESERVED_SHARE = 0.25;

/** What a queued broadcast is known by. */
type About = Readonly<{ subject: string | undefined; replyTo: ActorRef<BroadcastReply> | undefined }>;

/**
 * The application's broadcasts, in a transmit-limited queue of their own. What is reserved for them adds up from packet
 * to packet while something waits, so that one as long as a packet gets its turn too.
 */
export class UserBroadcasts {
  readonly counters = { "user broadcasts sent": 0, "user broadcasts pruned": 0, "user broadcasts refused": 0 };
  readonly #queue = new TransmitQueue<About>(BROADCASTS_MAX + 1); // one more, so that only `#prune` prunes
  #credit = 0;

  get isEmpty(): boolean {
    return this.#queue.size === 0;
  }

  /** Queues a broadcast of at most `bytesMax`; tells those who wait for what it pushes out. */
  enqueue({ payload, replacement, replyTo }: UserBroadcast, bytesMax: number): void {
    if (payload.length > bytesMax) {
      this.counters["user broadcasts refused"]++;
      return replyTo?.tell({ type: "refused", why: `At most ${bytesMax} bytes fit a packet: ${payload.length}` });
    }
    const subject = replacement.kind === "plain" ? replacement.subject : undefined;
    const broadcast = { bytes: payload, about: { subject, replyTo }, replacement: replacementOf(replacement) };
    finish(this.#queue.enqueue(broadcast), "replaced");
    this.#prune(BROADCASTS_MAX);
    while (this.#queue.bytes > BROADCAST_BYTES_MAX) this.#prune(this.#queue.size - 1);
  }

  /** How much of a packet of `limitBytes` to keep free for {@linkcode UserBroadcasts.take}. */
  reserve(limitBytes: number): number {
    if (this.isEmpty) return this.#credit = 0;
    const earned = Math.min(limitBytes, this.#credit + RESERVED_SHARE * limitBytes);
    this.#credit = Math.max(this.#credit, Math.floor(earned));
    const wanted = this.#queue.bytes + this.#queue.size * USER_OVERHEAD_BYTES;
    const reserved = Math.min(limitBytes, this.#credit, wanted);
    return this.#queue.hasWithin(reserved - USER_OVERHEAD_BYTES) ? reserved : 0;
  }

  /** What fits a packet's rest, each costing `overheadBytes` more than its length. */
  take(overheadBytes: number, limitBytes: number, transmitLimit: number, itemsMax: number): readonly Uint8Array[] {
    const { taken, finished } = this.#queue.take(overheadBytes, limitBytes, transmitLimit, itemsMax);
    const payloads = taken.map(({ bytes }) => bytes);
    const used = payloads.reduce((sum, { length }) => sum + length + overheadBytes, 0);
    this.#credit = Math.max(0, this.#credit - used);
    this.counters["user broadcasts sent"] += payloads.length;
    finish(finished, "sent");
    return payloads;
  }

  /** We are no member any more: nobody is there to hear any of it. */
  stop(): void {
    finish(this.#queue.prune(0), "stopped");
  }

  #prune(keep: number): void {
    const pruned = this.#queue.prune(keep);
    this.counters["user broadcasts pruned"] += pruned.length;
    finish(pruned, "pruned");
  }
}

function replacementOf(replacement: UserReplacement): Replacement<About> {
  if (replacement.kind !== "plain") return replacement;
  const pointless = new Set(replacement.invalidates);
  return { kind: "plain", invalidates: ({ subject }) => subject !== undefined && pointless.has(subject) };
}

function finish(over: readonly Broadcast<About>[], how: "sent" | "replaced" | "pruned" | "stopped"): void {
  for (const { about } of over) about.replyTo?.tell({ type: "finished", how });
}
