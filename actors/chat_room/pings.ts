import type { ChatPingReply } from "../chat_room.ts";
import type { Clock } from "../runtime/clock.ts";
import type { ActorRef } from "../runtime/ref.ts";

/** Pings under way at once. Who has not answered by then leaves his place to others when there is no room. */
const PINGS_MAX = 64;
const PING_OVER_MS = 5_000;

type Ping = Readonly<{ sentAt: number; replyTo: ActorRef<ChatPingReply> }>;

/** Whom we asked whether he is there, and since when. */
export class Pings {
  readonly #clock: Pick<Clock, "now">;
  readonly #underWay = new Map<string, Ping>();

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** Whether that member may be asked now; who asked before for the same one is not answered any more. */
  begin(member: string, replyTo: ActorRef<ChatPingReply>): boolean {
    if (this.#underWay.size >= PINGS_MAX) this.#giveUp();
    if (!this.#underWay.has(member) && this.#underWay.size >= PINGS_MAX) return false;
    this.#underWay.set(member, { sentAt: this.#clock.now(), replyTo });
    return true;
  }

  /** It has said that it is there. */
  answered(member: string): void {
    const ping = this.#underWay.get(member);
    if (ping === undefined) return;
    this.#underWay.delete(member);
    ping.replyTo.tell({ type: "answered", roundTripMs: this.#clock.now() - ping.sentAt });
  }

  #giveUp(): void {
    for (const [member, { sentAt }] of this.#underWay) {
      if (this.#clock.now() - sentAt > PING_OVER_MS) this.#underWay.delete(member);
    }
  }
}
