import type { BroadcasterMessage, RumourHeard } from "./broadcaster.ts";
import { RUMOURS } from "./broadcaster.ts";
import { Audience, type Screens } from "./chat_room/audience.ts";
import { type ChatEvent, guestOf } from "./chat_room/chat_event.ts";
import { Chronicle, type ChronicleCounters, type ChronicleMemory } from "./chat_room/chronicle.ts";
import { actorWorld, type Ring } from "./chat_room/chronicle/actor_world.ts";
import type { Evidence } from "./chat_room/chronicle/delivery.ts";
import { decodeEntry, encodeEntry, type Entry, type RoomName, wantsAnswer } from "./chat_room/entry.ts";
import { isGreeter } from "./chat_room/greeting.ts";
import { Guests } from "./chat_room/guests.ts";
import { Names } from "./chat_room/names.ts";
import { type Occupant, Occupants } from "./chat_room/occupants.ts";
import { Ourselves } from "./chat_room/ourselves.ts";
import { Pings } from "./chat_room/pings.ts";
import type { Sealer } from "./direct/letter.ts";
import { type AuthorId, authorOfLog } from "./history/author.ts";
import { type Batch, decodeLogMessage, isLogMessage } from "./history/log_message.ts";
import type { People } from "./history/people.ts";
import { refusalOf, type Writable } from "./history/refusal.ts";
import type { Admitted, Signing } from "./history/room_log.ts";
import type { HistoryStore, Kept } from "./history/store.ts";
import { noteTopics } from "./history/topic.ts";
import { MEMBERSHIP, type MembershipEvent } from "./membership.ts";
import type { Behavior, Context } from "./runtime/behavior.ts";
import { topic } from "./runtime/events.ts";
import type { ActorRef } from "./runtime/ref.ts";

export type { ChatEvent };

/** What one room understands. */
export type ChatRoomMessage =
  | Readonly<{ type: "write"; content: Writable; replyTo: ActorRef<SayReply> }>
  | Readonly<{ type: "list"; replyTo: ActorRef<readonly Occupant[]> }>
  /** Ask somebody in the room whether he is there; the answer goes to who asked, and there may be none. */
  | Readonly<{ type: "ping"; name: string; replyTo: ActorRef<ChatPingReply> }>
  /** We come into a room that was open for our guests only. */
  | Readonly<{ type: "enter" }>
  /** Say goodbye; without guests of ours, that is the end. */
  | Readonly<{ type: "leave"; replyTo: ActorRef<"left"> }>
  | GuestMessage
  /** Which of our latest messages are held by whom. */
  | Readonly<{ type: "held"; limit: number; replyTo: ActorRef<readonly Evidence[]> }>
  /** Tell everybody anew that we are here, or away from the screen. */
  | Readonly<{ type: "tell_presence" }>
  /** Ask a member anew who it is: its name has another owner now. */
  | Readonly<{ type: "ask"; member: string }>
  /** What was kept elsewhere; each batch is judged by itself. */
  | Readonly<{ type: "admit"; batches: readonly Batch[]; replyTo: ActorRef<readonly Admitted[]> }>
  | Readonly<{ type: "heard"; rumour: RumourHeard }>
  | Readonly<{ type: "member"; event: MembershipEvent }>
  /** A timer. */
  | Ring;

/** What somebody without a peer does here through us. When the last one goes from a room that we are not in, it closes. */
export type GuestMessage =
  | Readonly<{ type: "guest_join"; guest: string; replyTo: ActorRef<GuestReply> }>
  /** Ignored of whom is not here; the text has been looked at before. */
  | Readonly<{ type: "guest_say"; guest: string; text: string }>
  | Readonly<{ type: "guest_leave"; guest: string }>;

/** Whether a guest may come; with who else is here. */
export type GuestReply =
  | Readonly<{ ok: true; others: readonly Occupant[] }>
  | Readonly<{ ok: false; why: string }>;

/** Whether a message was accepted, and how many others are in the room to hear it. */
export type SayReply =
  /** `unstored`: it is in memory only, here; what keeps it has failed. */
  | Readonly<{ ok: true; others: number; unstored?: true }>
  | Readonly<{ ok: false; why: string }>;

/** How long somebody in the room took to answer; or he is not in the room, or too many are being asked. */
export type ChatPingReply =
  | Readonly<{ type: "answered"; roundTripMs: number }>
  | Readonly<{ type: "not_there" | "too_many" }>;

/** What happens in the rooms that we are in, for screens. */
export const CHAT = topic<ChatEvent>("chat");
/** What becomes of the histories of the rooms that we are in. */
export type HistoryEvent =
  /** So many entries came of what was said before we did. */
  | Readonly<{
    type: "filled";
    room: RoomName;
    count: number;
    /** What the room is about, as they say. */
    topic?: string;
  }>
  /** So many have come, and so many are still to come. */
  | Readonly<{ type: "filling"; room: RoomName; count: number; lacking: number }>
  /** What we said last is held by nobody else so far; or, after that, by others. */
  | Readonly<{ type: "unheld" | "held"; room: RoomName; others: number }>
  /** An author has said different things under one number, the first of them `sequence`: both are kept. */
  | Readonly<{ type: "forked"; room: RoomName; author: string; key: AuthorId; sequence: number }>
  /** So many more authors have, lately. */
  | Readonly<{ type: "forks"; room: RoomName; count: number }>;
export const HISTORY = topic<HistoryEvent>("history");
/** What shows of who people are. */
export type PeopleEvent =
  /** Somebody goes by a name that belongs to another key here. */
  | Readonly<{ type: "key_changed"; room: RoomName; name: string; known: AuthorId; other: AuthorId | undefined }>
  /** An author speaks by another name than before. */
  | Readonly<{ type: "renamed"; room: RoomName; from: string; to: string }>
  /** To another member, our own name is somebody else's. */
  | Readonly<{ type: "refused"; room: RoomName; by: string; name: string; holder: AuthorId }>;
export const PEOPLE = topic<PeopleEvent>("people");

/** What happens in the rooms that guests of ours are in, for who keeps their connections. */
export const GUEST_CHAT = topic<ChatEvent>("guest_chat");

/** What of a room outlives a crash of its actor; who else is in it is asked again. */
export type RoomMemory = {
  readonly room: RoomName;
  /** When we, or the first of our guests, came, for people; and by our own monotonic clock. */
  sinceWallMs: number;
  enteredAt: number;
  announced: boolean;
  /** Whether we are in it ourselves, and who is as our guest. */
  isOurs: boolean;
  readonly guests: Set<string>;
  /** Guests who were sent here and have no answer yet: a room that nobody is in waits for them. */
  joinsUnderWay: number;
  /** It has ended, or is about to: whoever comes needs another. */
  isClosed: boolean;
  readonly chronicle: ChronicleMemory;
};

/** The person, for the others in all rooms: where they are, while they are away from the screen. */
export type PersonMemory = {
  away?: string;
  /** The latest time that others were told as that of a coming or going. */
  toldWallMs?: number;
};

/** Where what is said is kept, and by which key it is signed. */
export type HistoryDeps = Readonly<{
  store: HistoryStore;
  signing: Signing;
  /** For what is said to one other; without, nothing is. */
  sealer?: Sealer;
  /** The disk may have lost what we wrote last, as when the machine went down: others may have more of our logs than we. */
  mayLack?: boolean;
}>;

type ChatRoomDeps = Readonly<{
  self: string;
  history: HistoryDeps;
  people: People;
  person: PersonMemory;
  /** Something is known of people that was not before. */
  peopleChanged(): void;
  memory: RoomMemory;
  counters: ChronicleCounters;
  broadcaster: () => ActorRef<BroadcasterMessage>;
}>;

/** One room: who is in it and what they say. It never chooses whom to forward to; the broadcaster does. */
export function chatRoom(deps: ChatRoomDeps): Behavior<ChatRoomMessage> {
  return (ctx) => {
    const room = new Room(ctx, deps);
    ctx.subscribe(RUMOURS, (rumour) => ({ type: "heard", rumour }), (rumour) => rumour.topic === room.topic);
    ctx.subscribe(MEMBERSHIP, (event) => ({ type: "member", event }));
    room.enter();
    return (message) => {
      switch (message.type) {
        case "write":
          return room.write(message.content, message.replyTo);
        case "list":
          return message.replyTo.tell(room.list());
        case "ping":
          return room.ping(message.name, message.replyTo);
        case "enter":
          return room.come();
        case "leave":
          return room.leave(message.replyTo);
        case "guest_join":
          message.replyTo.tell(room.guests.join(message.guest));
          return room.closeIfEmpty();
        case "guest_say":
          return room.guests.say(message.guest, message.text);
        case "guest_leave":
          return room.guests.leave(message.guest);
        case "held":
          return message.replyTo.tell(room.chronicle.evidence(message.limit));
        case "tell_presence":
          return room.tellPresence();
        case "ask":
          return room.ask(message.member);
        case "admit":
          return message.replyTo.tell(message.batches.map((batch) => room.chronicle.imports(batch)));
        case "heard":
          return room.heard(message.rumour);
        case "member":
          return room.member(message.event);
        case "ring":
          return room.chronicle.ring(message.timer);
      }
    };
  };
}

class Room {
  readonly chronicle: Chronicle;
  readonly guests: Guests;
  /** Of its rumours. */
  readonly topic: string;
  readonly #ctx: Context<ChatRoomMessage>;
  readonly #deps: ChatRoomDeps;
  readonly #occupants = new Occupants();
  readonly #audience: Audience;
  readonly #names: Names;
  readonly #ourselves: Ourselves;
  readonly #pings: Pings;

  constructor(ctx: Context<ChatRoomMessage>, deps: ChatRoomDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
    this.topic = rumoursOf(deps.memory.room);
    const { self, memory, people, person, peopleChanged, counters, history: { signing, store } } = deps;
    const { clock, events, log } = ctx;
    const sendTo = (to: string, entry: Entry): void => this.#sendTo(to, entry);
    const screens: Screens = {
      chat: (event) => events.publish(CHAT, event),
      history: (event) => events.publish(HISTORY, event),
      people: (event) => events.publish(PEOPLE, event),
      guestChat: (event) => events.publish(GUEST_CHAT, event),
    };
    this.#audience = new Audience({ self, author: signing.author, memory, people, store, screens });
    this.#ourselves = new Ourselves({ self, memory, person, signing, clock });
    const tell = screens.people;
    this.#names = new Names({ self, memory, people, peopleChanged, signing, counters, clock, sendTo, tell });
    this.#pings = new Pings(clock);
    this.guests = new Guests({
      self,
      memory,
      occupants: this.#occupants,
      ourselves: this.#ourselves,
      log,
      publish: (entry) => this.#publish(entry),
      sendTo,
      show: (entry) => this.#audience.presence(self, entry),
      write: (content) => this.chronicle.write(content),
      left: () => this.closeIfEmpty(),
    });
    this.chronicle = this.#newChronicle();
    ctx.onStop(() => this.chronicle.close());
    ctx.onStop(deps.people.watch((name) => this.#occupants.has(name)));
  }

  /** Announces us; after a crash, or for guests only, it just asks who else is here, so that nobody sees us come twice. */
  enter(): void {
    const { memory, self } = this.#deps;
    const since = memory.sinceWallMs;
    for (const guest of memory.guests) this.#occupants.note(self, { type: "came", wallMs: since, guest });
    if (memory.isOurs) this.#occupants.note(self, this.#ourselves.present);
    const isNews = memory.isOurs && !memory.announced;
    memory.announced = memory.isOurs;
    const entry = isNews ? this.#ourselves.came : this.#ourselves.asking;
    this.#publish(entry);
    this.#audience.presence(self, entry);
  }

  /** We come into a room where guests of ours are already. */
  come(): void {
    const { clock } = this.#ctx;
    Object.assign(this.#deps.memory, { isOurs: true, sinceWallMs: this.#ourselves.now(), enteredAt: clock.now() });
    this.enter();
  }

  write(content: Writable, replyTo: ActorRef<SayReply>): void {
    const { memory: { room }, history: { store, signing: { author } } } = this.#deps;
    const why = refusalOf(content, { store, room, author });
    if (why !== undefined) {
      this.chronicle.writeNow(); // answers come in the order of what they answer
      return replyTo.tell({ ok: false, why });
    }
    const written = (): void => {
      const others = this.#occupants.count - 1;
      replyTo.tell({ ok: true, others, ...(store.trouble === undefined ? {} : { unstored: true }) });
    };
    if (!this.chronicle.write(wellFormed(content), written)) {
      replyTo.tell({ ok: false, why: "Too much is being said at once" });
    }
  }

  list(): readonly Occupant[] {
    return this.#occupants.list();
  }

  /** He is asked what a newcomer asks, which every peer answers; whatever he says next of himself is the answer. */
  ping(name: string, replyTo: ActorRef<ChatPingReply>): void {
    const there = this.#occupants.list().find((occupant) => occupant.name === name);
    if (there === undefined) return replyTo.tell({ type: "not_there" });
    const { via: member = name } = there; // who answers for a guest
    if (member === this.#deps.self) return replyTo.tell({ type: "answered", roundTripMs: 0 });
    if (!this.#pings.begin(member, replyTo)) return replyTo.tell({ type: "too_many" });
    this.#askWhoIsThere(member);
  }

  leave(replyTo: ActorRef<"left">): void {
    const entry = this.#ourselves.went;
    Object.assign(this.#deps.memory, { isOurs: false, announced: false });
    this.#publish(entry);
    this.#occupants.note(this.#deps.self, entry);
    this.#audience.presence(this.#deps.self, entry);
    replyTo.tell("left");
    this.closeIfEmpty();
  }

  heard(rumour: RumourHeard): void {
    if (isLogMessage(rumour.payload)) return this.#logHeard(rumour);
    this.chronicle.tellWriters();
    const entry = decodeEntry(rumour.payload);
    if (entry === undefined) return this.#ctx.log.warn("entry_malformed", { author: rumour.author });
    const { author, direct } = rumour;
    if (entry.type === "refused") return direct ? this.#names.refused(author, entry.holder) : undefined;
    const isHandedOn = rumour.handedOn === true;
    if (isHandedOn && this.#occupants.isOutOfDate(author, entry)) {
      return void this.#deps.counters["presence out of date"]++;
    }
    if (!this.#names.isWelcome(author, entry, isHandedOn)) return;
    if (entry.type === "present" || entry.type === "hosting") this.#pings.answered(author);
    const changed = this.#occupants.note(author, entry);
    if (wantsAnswer(entry)) this.#welcome(author);
    const isFromBefore = this.#isFromBefore(rumour);
    if (changed && !isFromBefore) this.#audience.presence(author, entry);
    this.guests.settleNames(author, entry, isFromBefore);
  }

  #logHeard(rumour: RumourHeard): void {
    const message = decodeLogMessage(rumour.payload);
    if (message === undefined) return this.#ctx.log.warn("log_message_malformed", { author: rumour.author });
    this.chronicle.heard(rumour.author, message, rumour.direct, this.#isFromBefore(rumour));
  }

  /** Of many, a few tell a newcomer what was said before; all say that they are here. */
  #welcome(member: string): void {
    this.#tellWhoIsHere(member);
    if (isGreeter(this.#others().length, this.#ctx.random)) this.chronicle.meet(member);
  }

  member(event: MembershipEvent): void {
    const name = event.member.name;
    if (name === this.#deps.self) return;
    this.chronicle.tellWriters();
    if (event.type === "left" || event.type === "failed") {
      if (this.#occupants.has(name)) this.#names.lastSeen(name);
      this.#occupants.memberGone(name);
      this.chronicle.gone(name);
    }
    if (event.type !== "joined") return;
    this.#occupants.memberBack(name);
    // Both ask: of two who lost each other, maybe only one has noticed and forgotten the other.
    this.#askWhoIsThere(name);
  }

  /**
   * A newcomer is told again what was said just before, since others may know of it before the speaker does; what was
   * said before it came is not for it.
   */
  #isFromBefore({ ageMs }: RumourHeard): boolean {
    return ageMs > this.#ctx.clock.now() - this.#deps.memory.enteredAt;
  }

  /** Tells one other that we are here, and which guests of ours. */
  #tellWhoIsHere(to: string): void {
    if (this.#deps.memory.isOurs) this.#sendTo(to, this.#ourselves.present);
    this.guests.tell(to);
  }

  #askWhoIsThere(to: string): void {
    this.#sendTo(to, this.#ourselves.asking);
  }

  tellPresence(): void {
    if (!this.#deps.memory.isOurs) return;
    const { present } = this.#ourselves;
    this.#occupants.note(this.#deps.self, present);
    this.#publish(present);
  }

  ask(member: string): void {
    if (member !== this.#deps.self) this.#askWhoIsThere(member);
  }

  #sendTo(to: string, entry: Entry): void {
    this.#deps.broadcaster().tell({ type: "send_to", to, topic: this.topic, payload: encodeEntry(entry) });
  }

  /** A room that neither we nor guests of ours are in has ended. */
  closeIfEmpty(): void {
    const { memory } = this.#deps;
    if (memory.isOurs || memory.guests.size > 0 || memory.joinsUnderWay > 0) return;
    memory.isClosed = true;
    this.#ctx.stop(this.#ctx.self);
  }

  /** Who goes has said everything by then. */
  #publish(entry: Entry): void {
    this.chronicle.writeNow();
    this.#deps.broadcaster().tell({ type: "publish", topic: this.topic, payload: encodeEntry(entry) });
  }

  #newChronicle(): Chronicle {
    const { memory: { room, chronicle: memory }, people, history, counters, broadcaster } = this.#deps;
    const audience = this.#audience;
    return new Chronicle({
      room,
      get name() {
        return people.name;
      },
      ...history,
      memory,
      counters,
      world: {
        ...actorWorld(this.#ctx, this.topic, broadcaster),
        others: () => this.#others(),
        taken: (entries) => this.#taken(entries),
        show: (entries, live, isLate) => {
          for (const entry of entries) {
            if (live) this.#spoke(entry);
            audience.entry(entry, isLate(entry));
          }
        },
        forked: ({ name: author, sequence, log }) =>
          audience.history({ type: "forked", room, author, key: authorOfLog(log), sequence }),
        forkedTogether: (count) => audience.history({ type: "forks", room, count }),
        unheld: (isUnheld) =>
          audience.history({ type: isUnheld ? "unheld" : "held", room, others: this.#others().length }),
        filling: (count, lacking) => audience.history({ type: "filling", room, count, lacking }),
        filled: (count) => audience.filled(count),
      },
    });
  }

  /** The other members that are here, or have guests here. */
  #others(): readonly string[] {
    const names = new Set(this.#occupants.list().map(({ name, via }) => via ?? name));
    names.delete(this.#deps.self);
    return [...names];
  }

  #taken(entries: readonly Kept[]): void {
    const { memory: { room }, history: { store } } = this.#deps;
    for (const { name, log } of entries) this.#names.note(name, authorOfLog(log));
    if (noteTopics(store, room, entries) !== undefined) this.#audience.topicChanged();
  }

  /** Who speaks is here. */
  #spoke({ log, name, content, wallMs }: Kept): void {
    const { people, history: { signing } } = this.#deps;
    const author = authorOfLog(log);
    if (author === signing.author || guestOf(content) !== undefined) return;
    const member = this.chronicle.memberOf(author);
    if (member === undefined || this.#occupants.has(member) || people.isTaken(name, author)) return;
    this.#occupants.spoke(member, wallMs);
  }
}

/** Half a pair of surrogates, as somebody may paste it, is no text. */
function wellFormed(content: Writable): Writable {
  return "text" in content ? { ...content, text: content.text.toWellFormed() } : content;
}

/** Where the broadcaster's rumours of a room go. */
function rumoursOf(room: RoomName): string {
  return `room/${room}`;
}
