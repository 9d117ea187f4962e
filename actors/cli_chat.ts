import { type Address, isLoopback, splitAddress } from "../transport/address.ts";
import { CHAT, type ChatEvent, GUEST_CHAT, type GuestReply } from "./chat_room.ts";
import { plainWords } from "./chat_room/plain_words.ts";
import type { RoomName } from "./chat_room/entry.ts";
import {
  type ChatRecord,
  type CliChatMessage as Said,
  decodeMember,
  decodeState,
  encodeMember,
  encodeState,
  formatLine,
  guestNamesOf,
  isBefore,
  isLater,
  isNameOf,
  type Line,
  LINE_START,
  parseLine,
  type Timestamp,
  timestampOf,
} from "./cli_chat/format.ts";
import { decodeNotes, type DeliveryNote } from "./cli_chat/delivery_notes.ts";
import { Handover, type TextFor } from "./cli_chat/handover.ts";
import { Deliveries } from "./cli_chat/deliveries.ts";
import { IncomingLines } from "./cli_chat/incoming_lines.ts";
import { Records } from "./cli_chat/records.ts";
import type { MemberEvent, MemberView } from "./membership.ts";
import type { Cast } from "./peer/cast.ts";
import type { DelegateMessage, DelegateWants } from "./pool/delegate.ts";
import { ROOMS, type RoomsMessage } from "./rooms.ts";
import type { Behavior, Context } from "./runtime/behavior.ts";
import type { ActorRef } from "./runtime/ref.ts";
import { isParley } from "./serf/tags.ts";
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

/** What is said before gossip has told by whom is kept for a moment. */
const EARLY_MAX = 256;
const EARLY_MS = 3_000;

/** Lines that people are shown; cli-chat knows no limits. */
const LINES = { burst: 60, perSecond: 20 } as const;

/** Peers of ours that are told directly of news, and records that each is told at once; tables bring the rest. */
const TOLD_MAX = 32;

/** How soon others are told what was brought to whom: what happens in between may be said twice. */
const NOTES_AFTER_MS = 50;

/** Answers and corrections by gossip. */
const SAYINGS = { burst: 20, perSecond: 2 } as const;

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
          return chat.guestMoved(message.event);
        case "accepted":
          return chat.accept(message);
        case "line":
          return chat.line(message.line);
        case "line_late":
          return chat.incoming.late(message.stream);
        case "line_over":
          return chat.incoming.over(message.stream, message.why);
        case "guest_answer":
          return chat.guestAnswered(message.node, message.guest, message.reply);
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
          return chat.dropEarly();
        case "notes":
          return chat.tellNotes();
        case "status":
          return message.replyTo.tell(chat.status);
      }
    };
  };
}

class CliChat {
  readonly #ctx: Context<CliChatMessage>;
  readonly #deps: CliChatDeps;
  readonly #memory: CliChatMemory;
  readonly #members = new Map<string, MemberView>();
  readonly #counts = new Map<string, number>();
  readonly incoming: IncomingLines;
  readonly deliveries: Deliveries;
  /** Members that failed and whose program was there all the same. */
  readonly #doubtful = new Set<string>();
  /** Guests who were sent to the room and have no answer yet. */
  readonly #coming = new Map<string, string>();
  readonly #lines: Bucket;
  readonly #sayings: Bucket;
  readonly #handover: Handover;
  #early: Line[] = [];
  #lastPing: Timestamp = { seconds: 0, nanos: 0 };

  constructor(ctx: Context<CliChatMessage>, deps: CliChatDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
    this.#memory = deps.memory;
    this.#lines = new Bucket(LINES, ctx.clock.now());
    this.#sayings = new Bucket(SAYINGS, ctx.clock.now());
    const count = (what: string): void => this.#count(what);
    this.incoming = new IncomingLines(ctx, count);
    this.deliveries = new Deliveries(ctx, {
      transport: () => deps.cast.get("transport"),
      count,
      over: (note) => this.#note(note),
    });
    this.#handover = new Handover(() => this.#persons().map(({ name }) => name));
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
    for (const member of members) this.#members.set(member.name, member);
    this.#refresh();
  }

  member({ type, member }: MemberEvent): void {
    const { name } = member;
    if (type === "failed" && this.#isTheirs(name)) return this.#check(name);
    if (type === "left" || type === "failed") return this.#gone(name);
    this.#members.set(name, member);
    this.#doubtful.delete(name);
    this.#refresh();
  }

  /** Our coming and going, in the words of their chat. */
  rooms(rooms: readonly RoomName[]): void {
    const { memory, room, self, address } = this.#deps;
    const isIn = rooms.includes(room);
    const sender = address();
    if (isIn && memory.own === undefined && sender !== undefined) {
      memory.own = { name: self, sender, timestamp: this.#now() };
      this.#say("join", memory.own);
    } else if (!isIn && memory.own !== undefined) {
      const { own } = memory;
      memory.own = undefined;
      this.#say("leave", own);
    }
    this.#refresh();
  }

  /** What they gossip. Nothing is announced by who is not in the chat: an empty record would never go away there. */
  heard(payload: Uint8Array): void {
    const said = decodeMember(payload);
    if (said === undefined) return this.#noted(payload);
    if (said.record.name === this.#deps.self) return this.#heardOfUs(said);
    if (said.type === "ping") return; // for somebody else, or his answer
    const hearing = this.#memory.records.hear(said, this.#now());
    const { own } = this.#memory;
    if (hearing === "new" && own !== undefined) this.#sayWithin(() => this.#say("join", own)); // as each of them does
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
        this.#heardOfUs(said.type === "ping" ? { ...said, type: "join" } : said);
      } else if (this.#memory.records.hear(said, this.#now()) !== "old") news.push(said);
    }
    if (news.length > 0) this.#learned(news);
  }

  announceAgain(): void {
    for (const name of this.#doubtful) this.#check(name);
    const { own } = this.#memory;
    const isHeard = [...this.#members.values()].some(({ name, meta }) => name !== this.#deps.self && !isParley(meta));
    if (own !== undefined && isHeard) this.#say("join", own);
  }

  // What is said in the room

  /** What anybody says in the room goes to each of them; what they say they tell each other themselves. */
  said(event: ChatEvent): void {
    const text = plainWords(event);
    if (text === undefined || event.room !== this.#deps.room || this.#memory.own === undefined) return;
    const { author, guest, wallMs } = event;
    if (this.#isOneOfTheirs(author, guest)) return this.#handover.lineSaid(guest!, text, this.#ctx.clock.now());
    const line = formatLine(wallMs, { name: guest ?? author, text });
    for (const { name: node } of this.#persons()) this.#bringOrKeep({ node, author, wallMs, line });
  }

  #bringOrKeep(text: TextFor): void {
    if (this.#isHost) return this.#bring(text);
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
    const others = memory.records.all.filter(({ name }) => name !== self && this.#isOurs(name)).slice(0, TOLD_MAX);
    for (const payload of this.#handover.takeNotes()) {
      for (const { name } of others) {
        const to = this.#members.get(name)!.address;
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
    if (this.#isHost) return this.#speakSoon(line);
    this.#count("lines that another peer passes on");
    this.#count("lines that nobody else passed on", this.#handover.lineCame(line, now));
  }

  #speakSoon(line: Line): void {
    if (!this.#speak(line)) this.#keepEarly(line);
  }

  dropEarly(): void {
    for (const _ of this.#early.splice(0)) this.#count("lines of unknown members");
  }

  // Guests

  guestAnswered(node: string, guest: string, reply: GuestReply): void {
    this.#coming.delete(node);
    if (!reply.ok) return this.#invite(node, guest);
    this.#memory.guests.set(node, guest);
    if (!this.#isHost || !this.#persons().some(({ name }) => name === node)) return this.#refresh();
    for (const line of this.#early.splice(0)) if (!this.#speak(line)) this.#early.push(line);
  }

  /** Somebody else sent a guest away, as who keeps other connections may do when it starts anew. */
  guestMoved({ type, room, author, guest }: ChatEvent): void {
    if (type !== "went" || room !== this.#deps.room || author !== this.#deps.self || guest === undefined) return;
    for (const [node, name] of this.#memory.guests) if (name === guest) this.#memory.guests.delete(node);
    this.#refresh();
  }

  checked(node: string, isThere: boolean): void {
    if (!isThere && this.#doubtful.has(node)) this.#gone(node);
  }

  // Ourselves

  #heardOfUs({ type, record: { sender, timestamp } }: Said): void {
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

  #say(type: Said["type"], record: ChatRecord): void {
    const payload = encodeMember({ type, record });
    this.#deps.cast.get("broadcaster").tell({ type: "broadcast_user", payload, replacement: { kind: "unique" } });
  }

  #sayWithin(say: () => void): void {
    if (this.#sayings.spend(1, this.#ctx.clock.now())) say();
    else this.#count("answers over the limit");
  }

  #now(): Timestamp {
    return timestampOf(this.#ctx.clock.wallMs());
  }

  /** Now, and in any case later than that. */
  #after(timestamp: Timestamp): Timestamp {
    const now = this.#now();
    return isLater(now, timestamp) ? now : { seconds: timestamp.seconds + 1, nanos: 0 };
  }

  // Who is there

  /** Their gossip reaches a few members only; those of ours who let them in have to know the same. */
  #learned(news: readonly Said[]): void {
    this.#refresh();
    const { own } = this.#memory;
    this.#tellOurs(own === undefined ? news : [...news, { type: "join", record: own }]);
  }

  #tellOurs(news: readonly Said[]): void {
    const { cast, self } = this.#deps;
    const ours = [...this.#members.values()].filter(({ name, meta }) => name !== self && isParley(meta));
    for (const { address: to } of ours.slice(0, TOLD_MAX)) {
      for (const said of news.slice(0, TOLD_MAX)) {
        cast.get("broadcaster").tell({ type: "send_user", to, payload: encodeMember(said), reliable: false });
      }
    }
  }

  /** Those of cli-chat who are members of the cluster, at the address that their record names. */
  #persons(): readonly ChatRecord[] {
    return this.#memory.records.all.filter(({ name, sender }) => {
      const member = this.#members.get(name);
      return member !== undefined && !isParley(member.meta) && isSameHost(sender, member.address);
    });
  }

  /** Of the peers that are in their chat, the one that came first lets them in, if that is us. */
  get #isHost(): boolean {
    const { own, records } = this.#memory;
    return own !== undefined && records.all.every((other) => !this.#isOurs(other.name) || isBefore(own, other));
  }

  #isOurs(name: string): boolean {
    const member = this.#members.get(name);
    return member !== undefined && isParley(member.meta);
  }

  /** Whether a guest is one of theirs, by us or by another of ours that lets them in: they tell each other themselves. */
  #isOneOfTheirs(author: string, guest: string | undefined): boolean {
    if (guest === undefined) return false;
    if (author === this.#deps.self) return this.#isOurGuest(guest);
    return this.#memory.records.get(author) !== undefined &&
      this.#persons().some(({ name }) => guestNamesOf(name).includes(guest));
  }

  #isTheirs(name: string): boolean {
    const member = this.#members.get(name);
    return member !== undefined && !isParley(member.meta) && this.#memory.records.get(name) !== undefined;
  }

  #isOurGuest(guest: string): boolean {
    return [...this.#memory.guests.values()].includes(guest);
  }

  /** Before a member that failed is taken out of the chat, it is looked whether its program is there after all. */
  #check(name: string): void {
    const record = this.#memory.records.get(name);
    if (record === undefined) return;
    this.#doubtful.add(name);
    const tell = (isThere: boolean): void => this.#ctx.self.tell({ type: "checked", node: name, isThere });
    let isOpen = false;
    const handler = {
      opened: () => {
        isOpen = true;
        tell(true);
      },
      data: () => {},
      closed: () => isOpen ? undefined : tell(false),
    };
    this.deliveries.dial(record.sender, handler).then((reply) => reply.ok ? reply.stream.end() : undefined, () => {});
  }

  #gone(name: string): void {
    this.#doubtful.delete(name);
    this.#members.delete(name);
    this.#memory.records.remove(name);
    this.#refresh();
  }

  /** Brings the room's guests in line with who is there. */
  #refresh(): void {
    const isHost = this.#isHost;
    if (isHost) this.#takeOver();
    const persons = isHost ? this.#persons().map(({ name }) => name) : [];
    for (const node of persons) {
      if (!this.#memory.guests.has(node) && !this.#coming.has(node)) this.#invite(node);
    }
    const present = new Set(persons);
    for (const [node, guest] of this.#memory.guests) {
      if (present.has(node)) continue;
      this.#memory.guests.delete(node);
      this.deliveries.forget(node);
      this.#toRoom({ type: "guest_leave", guest });
    }
  }

  /** Does what another has left to do; who lets them in already has nothing of that kind. */
  #takeOver(): void {
    const { lines, texts } = this.#handover.takeOver(this.#ctx.clock.now());
    for (const line of lines) this.#speakSoon(line);
    for (const text of texts) this.#bring(text);
  }

  /** Has them come as guests, under the first name that is free. */
  #invite(node: string, refused?: string): void {
    const names = guestNamesOf(node);
    const guest = names[refused === undefined ? 0 : names.indexOf(refused) + 1];
    if (guest === undefined) return this.#count("members without a free name");
    this.#coming.set(node, guest);
    const rooms = this.#deps.cast.get("rooms");
    const { room } = this.#deps;
    const answer = this.#ctx.ask<RoomsMessage, GuestReply>(
      rooms,
      (replyTo) => ({ type: "guest", room, message: { type: "guest_join", guest, replyTo } }),
      ASK_TIMEOUT_MS,
    );
    this.#ctx.pipeToSelf(
      answer,
      (reply) => ({ type: "guest_answer", node, guest, reply }),
      (error) => ({ type: "guest_answer", node, guest, reply: { ok: false, why: String(error) } }),
    );
  }

  #toRoom(message: Extract<RoomsMessage, { type: "guest" }>["message"]): void {
    this.#deps.cast.get("rooms").tell({ type: "guest", room: this.#deps.room, message });
  }

  /** Says a line in the room, as the guest whose it is; false if there is none. */
  #speak({ name, text }: Line): boolean {
    for (const [node, guest] of this.#memory.guests) {
      if (!isNameOf(name, node)) continue;
      this.#toRoom({ type: "guest_say", guest, text });
      return true;
    }
    return false;
  }

  #keepEarly(line: Line): void {
    if (this.#early.length >= EARLY_MAX) {
      this.#early.shift();
      this.#count("lines of unknown members");
    }
    this.#early.push(line);
    this.#ctx.timers.after("early", EARLY_MS, { type: "early_over" });
  }

  #count(what: string, by = 1): void {
    if (by > 0) this.#counts.set(what, (this.#counts.get(what) ?? 0) + by);
  }
}

/** Nobody is connected to somewhere else because gossip says so. */
function isSameHost(sender: Address, member: Address): boolean {
  return splitAddress(sender).hostname === splitAddress(member).hostname || isLoopback(sender) && isLoopback(member);
}
