import type { BroadcasterMessage } from "./broadcaster.ts";
import {
  type ChatPingReply,
  chatRoom,
  type ChatRoomMessage,
  type GuestMessage,
  type HistoryDeps,
  type PersonMemory,
  type RoomMemory,
  type SayReply,
} from "./chat_room.ts";
import { type ChronicleMemory, newChronicleCounters, newChronicleMemory } from "./chat_room/chronicle.ts";
import type { Evidence } from "./chat_room/chronicle/delivery.ts";
import type { RoomName } from "./chat_room/entry.ts";
import type { Occupant } from "./chat_room/occupants.ts";
import { direct } from "./direct.ts";
import { type Letters, lettersWith } from "./direct/letters.ts";
import type { AuthorId } from "./history/author.ts";
import { People, type PeopleReply, type Whois } from "./history/people.ts";
import type { Batch } from "./history/log_message.ts";
import { type Admitted, admittedOf, RoomLog } from "./history/room_log.ts";
import type { Writable } from "./history/refusal.ts";
import { latestShown, type Shown } from "./history/shown.ts";
import { noteTopics, type Topic, topicOf } from "./history/topic.ts";
import type { MembershipMessage } from "./membership.ts";
import type { Behavior } from "./runtime/behavior.ts";
import { topic } from "./runtime/events.ts";
import type { ActorRef } from "./runtime/ref.ts";

/** What the keeper of the rooms understands. */
export type RoomsMessage =
  | Readonly<{ type: "join"; room: RoomName; replyTo: ActorRef<"joined" | "was_in" | "full"> }>
  | Readonly<{ type: "leave"; room: RoomName; replyTo: ActorRef<"left" | "not_in"> }>
  | Readonly<{ type: "say"; room: RoomName; text: string; replyTo: ActorRef<SayReply> }>
  | Readonly<{ type: "write"; room: RoomName; content: Writable; replyTo: ActorRef<SayReply> }>
  /** What the room is about; `null` for nothing. */
  | Readonly<{ type: "topic"; room: RoomName; replyTo: ActorRef<Topic | null | "not_in"> }>
  | Readonly<{ type: "held"; room: RoomName; limit: number; replyTo: ActorRef<readonly Evidence[] | "not_in"> }>
  /** The latest of what the room's history shows, in order. */
  | Readonly<{ type: "history"; room: RoomName; limit: number; replyTo: ActorRef<readonly Shown[] | "not_in"> }>
  | Readonly<{ type: "list"; room: RoomName; replyTo: ActorRef<readonly Occupant[] | "not_in"> }>
  | Readonly<
    { type: "ping"; room: RoomName; name: string; replyTo: ActorRef<ChatPingReply | Readonly<{ type: "not_in" }>> }
  >
  /** What was kept elsewhere of a room that we need not be in; each batch is judged by itself. */
  | Readonly<
    { type: "admit"; room: RoomName; batches: readonly Batch[]; replyTo: ActorRef<readonly Admitted[]> }
  >
  /** What was counted of the histories of all rooms. */
  | Readonly<{ type: "status"; replyTo: ActorRef<Readonly<Record<string, number>>> }>
  /** Say something to one other, wherever they are. */
  | Readonly<{ type: "tell"; name: string; text: string; replyTo: ActorRef<SayReply> }>
  /** The latest of what we and one other told each other. */
  | Readonly<{ type: "letters"; name: string; limit: number; replyTo: ActorRef<Letters | LettersUnknown> }>
  /** Who a name belongs to; `null` for nobody that we know of. */
  | Readonly<{ type: "whois"; name: string; replyTo: ActorRef<Whois | null> }>
  /** Who we are. */
  | Readonly<{ type: "whoami"; replyTo: ActorRef<Readonly<{ author: AuthorId; name: string }>> }>
  /** What the person decides about a name: whose it is, whether it is read, whether it is one's own. */
  | Readonly<{ type: Decision; name: string; replyTo: ActorRef<PeopleReply> }>
  /** The person is away from the screen, for that reason; or back, without one. */
  | Readonly<{ type: "away"; away: string | undefined; replyTo: ActorRef<"told"> }>
  /** The names of those who are ignored. */
  | Readonly<{ type: "ignored"; replyTo: ActorRef<readonly string[]> }>
  /** A timer: what is known of people is kept. */
  | Readonly<{ type: "save_people" }>
  /** Leave all rooms without a word: the membership says it, or nobody shall. */
  | Readonly<{ type: "close_all"; replyTo: ActorRef<"closed"> }>
  /** What a guest does in a room, which is opened for it if need be. */
  | Readonly<{ type: "guest"; room: RoomName; message: GuestMessage }>
  /** The actor of a room has ended. */
  | Readonly<{ type: "ended"; actor: ActorRef<ChatRoomMessage> }>;

/** Nobody of that name is known here; or nothing can be opened. */
export type LettersUnknown = "unknown" | "sealed";

const PERMANENT = { restart: "permanent" } as const;

export type Decision = "accept" | "ignore" | "unignore" | "nick";

/** What was learnt of people is kept this soon: many come at once. */
const SAVE_PEOPLE_AFTER_MS = 1_000;

/** The rooms we are in outlive a crash of their keeper. */
export type RoomsMemory = Map<RoomName, RoomMemory>;

/** The rooms we are in, after each coming and going. */
export const ROOMS = topic<readonly RoomName[]>("rooms");

/** Rooms one peer may be in. */
const ROOMS_MAX = 256;

type RoomsDeps = Readonly<{
  self: string;
  history: HistoryDeps;
  memory: RoomsMemory;
  /** Rooms that are open for guests only. */
  hosted: RoomsMemory;
  /** Outlives a crash of the rooms; without, nothing does. */
  person?: PersonMemory;
  broadcaster: () => ActorRef<BroadcasterMessage>;
  /** What is said to one other goes by way of all members. */
  direct?: Readonly<{ memory: ChronicleMemory; membership(): ActorRef<MembershipMessage> }>;
}>;

/** Keeps one actor for each room that we are in. */
export function rooms(deps: RoomsDeps): Behavior<RoomsMessage> {
  return (ctx) => {
    const open = new Map<RoomName, ActorRef<ChatRoomMessage>>();
    /** Actors by name, also of rooms that we are just leaving: who returns at once needs another. */
    const named = new Map<string, ActorRef<ChatRoomMessage>>();

    const counters = newChronicleCounters();
    const { store, signing } = deps.history;
    const people = new People(store, signing.author, deps.self, ctx.clock.wallMs());
    const peopleChanged = (): void => {
      if (!ctx.timers.has("people")) ctx.timers.after("people", SAVE_PEOPLE_AFTER_MS, { type: "save_people" });
    };
    ctx.onStop(() => people.save(true));

    const person = deps.person ?? {};
    const setAway = (away: string | undefined): void => {
      if (away === undefined) delete person.away;
      else person.away = away;
      for (const actor of open.values()) actor.tell({ type: "tell_presence" });
    };

    const start = (memory: RoomMemory): void => {
      const behavior = chatRoom({ ...deps, memory, people, person, peopleChanged, counters });
      let name = `room-${memory.room}`;
      for (let life = 2; named.has(name); life++) name = `room-${memory.room}-${life}`;
      const actor = ctx.spawn(name, behavior);
      named.set(name, actor);
      open.set(memory.room, actor);
      ctx.watch(actor, () => ({ type: "ended", actor }));
    };

    const { sealer } = deps.history;
    const post = deps.direct === undefined || sealer === undefined
      ? undefined
      : ctx.spawn("direct", direct({ ...deps, ...deps.direct, sealer, people, peopleChanged, counters }), PERMANENT);

    const tell = ({ name, text, replyTo }: Extract<RoomsMessage, { type: "tell" }>): void => {
      if (post === undefined) replyTo.tell({ ok: false, why: "Nothing can be sealed here" });
      else post.tell({ type: "tell", name, text, replyTo });
    };

    const ended = (actor: ActorRef<ChatRoomMessage>): void => {
      for (const [name, ref] of named) if (ref === actor) named.delete(name);
      for (const [room, ref] of open) if (ref === actor) forget(room);
    };

    const forget = (room: RoomName): void => {
      open.delete(room);
      deps.hosted.delete(room);
    };

    const newMemory = (room: RoomName, isOurs: boolean): RoomMemory => {
      // No earlier than we last went; and who goes next, goes no earlier.
      const sinceWallMs = person.toldWallMs = Math.max(ctx.clock.wallMs(), person.toldWallMs ?? 0);
      const enteredAt = ctx.clock.now();
      return {
        room,
        sinceWallMs,
        enteredAt,
        announced: false,
        isOurs,
        guests: new Set(),
        joinsUnderWay: 0,
        isClosed: false,
        chronicle: newChronicleMemory(),
      };
    };

    const publish = (): void => ctx.events.publish(ROOMS, [...deps.memory.keys()]);

    const closeAll = (): void => {
      for (const actor of open.values()) ctx.stop(actor);
      open.clear();
      deps.memory.clear();
      deps.hosted.clear();
      publish();
    };

    const join = (room: RoomName): "joined" | "was_in" | "full" => {
      if (deps.memory.has(room)) return "was_in";
      const hosted = hostedRoom(room);
      if (hosted === undefined && open.size >= ROOMS_MAX) return "full";
      const memory = hosted ?? newMemory(room, true);
      deps.hosted.delete(room);
      deps.memory.set(room, memory);
      if (hosted === undefined) start(memory);
      else open.get(room)?.tell({ type: "enter" });
      publish();
      return "joined";
    };

    const leave = (room: RoomName, replyTo: ActorRef<"left" | "not_in">): void => {
      const memory = deps.memory.get(room);
      const ref = open.get(room);
      if (memory === undefined || ref === undefined) return replyTo.tell("not_in");
      deps.memory.delete(room);
      if (memory.guests.size + memory.joinsUnderWay > 0) deps.hosted.set(room, memory);
      else open.delete(room);
      publish();
      ref.tell({ type: "leave", replyTo });
    };

    const guest = (room: RoomName, message: GuestMessage): void => {
      if (message.type !== "guest_join") return open.get(room)?.tell(message);
      let memory = deps.memory.get(room) ?? hostedRoom(room);
      if (memory === undefined) {
        if (open.size >= ROOMS_MAX) return message.replyTo.tell({ ok: false, why: "There are too many rooms" });
        memory = newMemory(room, false);
        deps.hosted.set(room, memory);
        start(memory);
      }
      memory.joinsUnderWay++;
      open.get(room)?.tell(message);
    };

    /** A room that is open for guests only; one that has just ended is forgotten before we are told. */
    const hostedRoom = (room: RoomName): RoomMemory | undefined => {
      const memory = deps.hosted.get(room);
      if (memory?.isClosed !== true) return memory;
      forget(room);
      return undefined;
    };

    const write = (room: RoomName, content: Writable, replyTo: ActorRef<SayReply>): void => {
      const ref = deps.memory.has(room) ? open.get(room) : undefined;
      if (ref === undefined) replyTo.tell({ ok: false, why: `You are not in #${room}` });
      else ref.tell({ type: "write", content, replyTo });
    };

    const list = (room: RoomName, replyTo: ActorRef<readonly Occupant[] | "not_in">): void => {
      const ref = deps.memory.has(room) ? open.get(room) : undefined;
      if (ref === undefined) replyTo.tell("not_in");
      else ref.tell({ type: "list", replyTo });
    };

    const held = ({ room, limit, replyTo }: Extract<RoomsMessage, { type: "held" }>): void => {
      const ref = deps.memory.has(room) ? open.get(room) : undefined;
      if (ref === undefined) replyTo.tell("not_in");
      else ref.tell({ type: "held", limit, replyTo });
    };

    const history = ({ room, limit, replyTo }: Extract<RoomsMessage, { type: "history" }>): void => {
      replyTo.tell(deps.memory.has(room) ? latestShown(deps.history.store, room, limit, people) : "not_in");
    };

    const letters = (name: string, limit: number): Letters | LettersUnknown => {
      const other = people.authorOf(name);
      if (other === undefined) return "unknown";
      return sealer === undefined ? "sealed" : lettersWith(other, limit, { store, viewer: people, sealer });
    };

    const admit = ({ room, batches, replyTo }: Extract<RoomsMessage, { type: "admit" }>): void => {
      const ref = open.get(room);
      if (ref !== undefined) return ref.tell({ type: "admit", batches, replyTo });
      const log = new RoomLog({ room, store, signing });
      const admissions = batches.map((batch) => log.admit(batch, ctx.clock.wallMs()));
      noteTopics(store, room, admissions.flatMap((admission) => admission.ok ? admission.news : []));
      store.flush();
      replyTo.tell(admissions.map(admittedOf));
    };

    const ping = ({ room, name, replyTo }: Extract<RoomsMessage, { type: "ping" }>): void => {
      const ref = deps.memory.has(room) ? open.get(room) : undefined;
      if (ref === undefined) replyTo.tell({ type: "not_in" });
      else ref.tell({ type: "ping", name, replyTo });
    };

    const decide = (decision: Decision, name: string): PeopleReply => {
      switch (decision) {
        case "accept": {
          const reply = people.accept(name, ctx.clock.wallMs());
          if (reply.ok) { for (const actor of open.values()) actor.tell({ type: "ask", member: name }); }
          return reply;
        }
        case "ignore":
          return people.ignore(name);
        case "unignore":
          return people.unignore(name);
        case "nick":
          return people.setNick(name, ctx.clock.wallMs());
      }
    };

    for (const memory of [...deps.memory.values(), ...deps.hosted.values()]) start(memory);
    return (message) => {
      switch (message.type) {
        case "join":
          return message.replyTo.tell(join(message.room));
        case "leave":
          return leave(message.room, message.replyTo);
        case "say":
          return write(message.room, { type: "said", text: message.text }, message.replyTo);
        case "write":
          return write(message.room, message.content, message.replyTo);
        case "topic":
          return message.replyTo.tell(
            deps.memory.has(message.room) ? topicOf(deps.history.store, message.room) ?? null : "not_in",
          );
        case "held":
          return held(message);
        case "history":
          return history(message);
        case "list":
          return list(message.room, message.replyTo);
        case "ping":
          return ping(message);
        case "admit":
          return admit(message);
        case "status":
          return message.replyTo.tell({ ...counters, ...people.counters });
        case "tell":
          return tell(message);
        case "letters":
          return message.replyTo.tell(letters(message.name, message.limit));
        case "whois":
          return message.replyTo.tell(people.whois(message.name) ?? null);
        case "whoami":
          return message.replyTo.tell({ author: people.self, name: people.name });
        case "accept":
        case "ignore":
        case "unignore":
        case "nick":
          return message.replyTo.tell(decide(message.type, message.name));
        case "away":
          setAway(message.away);
          return message.replyTo.tell("told");
        case "ignored":
          return message.replyTo.tell(people.ignored);
        case "save_people":
          return people.save();
        case "close_all":
          closeAll();
          return message.replyTo.tell("closed");
        case "guest":
          return guest(message.room, message.message);
        case "ended":
          return ended(message.actor);
      }
    };
  };
}
