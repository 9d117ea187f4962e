import type { BroadcasterMessage } from "./broadcaster.ts";
import { type ChatPingReply, chatRoom, type ChatRoomMessage, type RoomMemory, type SayReply } from "./chat_room.ts";
import type { RoomName } from "./chat_room/entry.ts";
import type { Occupant } from "./chat_room/occupants.ts";
import type { Behavior } from "./runtime/behavior.ts";
import { topic } from "./runtime/events.ts";
import type { ActorRef } from "./runtime/ref.ts";

/** What the keeper of the rooms understands. */
export type RoomsMessage =
  | Readonly<{ type: "join"; room: RoomName; replyTo: ActorRef<"joined" | "was_in" | "full"> }>
  | Readonly<{ type: "leave"; room: RoomName; replyTo: ActorRef<"left" | "not_in"> }>
  | Readonly<{ type: "say"; room: RoomName; text: string; replyTo: ActorRef<SayReply> }>
  | Readonly<{ type: "list"; room: RoomName; replyTo: ActorRef<readonly Occupant[] | "not_in"> }>
  | Readonly<
    { type: "ping"; room: RoomName; name: string; replyTo: ActorRef<ChatPingReply | Readonly<{ type: "not_in" }>> }
  >
  /** Leave all rooms without a word: the membership says it, or nobody shall. */
  | Readonly<{ type: "close_all"; replyTo: ActorRef<"closed"> }>
  /** The actor of a room has ended. */
  | Readonly<{ type: "ended"; actor: ActorRef<ChatRoomMessage> }>;

/** The rooms we are in outlive a crash of their keeper. */
export type RoomsMemory = Map<RoomName, RoomMemory>;

/** The rooms we are in, after each coming and going. */
export const ROOMS = topic<readonly RoomName[]>("rooms");

/** Rooms one peer may be in. */
const ROOMS_MAX = 256;

type RoomsDeps = Readonly<{
  self: string;
  memory: RoomsMemory;
  broadcaster: () => ActorRef<BroadcasterMessage>;
}>;

/** Keeps one actor for each room that we are in. */
export function rooms(deps: RoomsDeps): Behavior<RoomsMessage> {
  return (ctx) => {
    const open = new Map<RoomName, ActorRef<ChatRoomMessage>>();
    /** Actors by name, also of rooms that we are just leaving: who returns at once needs another. */
    const named = new Map<string, ActorRef<ChatRoomMessage>>();

    const start = (memory: RoomMemory): void => {
      const behavior = chatRoom({ self: deps.self, memory, broadcaster: deps.broadcaster });
      let name = `room-${memory.room}`;
      for (let life = 2; named.has(name); life++) name = `room-${memory.room}-${life}`;
      const actor = ctx.spawn(name, behavior);
      named.set(name, actor);
      open.set(memory.room, actor);
      ctx.watch(actor, () => ({ type: "ended", actor }));
    };

    const ended = (actor: ActorRef<ChatRoomMessage>): void => {
      for (const [name, ref] of named) if (ref === actor) named.delete(name);
    };

    const publish = (): void => ctx.events.publish(ROOMS, [...deps.memory.keys()]);

    const closeAll = (): void => {
      for (const actor of open.values()) ctx.stop(actor);
      open.clear();
      deps.memory.clear();
      publish();
    };

    const join = (room: RoomName): "joined" | "was_in" | "full" => {
      if (open.has(room)) return "was_in";
      if (open.size >= ROOMS_MAX) return "full";
      const memory = { room, sinceWallMs: ctx.clock.wallMs(), enteredAt: ctx.clock.now(), announced: false };
      deps.memory.set(room, memory);
      start(memory);
      publish();
      return "joined";
    };

    const leave = (room: RoomName, replyTo: ActorRef<"left" | "not_in">): void => {
      const ref = open.get(room);
      if (ref === undefined) return replyTo.tell("not_in");
      open.delete(room);
      deps.memory.delete(room);
      publish();
      ref.tell({ type: "leave", replyTo });
    };

    const say = (room: RoomName, text: string, replyTo: ActorRef<SayReply>): void => {
      const ref = open.get(room);
      if (ref === undefined) replyTo.tell({ ok: false, why: `You are not in #${room}` });
      else ref.tell({ type: "say", text, replyTo });
    };

    const list = (room: RoomName, replyTo: ActorRef<readonly Occupant[] | "not_in">): void => {
      const ref = open.get(room);
      if (ref === undefined) replyTo.tell("not_in");
      else ref.tell({ type: "list", replyTo });
    };

    const ping = ({ room, name, replyTo }: Extract<RoomsMessage, { type: "ping" }>): void => {
      const ref = open.get(room);
      if (ref === undefined) replyTo.tell({ type: "not_in" });
      else ref.tell({ type: "ping", name, replyTo });
    };

    for (const memory of deps.memory.values()) start(memory);
    return (message) => {
      switch (message.type) {
        case "join":
          return message.replyTo.tell(join(message.room));
        case "leave":
          return leave(message.room, message.replyTo);
        case "say":
          return say(message.room, message.text, message.replyTo);
        case "list":
          return list(message.room, message.replyTo);
        case "ping":
          return ping(message);
        case "close_all":
          closeAll();
          return message.replyTo.tell("closed");
        case "ended":
          return ended(message.actor);
      }
    };
  };
}
