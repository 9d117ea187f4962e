import type { Address } from "../transport/address.ts";
import { CHAT, type ChatEvent, GUEST_CHAT, type GuestReply } from "./chat_room.ts";
import { plainWords } from "./chat_room/plain_words.ts";
import type { RoomName } from "./chat_room/entry.ts";
import { Company } from "./cli_chat/company.ts";
import {
  type ChatRecord,
  type CliChatMessage as Said,
  decodeMember,
  decodeState,
  encodeMember,
  encodeState,
  formatLine,
  LINE_START,
  parseLine,
} from "./cli_chat/format.ts";
import { decodeNotes, type DeliveryNote } from "./cli_chat/delivery_notes.ts";
import { Doubts } from "./cli_chat/doubts.ts";
import { Handover, type TextFor } from "./cli_chat/handover.ts";
import { Deliveries } from "./cli_chat/deliveries.ts";
import { IncomingLines } from "./cli_chat/incoming_lines.ts";
import { OwnRecord } from "./cli_chat/own_record.ts";
import { Records } from "./cli_chat/records.ts";
import { RoomGuests } from "./cli_chat/room_guests.ts";
import type { MemberEvent, MemberView } from "./membership.ts";
import type { Cast } from "./peer/cast.ts";
import type { DelegateMessage, DelegateWants } from "./pool/delegate.ts";
import { ROOMS } from "./rooms.ts";
import type { Behavior, Context } from "./runtime/behavior.ts";
import type { ActorRef } from "./runtime/ref.ts";
import type { DialReply } from "./transport.ts";
import { Bucket } from "./transport/budget.ts";
import type { StreamAccepted } from "./transport/registration.ts";

/** What the one understands who lets members that run cli-chat into a room. */
export type CliChatMessage =
  | DelegateMessage
  | StreamAccepted
  | Readonly<{ type: "rooms"; rooms: readonly RoomName[] }>
  | Readonly<{ type: "chat" | "guest_chat"; event: ChatEvent }>
  | Readonly<{ type: "members"; members: readonly MemberView[] }>
  | Readonly<{ type: "line"; line: Uint8Array }>
  | Readonly<{ type: "line_late"; stream: number }>
  | Readonly<{ type: "line_over"; stream: number; why?: string }>
  | Readonly<{ type: "guest_answer"; node: string; guest: string; reply: GuestReply }>
  | Readonly<{ type: "dialled"; node: string; line: Uint8Array; reply: DialReply }>
  | Readonly<{ type: "delivery_late"; node: string }>
  | Readonly<{ type: "delivered"; node: string; problem: string | undefined }>
  | Readonly<{ type: "checked"; node: string; isThere: boolean }>
  | Readonly<{ type: "status"; replyTo: ActorRef<Readonly<Record<string, number>>> }>
  /** Timers. */
  | Readonly<{ type: "announce" }>
  | Readonly<{ type: "early_over" }>
  | Readonly<{ type: "notes" }>;

/** What outlives a crash: as whom we are in their chat, who else is, and as which guests of ours. */
export type CliChatMemory = { own?: ChatRecord | undefined; records: Records; guests: Map<string, string> };

export function newCliChatMemory(): CliChatMemory {
  return { records: new Records(), guests: new Map() };
}

type CliChatDeps = Readonly<{
  self: string;
  room: RoomName;
  /** Where we listen, once we do. */
  address(): Address | undefined;
  cast: Cast;
  memory: CliChatMemory;
}>;

/** Lost gossip is repaired by saying it again; who knows it already takes no notice. */
const ANNOUNCE_EVERY_MS = 15_000;

/** Lines that are being read at once. */
const READERS_MAX = 64;

const ASK_TIMEOUT_MS = 5_000;

/** Lines that people are shown; cli-chat knows no limits. */
const LINES = { burst: 60, perSecond: 20 } as const;

/** Peers of ours that are told directly of news, and records that each is told at once; tables bring the rest. */
const TOLD_MAX = 32;

/** How soon others are told what was brought to whom: what happens in between may be said twice. */
const NOTES_AFTER_MS = 50;

/** What is told to us of the chat's pool; its members are told to Serf's manners too, by us. */
export const CLI_CHAT_WANTS: DelegateWants = { members: true, userMessages: true, localState: true, remoteState: true };

/**
 * Brings members that run cli-chat into one room. To them, we are a member of their chat as long as we are in that room;
 * to the room, they are guests of one of us: of all peers that do this, the one that came first, so that nothing is said
 * twice; when that one goes, the next in line does what is left to do ({@linkcode Handover}). It is the pool's application in place of Serf's manners, which are told of members all the same.
 */
export function cliChat(deps: CliChatDeps): Behavior<CliChatMessage> {
  return (ctx) => {
    const chat = new CliChat(ctx, deps);
    ctx.subscribe(ROOMS, (rooms) => ({ type: "rooms", rooms }));
    ctx.subscribe(CHAT, (event) => ({ type: "chat", event }));
    ctx.subscribe(GUEST_CHAT, (event) => ({ type: "guest_chat", event }));
    ctx.timers.every("announce", ANNOUNCE_EVERY_MS, { type: "announce" });
    chat.begin();
    return (message) => {
      switch (message.type) {
        case "user_message":
          return chat.heard(message.payload);
        case "local_state_wanted":
          return message.replyTo.tell(chat.state());
        case "remote_state":
          return chat.merge(message.state);
        case "member":
          deps.cast.get("serf").tell(message);
          return chat.member(message.event);
        case "conflict":
          return deps.cast.get("serf").tell(message);
        case "merge_proposed":
        case "alive_proposed":
          return message.replyTo.tell({ ok: true }); // not asked for
        case "ping_completed":
          return;
        case "members":
          return chat.meet(message.members);
        case "rooms":
          return chat.rooms(message.rooms);
        case "chat":
          return chat.said(message.event);
        case "guest_chat":
          return chat.guests.moved(message.event);
        case "accepted":
          return chat.accept(message);
        case "line":
          return chat.line(message.line);
        case "line_late":
          return chat.incoming.late(message.stream);
        case "line_over":
          return chat.incoming.over(message.stream, message.why);
        case "guest_answer":
          return chat.guests.answered(message.node, message.guest, message.reply);
        case "dialled":
          return chat.deliveries.dialled(message.node, message.line, message.reply);
        case "delivery_late":
          return chat.deliveries.late(message.node);
        case "delivered":
          return chat.deliveries.delivered(message.node, message.problem);
        case "checked":
          return chat.checked(message.node, message.isThere);
        case "announce":
          return chat.announceAgain();
        case "early_over":
          return chat.guests.dropEarly();
        case "notes":
          return chat.tellNotes();
        case "status":
          return message.replyTo.tell(chat.status);
      }
    };
  };
}

class CliChat {
  readonly incoming: IncomingLines;
  readonly deliveries: Deliveries;
  readonly guests: RoomGuests;
  readonly #ctx: Context<CliChatMessage>;
  readonly #deps: CliChatDeps;
  readonly #memory: CliChatMemory;
  readonly #counts = new Map<string, number>();
  readonly #company: Company;
  readonly #own: OwnRecord;
  readonly #doubts: Doubts;
  readonly #lines: Bucket;
  readonly #handover: Handover;

  constructor(ctx: Context<CliChatMessage>, deps: CliChatDeps) {
    const { self, room, memory, cast } = deps;
    this.#ctx = ctx;
    this.#deps = deps;
    this.#memory = memory;
    this.#lines = new Bucket(LINES, ctx.clock.now());
    const count = (what: string): void => this.#count(what);
    const company = new Company(self, memory);
    this.#company = company;
    this.#own = new OwnRecord({
      self,
      memory,
      clock: ctx.clock,
      broadcaster: () => cast.get("broadcaster"),
      count,
    });
    this.incoming = new IncomingLines(ctx, count);
    this.deliveries = new Deliveries(ctx, {
      transport: () => cast.get("transport"),
      count,
      over: (note) => this.#note(note),
    });
    this.#doubts = new Doubts({
      self: ctx.self,
      placeOf: (name) => memory.records.get(name)?.sender,
      dial: (to, handler) => this.deliveries.dial(to, handler),
    });
    this.guests = new RoomGuests({
      ctx,
      self,
      room,
      memory,
      company,
      rooms: () => cast.get("rooms"),
      forget: (node) => this.deliveries.forget(node),
      refresh: () => this.#refresh(),
      count,
    });
    this.#handover = new Handover(() => company.persons.map(({ name }) => name));
  }

  get status(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** Takes the lines that come to our port, and asks who is there already. */
  begin(): void {
    const { cast } = this.#deps;
    const registration = {
      type: "text_streams",
      first: LINE_START,
      to: this.#ctx.self,
      streamsMax: READERS_MAX,
    } as const;
    cast.get("transport").tell({ type: "register", registration });
    const listed = this.#ctx.ask(
      cast.get("membership"),
      (replyTo: ActorRef<readonly MemberView[]>) => ({ type: "list" as const, replyTo }),
      ASK_TIMEOUT_MS,
    );
    this.#ctx.pipeToSelf(listed, (members) => ({ type: "members", members }), () => ({ type: "members", members: [] }));
  }

  meet(members: readonly MemberView[]): void {
    for (const member of members) this.#company.add(member);
    this.#refresh();
  }

  member({ type, member }: MemberEvent): void {
    const { name } = member;
    if (type === "failed" && this.#company.isTheirs(name)) return this.#doubts.check(name);
    if (type === "left" || type === "failed") return this.#gone(name);
    this.#company.add(member);
    this.#doubts.settle(name);
    this.#refresh();
  }

  checked(node: string, isThere: boolean): void {
    if (!isThere && this.#doubts.has(node)) this.#gone(node);
  }

  /** Our coming and going, in the words of their chat. */
  rooms(rooms: readonly RoomName[]): void {
    const { memory, room, address } = this.#deps;
    const isIn = rooms.includes(room);
    const sender = address();
    if (isIn && memory.own === undefined && sender !== undefined) this.#own.come(sender);
    else if (!isIn && memory.own !== undefined) this.#own.go();
    this.#refresh();
  }

  /** What they gossip. Nothing is announced by who is not in the chat: an empty record would never go away there. */
  heard(payload: Uint8Array): void {
    const said = decodeMember(payload);
    if (said === undefined) return this.#noted(payload);
    if (said.record.name === this.#deps.self) return this.#own.heard(said);
    if (said.type === "ping") return; // for somebody else, or his answer
    const hearing = this.#memory.records.hear(said, this.#own.now);
    if (hearing === "new") this.#own.greet();
    if (hearing !== "old") this.#learned([said]);
  }

  state(): Uint8Array {
    const { own, records } = this.#memory;
    return encodeState(own === undefined ? records.all : [...records.all, own]);
  }

  /** Merged each time that tables are exchanged, also when nobody joins: what gossip lost is found here. */
  merge(state: Uint8Array): void {
    const news: Said[] = [];
    for (const said of decodeState(state)) {
      if (said.record.name === this.#deps.self) {
        this.#own.heard(said.type === "ping" ? { ...said, type: "join" } : said);
      } else if (this.#memory.records.hear(said, this.#own.now) !== "old") news.push(said);
    }
    if (news.length > 0) this.#learned(news);
  }

  announceAgain(): void {
    this.#doubts.checkAgain();
    if (this.#company.hasOthers) this.#own.sayAgain();
  }

  // What is said in the room

  /** What anybody says in the room goes to each of them; what they say they tell each other themselves. */
  said(event: ChatEvent): void {
    const text = plainWords(event);
    if (text === undefined || event.room !== this.#deps.room || this.#memory.own === undefined) return;
    const { author, guest, wallMs } = event;
    if (this.guests.isTheirs(author, guest)) return this.#handover.lineSaid(guest!, text, this.#ctx.clock.now());
    const line = formatLine(wallMs, { name: guest ?? author, text });
    for (const { name: node } of this.#company.persons) this.#bringOrKeep({ node, author, wallMs, line });
  }

  #bringOrKeep(text: TextFor): void {
    if (this.#company.isHost) return this.#bring(text);
    this.#count("lines that nobody else brought", this.#handover.textSaid(text, this.#ctx.clock.now()));
  }

  #bring({ line, ...note }: TextFor): void {
    const { node } = note;
    const sender = this.#memory.records.get(node)?.sender;
    if (sender === undefined) return;
    this.deliveries.bring({ to: sender, line, note });
  }

  /** Others need not do what we have done. */
  #note(note: DeliveryNote): void {
    this.#handover.note(note);
    if (!this.#ctx.timers.has("notes")) this.#ctx.timers.after("notes", NOTES_AFTER_MS, { type: "notes" });
  }

  tellNotes(): void {
    const { cast, memory, self } = this.#deps;
    const others = memory.records.all
      .filter(({ name }) => name !== self && this.#company.isOurs(name))
      .slice(0, TOLD_MAX);
    for (const payload of this.#handover.takeNotes()) {
      for (const { name } of others) {
        const to = this.#company.get(name)!.address;
        cast.get("broadcaster").tell({ type: "send_user", to, payload, reliable: false });
      }
    }
  }

  #noted(payload: Uint8Array): void {
    const notes = decodeNotes(payload);
    if (notes === undefined) return this.#count("messages that are no record");
    for (const note of notes) this.#handover.textBrought(note, this.#ctx.clock.now());
  }

  // What they say

  accept({ stream, adopt }: StreamAccepted): void {
    if (this.#memory.own === undefined) {
      this.#count("lines while out of the room");
      return stream.destroy();
    }
    this.incoming.accept(stream, adopt);
  }

  line(bytes: Uint8Array): void {
    const now = this.#ctx.clock.now();
    if (!this.#lines.spend(1, now)) return this.#count("lines over the limit");
    const line = parseLine(bytes);
    if (line === undefined) return this.#count("lines that say nothing");
    if (this.#company.isHost) return this.guests.say(line);
    this.#count("lines that another peer passes on");
    this.#count("lines that nobody else passed on", this.#handover.lineCame(line, now));
  }

  // Who is there

  /** Their gossip reaches a few members only; those of ours who let them in have to know the same. */
  #learned(news: readonly Said[]): void {
    this.#refresh();
    const { own } = this.#memory;
    this.#tellOurs(own === undefined ? news : [...news, { type: "join", record: own }]);
  }

  #tellOurs(news: readonly Said[]): void {
    const { cast } = this.#deps;
    for (const { address: to } of this.#company.ours.slice(0, TOLD_MAX)) {
      for (const said of news.slice(0, TOLD_MAX)) {
        cast.get("broadcaster").tell({ type: "send_user", to, payload: encodeMember(said), reliable: false });
      }
    }
  }

  #gone(name: string): void {
    this.#doubts.settle(name);
    this.#company.remove(name);
    this.#memory.records.remove(name);
    this.#refresh();
  }

  /** It may be our turn to let them in, or another's, and others may be there. */
  #refresh(): void {
    if (this.#company.isHost) this.#takeOver();
    this.guests.update();
  }

  /** Does what another has left to do; who lets them in already has nothing of that kind. */
  #takeOver(): void {
    const { lines, texts } = this.#handover.takeOver(this.#ctx.clock.now());
    for (const line of lines) this.guests.say(line);
    for (const text of texts) this.#bring(text);
  }

  #count(what: string, by = 1): void {
    if (by > 0) this.#counts.set(what, (this.#counts.get(what) ?? 0) + by);
  }
}
