import type { Address } from "../../transport/address.ts";
import type { BroadcasterMessage } from "../broadcaster.ts";
import type { CliChatMemory } from "../cli_chat.ts";
import type { Clock } from "../runtime/clock.ts";
import type { ActorRef } from "../runtime/ref.ts";
import { Bucket } from "../transport/budget.ts";
import { type ChatRecord, type CliChatMessage, encodeMember, isLater, type Timestamp, timestampOf } from "./format.ts";

/** Answers and corrections by gossip. */
const SAYINGS = { burst: 20, perSecond: 2 } as const;

type OwnRecordDeps = Readonly<{
  self: string;
  memory: CliChatMemory;
  clock: Pick<Clock, "now" | "wallMs">;
  broadcaster(): ActorRef<BroadcasterMessage>;
  count(what: string): void;
}>;

/** We as a member of their chat: what we say of ourselves, and how we answer what others do. */
export class OwnRecord {
  readonly #deps: OwnRecordDeps;
  readonly #memory: CliChatMemory;
  readonly #sayings: Bucket;
  #lastPing: Timestamp = { seconds: 0, nanos: 0 };

  constructor(deps: OwnRecordDeps) {
    this.#deps = deps;
    this.#memory = deps.memory;
    this.#sayings = new Bucket(SAYINGS, deps.clock.now());
  }

  /** What time it is, as records tell it. */
  get now(): Timestamp {
    return timestampOf(this.#deps.clock.wallMs());
  }

  come(sender: Address): void {
    const own = { name: this.#deps.self, sender, timestamp: this.now };
    this.#memory.own = own;
    this.#say("join", own);
  }

  go(): void {
    const { own } = this.#memory;
    this.#memory.own = undefined;
    if (own !== undefined) this.#say("leave", own);
  }

  /** That we are here, if we are. */
  sayAgain(): void {
    const { own } = this.#memory;
    if (own !== undefined) this.#say("join", own);
  }

  /** Somebody is new: as each of them does. */
  greet(): void {
    if (this.#memory.own !== undefined) this.#sayWithin(() => this.sayAgain());
  }

  /** Somebody says something of us. */
  heard({ type, record: { sender, timestamp } }: CliChatMessage): void {
    const { own } = this.#memory;
    if (own === undefined) return;
    if (type === "ping") {
      if (!isLater(timestamp, this.#lastPing)) return; // it is gossiped several times, and so is our answer
      this.#sayWithin(() => {
        this.#lastPing = this.#after(timestamp);
        this.#say("ping", { ...own, timestamp: this.#lastPing });
      });
      return;
    }
    if (type === "join" && (sender === own.sender || isLater(own.timestamp, timestamp))) return;
    if (type === "leave" && isLater(own.timestamp, timestamp)) return;
    // An earlier life of ours, or a forgery: we are here.
    this.#sayWithin(() => {
      this.#memory.own = { ...own, timestamp: this.#after(timestamp) };
      this.#say("join", this.#memory.own);
    });
  }

  #say(type: CliChatMessage["type"], record: ChatRecord): void {
    const payload = encodeMember({ type, record });
    this.#deps.broadcaster().tell({ type: "broadcast_user", payload, replacement: { kind: "unique" } });
  }

  #sayWithin(say: () => void): void {
    if (this.#sayings.spend(1, this.#deps.clock.now())) say();
    else this.#deps.count("answers over the limit");
  }

  /** Now, and in any case later than that. */
  #after(timestamp: Timestamp): Timestamp {
    const { now } = this;
    return isLater(now, timestamp) ? now : { seconds: timestamp.seconds + 1, nanos: 0 };
  }
}
