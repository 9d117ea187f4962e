import type { BroadcasterMessage, RumourHeard } from "./broadcaster.ts";
import { RUMOURS } from "./broadcaster.ts";
import { decodeEntry, encodeEntry, type Entry, isTextTooLong, type RoomName } from "./chat_room/entry.ts";
import { type Occupant, Occupants } from "./chat_room/occupants.ts";
import { MEMBERSHIP, type MembershipEvent } from "./membership.ts";
import type { Behavior, Context } from "./runtime/behavior.ts";
import { topic } from "./runtime/events.ts";
import type { ActorRef } from "./runtime/ref.ts";

/** What one room understands. */
export type ChatRoomMessage =
  | Readonly<{ type: "say"; text: string; replyTo: ActorRef<SayReply> }>
  | Readonly<{ type: "list"; replyTo: ActorRef<readonly Occupant[]> }>
  /** Ask somebody in the room whether he is there; the answer goes to who asked, and there may be none. */
  | Readonly<{ type: "ping"; name: string; replyTo: ActorRef<ChatPingReply> }>
  /** Say goodbye, then stop. */
  | Readonly<{ type: "leave"; replyTo: ActorRef<"left"> }>
  | Readonly<{ type: "heard"; rumour: RumourHeard }>
  | Readonly<{ type: "member"; event: MembershipEvent }>;

/** Whether a message was accepted, and how many others are in the room to hear it. */
export type SayReply = Readonly<{ ok: true; others: number }> | Readonly<{ ok: false; why: string }>;

/** How long somebody in the room took to answer; or he is not in the room, or too many are being asked. */
export type ChatPingReply =
  | Readonly<{ type: "answered"; roundTripMs: number }>
  | Readonly<{ type: "not_there" | "too_many" }>;

/** Pings under way at once; an answer that never comes leaves its place when the next ping to the same one begins. */
const PINGS_MAX = 64;

/** What happens in rooms, for screens. */
export type ChatEvent =
  | Readonly<{ type: "said"; room: RoomName; author: string; own: boolean; text: string; wallMs: number }>
  | Readonly<{ type: "came" | "went"; room: RoomName; author: string; wallMs: number }>;
export const CHAT = topic<ChatEvent>("chat");

/** What of a room outlives a crash of its actor; who else is in it is asked again. */
export type RoomMemory = {
  readonly room: RoomName;
  /** When we came, for people; and by our own monotonic clock. */
  readonly sinceWallMs: number;
  readonly enteredAt: number;
  announced: boolean;
};

type ChatRoomDeps = Readonly<{
  self: string;
  memory: RoomMemory;
  broadcaster: () => ActorRef<BroadcasterMessage>;
}>;

/** One room: who is in it and what they say. It never chooses whom to forward to; the broadcaster does. */
export function chatRoom(deps: ChatRoomDeps): Behavior<ChatRoomMessage> {
  return (ctx) => {
    const room = new Room(ctx, deps);
    ctx.subscribe(RUMOURS, (rumour) => ({ type: "heard", rumour }));
    ctx.subscribe(MEMBERSHIP, (event) => ({ type: "member", event }));
    room.enter();
    return (message) => {
      switch (message.type) {
        case "say":
          return message.replyTo.tell(room.say(message.text));
        case "list":
          return message.replyTo.tell(room.list());
        case "ping":
          return room.ping(message.name, message.replyTo);
        case "leave":
          return room.leave(message.replyTo);
        case "heard":
          return room.heard(message.rumour);
        case "member":
          return room.member(message.event);
      }
    };
  };
}

class Room {
  readonly #ctx: Context<ChatRoomMessage>;
  readonly #deps: ChatRoomDeps;
  readonly #occupants = new Occupants();
  readonly #topic: string;
  /** Whom we asked whether he is there, and since when. */
  readonly #pings = new Map<string, { readonly sentAt: number; readonly replyTo: ActorRef<ChatPingReply> }>();

  constructor(ctx: Context<ChatRoomMessage>, deps: ChatRoomDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
    this.#topic = topicOf(deps.memory.room);
  }

  /** Announces us; after a crash it only asks who else is here, so that nobody sees us come twice. */
  enter(): void {
    const { memory, self } = this.#deps;
    this.#occupants.note(self, { type: "present", wallMs: memory.sinceWallMs });
    this.#publish({ type: memory.announced ? "asked" : "came", wallMs: memory.sinceWallMs });
    memory.announced = true;
  }

  say(text: string): SayReply {
    if (text.trim() === "") return { ok: false, why: "There is nothing to say" };
    if (isTextTooLong(text)) return { ok: false, why: "The message is too long" };
    const entry: Entry = { type: "said", text, wallMs: this.#ctx.clock.wallMs() };
    this.#publish(entry);
    this.#show(this.#deps.self, entry);
    return { ok: true, others: this.#occupants.list().length - 1 };
  }

  list(): readonly Occupant[] {
    return this.#occupants.list();
  }

  /** He is asked what a newcomer asks, which every peer answers; whatever he says next of himself is the answer. */
  ping(name: string, replyTo: ActorRef<ChatPingReply>): void {
    const isThere = this.#occupants.list().some((occupant) => occupant.name === name);
    if (!isThere) return replyTo.tell({ type: "not_there" });
    if (name === this.#deps.self) return replyTo.tell({ type: "answered", roundTripMs: 0 });
    if (!this.#pings.has(name) && this.#pings.size >= PINGS_MAX) return replyTo.tell({ type: "too_many" });
    this.#pings.set(name, { sentAt: this.#ctx.clock.now(), replyTo });
    this.#tellAbout("asked", name);
  }

  #answered(name: string): void {
    const ping = this.#pings.get(name);
    if (ping === undefined) return;
    this.#pings.delete(name);
    ping.replyTo.tell({ type: "answered", roundTripMs: this.#ctx.clock.now() - ping.sentAt });
  }

  leave(replyTo: ActorRef<"left">): void {
    this.#publish({ type: "went", wallMs: this.#ctx.clock.wallMs() });
    replyTo.tell("left");
    this.#ctx.stop(this.#ctx.self);
  }

  heard(rumour: RumourHeard): void {
    if (rumour.topic !== this.#topic) return;
    const entry = decodeEntry(rumour.payload);
    if (entry === undefined) return this.#ctx.log.warn("entry_malformed", { author: rumour.author });
    if (entry.type === "present") this.#answered(rumour.author);
    const changed = this.#occupants.note(rumour.author, entry);
    if (entry.type === "came" || entry.type === "asked") this.#tellAbout("present", rumour.author);
    if ((entry.type === "said" || changed) && !this.#isFromBefore(rumour)) this.#show(rumour.author, entry);
  }

  member(event: MembershipEvent): void {
    const name = event.member.name;
    if (name === this.#deps.self) return;
    if (event.type === "left" || event.type === "failed") this.#occupants.memberGone(name);
    if (event.type !== "joined") return;
    this.#occupants.memberBack(name);
    // Both ask: of two who lost each other, maybe only one has noticed and forgotten the other.
    this.#tellAbout("asked", name);
  }

  /**
   * A newcomer is told again what was said just before, since others may know of it before the speaker does; what was
   * said before it came is not for it.
   */
  #isFromBefore({ ageMs }: RumourHeard): boolean {
    return ageMs > this.#ctx.clock.now() - this.#deps.memory.enteredAt;
  }

  /** Tells one other that we are here. */
  #tellAbout(type: "present" | "asked", to: string): void {
    const payload = encodeEntry({ type, wallMs: this.#deps.memory.sinceWallMs });
    this.#deps.broadcaster().tell({ type: "send_to", to, topic: this.#topic, payload });
  }

  #publish(entry: Entry): void {
    this.#deps.broadcaster().tell({ type: "publish", topic: this.#topic, payload: encodeEntry(entry) });
  }

  #show(author: string, entry: Entry): void {
    const { room } = this.#deps.memory;
    const { wallMs } = entry;
    const own = author === this.#deps.self;
    if (entry.type === "said") {
      this.#ctx.events.publish(CHAT, { type: "said", room, author, own, text: entry.text, wallMs });
    } else if (entry.type === "went") this.#ctx.events.publish(CHAT, { type: "went", room, author, wallMs });
    else if (entry.type === "came") this.#ctx.events.publish(CHAT, { type: "came", room, author, wallMs });
  }
}

function topicOf(room: RoomName): string {
  return `room/${room}`;
}
