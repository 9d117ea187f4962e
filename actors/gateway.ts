import type { Address } from "../transport/address.ts";
import { streamSource } from "../transport/source.ts";
import type { OpenTransport, Stream, StreamHandler } from "../transport/transport.ts";
import type { ChatEvent, GuestReply } from "./chat_room.ts";
import { GUEST_CHAT } from "./chat_room.ts";
import { plainWords } from "./chat_room/plain_words.ts";
import { parseRoomName, type RoomName, TEXT_BYTES_MAX } from "./chat_room/entry.ts";
import { parseGuestName } from "./chat_room/guest_name.ts";
import type { Occupant } from "./chat_room/occupants.ts";
import { Client, type ClientConnection } from "./gateway/client.ts";
import type { ClientEvent, Dialect, Speaker } from "./gateway/dialect.ts";
import { CLIENTS_MAX, type DoorKind, type DoorOutcome, openDoors } from "./gateway/doors.ts";
import { machat } from "./gateway/machat.ts";
import { UnderWay } from "./gateway/under_way.ts";
import type { WebSocketOpened } from "./gateway/web_socket.ts";
import { talksConsole } from "./gateway/talks.ts";
import { cutText } from "./gateway/text.ts";
import type { RoomsMessage } from "./rooms.ts";
import type { Behavior, Context } from "./runtime/behavior.ts";
import type { ActorRef } from "./runtime/ref.ts";
import { type Allowance, SourceBudget } from "./transport/budget.ts";
import type { TransportMemory, TransportMessage } from "./transport.ts";
import type { StreamAccepted } from "./transport/registration.ts";

/** What the keeper of clients of older systems understands. */
export type GatewayMessage =
  | StreamAccepted
  | WebSocketOpened
  | Readonly<{ type: "door"; outcome: DoorOutcome }>
  | Readonly<{ type: "status"; replyTo: ActorRef<GatewayCounters> }>
  | Readonly<{ type: "chat"; event: ChatEvent }>
  /** A client sent something; after a whole message of a WebSocket, nothing of it is to come. */
  | Readonly<{ type: "received"; client: number; piece: number; bytes: Uint8Array; isWhole: boolean }>
  | Readonly<{ type: "ended" | "closed"; client: number }>
  | Readonly<{ type: "joined"; client: number; room: RoomName; guest: string; reply: GuestReply }>
  /** Timers: a client has had its time; those that wait are looked at again. */
  | Readonly<{ type: "late"; client: number }>
  | Readonly<{ type: "look" }>;

/** Counted since the start. */
export type GatewayCounters = Readonly<{
  clients: number;
  accepted: number;
  joined: number;
  textsSaid: number;
  /** Lines with nothing in them, which nobody is told. */
  textsEmpty: number;
  /** Texts longer than a room takes, which were said in parts. */
  textsCut: number;
  /** Hung up on: no handshake in time, one that is none, a name or room that cannot be had, a line too long. */
  silent: number;
  unreadable: number;
  refused: number;
  /** Hung up on because of too many that had come from the same source before. */
  tooOften: number;
  /** Hung up on because they took too long to read what they were told. */
  tooSlow: number;
  /** Hung up on because some of what they sent was lost on its way to us. */
  torn: number;
}>;

/** What outlives a crash: the ports of our own, and who was in which room, whose connections did not outlive it. */
export type GatewayMemory = Readonly<{
  ports: Map<DoorKind, TransportMemory>;
  guests: Map<string, Readonly<{ room: RoomName; guest: string }>>;
}>;

/** Where clients come in. */
export type GatewayOptions = Readonly<{
  /** On the peer's own port. */
  onPeersPort: boolean;
  /** On a port of their own, over TCP. */
  tcp?: Address | undefined;
  /** The same for WebSockets. */
  ws?: Address | undefined;
  /** Whether Talks' clients are let in besides, by the same ports. */
  talks?: boolean;
  /** Opens those ports. */
  openTransport: OpenTransport;
}>;

type GatewayDeps =
  & GatewayOptions
  & Readonly<{
    /** The peer's name, and the room of clients that name none. */
    self: string;
    room: RoomName;
    /** Told where clients are let in, for people; and why they cannot be, where that was asked for. */
    opened: (what: string) => void;
    failed: (why: string) => void;
    transport: () => ActorRef<TransportMessage>;
    rooms: () => ActorRef<RoomsMessage>;
    memory: GatewayMemory;
  }>;

/** How long a client may take for its handshake, and to take in why it is hung up on. */
const HANDSHAKE_TIMEOUT_MS = 5_000;
const FAREWELL_TIMEOUT_MS = 2_000;

/** How long a room may take to let somebody in. */
const JOIN_TIMEOUT_MS = 5_000;

/** How often clients of one source may come: all that there is room for at once, and who comes and goes is slowed down. */
const COMINGS: Allowance = { burst: 1_000, perSecond: 20 };
const SOURCES_MAX = 1_024;

/** What happens until a client has been welcomed, which takes a turn or two. */
const HELD_MAX = 1_000;

/** How often those are looked at who wait. */
const LOOK_MS = 100;

/**
 * Lets clients of older systems into rooms, as guests of this peer, each in its own words. Nothing in a room knows how
 * they speak.
 */
export function gateway(deps: GatewayDeps): Behavior<GatewayMessage> {
  return (ctx) => {
    const keeper = new Gateway(ctx, deps);
    ctx.onStop(() => keeper.close());
    ctx.subscribe(GUEST_CHAT, (event) => ({ type: "chat", event }));
    keeper.open();
    return (message) => {
      switch (message.type) {
        case "door":
          return keeper.door(message.outcome);
        case "accepted":
          return keeper.accepted(message);
        case "web_socket":
          return keeper.webSocket(message);
        case "received":
          return keeper.received(message);
        case "ended":
          return keeper.ended(message.client);
        case "closed":
          return keeper.closed(message.client);
        case "joined":
          return keeper.joined(message);
        case "chat":
          return keeper.heard(message.event);
        case "late":
          return keeper.late(message.client);
        case "look":
          return keeper.look();
        case "status":
          return message.replyTo.tell(keeper.status());
      }
    };
  };
}

class Gateway {
  readonly #ctx: Context<GatewayMessage>;
  readonly #deps: GatewayDeps;
  readonly #clients = new Map<number, Client>();
  /** Those who are in a room, by their names. */
  readonly #rooms = new Map<RoomName, Map<string, Client>>();
  /** Those who have asked to be let in, by room and name: whoever asked first will have the name. */
  readonly #joining = new Map<string, Client>();
  /** Those who have something to say that has to wait. */
  readonly #waiting = new Set<Client>();
  #lastClient = 0;
  readonly #webSockets = new Set<number>();
  readonly #comings = new SourceBudget(COMINGS, SOURCES_MAX);
  readonly #underWay = new UnderWay();
  readonly #counters = {
    accepted: 0,
    joined: 0,
    textsSaid: 0,
    textsEmpty: 0,
    textsCut: 0,
    silent: 0,
    unreadable: 0,
    refused: 0,
    tooOften: 0,
    tooSlow: 0,
    torn: 0,
  };

  constructor(ctx: Context<GatewayMessage>, deps: GatewayDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
  }

  open(): void {
    const { guests } = this.#deps.memory;
    for (const { room, guest } of guests.values()) this.#tellRoom(room, { type: "guest_leave", guest });
    guests.clear(); // of an earlier life, whose connections are gone
    openDoors(this.#ctx, this.#deps);
  }

  door(outcome: DoorOutcome): void {
    if (!outcome.ok) this.#deps.failed(`Clients cannot be let in: ${outcome.why}`);
    else if (outcome.where !== undefined) this.#deps.opened(outcome.where);
  }

  close(): void {
    for (const { connection } of this.#clients.values()) connection.destroy();
  }

  accepted({ stream, adopt, by }: StreamAccepted): void {
    const client = this.#admit(streamConnection(stream), by === "http_streams" ? talksConsole : machat);
    adopt(this.#listener(client));
  }

  webSocket({ connection, dialect, adopt }: WebSocketOpened): void {
    if (this.#webSockets.size >= CLIENTS_MAX) return connection.close("There are too many here");
    const client = this.#admit(connection, dialect);
    this.#webSockets.add(client.id);
    const { data: message, closed } = this.#listener(client, true);
    adopt({ message, closed: () => closed("ended") });
  }

  received({ client: id, piece, bytes, isWhole }: Extract<GatewayMessage, { type: "received" }>): void {
    const client = this.#clients.get(id);
    if (client === undefined) return;
    if (!client.takes(piece, bytes.length)) return this.#refuse(client, "torn", "Some of what you sent was lost here");
    if (client.state === "going" || client.failure !== undefined) return client.adjustReading();
    const events = [...client.reader.push(bytes), ...(isWhole ? client.reader.flush() : [])];
    for (const event of events) this.#take(client, event);
    this.#pump(client);
  }

  ended(id: number): void {
    const client = this.#clients.get(id);
    if (client === undefined) return;
    client.hasEnded = true;
    if (client.state !== "going" && client.failure === undefined) {
      for (const event of client.reader.flush()) this.#take(client, event);
    }
    this.#pump(client);
  }

  closed(id: number): void {
    const client = this.#clients.get(id);
    if (client === undefined) return;
    this.#clients.delete(id);
    this.#webSockets.delete(id);
    this.#ctx.timers.cancel(timerOf(client));
    this.#leave(client);
  }

  /** The answer to who asked to be let in; that it is in, it was told before, by its coming. */
  joined({ client: id, room, guest, reply }: Extract<GatewayMessage, { type: "joined" }>): void {
    const client = this.#clients.get(id);
    const isWanted = client?.state === "joining" || client?.state === "in";
    // One that did not answer may have let it in all the same.
    if (reply.ok ? !isWanted : reply === UNAVAILABLE) this.#tellRoom(room, { type: "guest_leave", guest });
    if (!isWanted) return;
    if (!reply.ok) return this.#refuse(client, "refused", reply.why);
    this.#letIn(client);
    this.#counters.joined++;
    const { held = [] } = client;
    client.held = undefined;
    if (client.wantsNotices) this.#welcome(client, reply.others);
    for (const bytes of held) this.#send(client, bytes);
    this.#pump(client);
  }

  /** From now on a client is told what happens in its room. */
  #letIn(client: Client): void {
    if (client.state !== "joining") return;
    client.state = "in";
    const here = this.#rooms.get(client.room) ?? new Map<string, Client>();
    this.#rooms.set(client.room, here);
    here.set(client.name, client);
    this.#deps.memory.guests.set(placeOf(client.room, client.name), { room: client.room, guest: client.name });
    this.#forgetJoining(client);
  }

  /** What happens in a room is told to its clients, in words that all of one protocol share. */
  heard(event: ChatEvent): void {
    const isOurs = event.author === this.#deps.self && event.guest !== undefined;
    if (isOurs && event.type === "said") this.#arrived();
    if (isOurs && event.type === "went") this.#sentAway(event.room, event.guest!);
    const newcomer = isOurs && event.type === "came" ? this.#joining.get(placeOf(event.room, event.guest)) : undefined;
    if (newcomer !== undefined) this.#letIn(newcomer);
    const clients = this.#rooms.get(event.room);
    if (clients === undefined) return;
    const speaker = this.#speaker(event.room, event.author, event.guest);
    const words = new Map<Dialect, Uint8Array | undefined>();
    for (const client of clients.values()) {
      const isMove = event.type === "came" || event.type === "went";
      if (isMove && (!client.wantsNotices || (isOurs && event.guest === client.name))) continue;
      const { dialect } = client;
      if (!words.has(dialect)) words.set(dialect, wordsFor(dialect, speaker, event));
      const bytes = words.get(dialect);
      if (bytes !== undefined) this.#send(client, bytes);
    }
  }

  /** Who goes by himself is none of the room's clients any more when the room says so. */
  #sentAway(room: RoomName, guest: string): void {
    const client = this.#rooms.get(room)?.get(guest);
    if (client !== undefined) this.#refuse(client, "refused", `The name "${guest}" is taken in #${room}`);
  }

  late(id: number): void {
    const client = this.#clients.get(id);
    if (client === undefined) return;
    if (client.state === "greeting") return this.#refuse(client, "silent", "No handshake came in time");
    client.connection.destroy();
  }

  look(): void {
    this.#underWay.giveUpLost(this.#ctx.clock.now());
    this.#pumpWaiting();
    if (this.#waiting.size === 0) this.#ctx.timers.cancel("look");
  }

  status(): GatewayCounters {
    return { clients: this.#clients.size, ...this.#counters };
  }

  #admit(connection: ClientConnection, dialect: Dialect): Client {
    const client = new Client(++this.#lastClient, connection, dialect, this.#ctx.clock.now());
    this.#counters.accepted++;
    this.#clients.set(client.id, client);
    this.#ctx.timers.after(timerOf(client), HANDSHAKE_TIMEOUT_MS, { type: "late", client: client.id });
    return client;
  }

  /** Each piece that comes is a whole message, or what is next of a stream. */
  #listener(client: Client, isWhole = false): StreamHandler {
    const { self } = this.#ctx;
    const { id } = client;
    return {
      data: (bytes) => self.tell({ type: "received", client: id, piece: client.arrives(bytes.length), bytes, isWhole }),
      ended: () => self.tell({ type: "ended", client: id }),
      closed: () => self.tell({ type: "closed", client: id }),
    };
  }

  #take(client: Client, event: ClientEvent): void {
    if (client.state === "going") return;
    switch (event.type) {
      case "hello":
        return this.#enter(client, event);
      case "text":
        return this.#queue(client, event.text);
      case "answer":
        return client.connection.send(event.bytes);
      case "unreadable":
        client.failure = event.why; // after what came before it
        return;
    }
  }

  #enter(client: Client, { name, room, id, wantsNotices }: Extract<ClientEvent, { type: "hello" }>): void {
    const guest = parseGuestName(name);
    const parsed = room === undefined ? this.#deps.room : parseRoomName(room);
    if (guest === undefined) return this.#refuse(client, "refused", "Nobody can be called so: a name has letters");
    if (parsed === undefined) return this.#refuse(client, "refused", "No room can be called so: a room has letters");
    const source = streamSource(client.connection.remote) ?? "loopback";
    if (!this.#comings.spend(source, 1, this.#ctx.clock.now())) {
      return this.#refuse(client, "tooOften", "Too many come from where you are: try again in a minute");
    }
    this.#ctx.timers.cancel(timerOf(client));
    Object.assign(client, { state: "joining", name: guest, room: parsed, speakerId: id, wantsNotices });
    const place = placeOf(parsed, guest);
    if (!this.#joining.has(place)) this.#joining.set(place, client);
    const build = (replyTo: ActorRef<GuestReply>): RoomsMessage => ({
      type: "guest",
      room: parsed,
      message: { type: "guest_join", guest, replyTo },
    });
    const joined = { type: "joined", client: client.id, room: parsed, guest } as const;
    this.#ctx.pipeToSelf(
      this.#ctx.ask(this.#deps.rooms(), build, JOIN_TIMEOUT_MS),
      (reply): GatewayMessage => ({ ...joined, reply }),
      (): GatewayMessage => ({ ...joined, reply: UNAVAILABLE }),
    );
  }

  #queue(client: Client, text: string): void {
    if (text.trim() === "") return void this.#counters.textsEmpty++;
    const parts = cutText(text, TEXT_BYTES_MAX);
    if (parts.length > 1) this.#counters.textsCut++;
    client.texts.push(...parts);
  }

  /** Says what a client has to say, as far as it may now; then does what comes after that. */
  #pump(client: Client): void {
    const { texts } = client;
    let said = 0;
    while (client.state === "in" && said < texts.length && this.#mayBeSaid(client)) {
      this.#say(client, texts[said++]!);
    }
    texts.splice(0, said);
    if (client.state === "in" && texts.length > 0) this.#wait(client);
    else this.#waiting.delete(client);
    if (texts.length === 0 && client.state !== "joining") this.#finish(client);
    client.adjustReading();
  }

  #finish(client: Client): void {
    if (client.failure !== undefined) this.#refuse(client, "unreadable", client.failure);
    else if (client.hasEnded) this.#end(client, "");
  }

  #mayBeSaid({ budget }: Client): boolean {
    return this.#underWay.hasRoom && budget.spend(1, this.#ctx.clock.now());
  }

  #say({ room, name: guest }: Client, text: string): void {
    this.#counters.textsSaid++;
    this.#underWay.given(this.#ctx.clock.now());
    this.#tellRoom(room, { type: "guest_say", guest, text });
  }

  /** A room has shown a text of a guest of ours: there is room for another. */
  #arrived(): void {
    this.#underWay.shown(this.#ctx.clock.now());
    if (this.#waiting.size > 0 && this.#underWay.isHalfEmpty) this.#pumpWaiting();
  }

  #wait(client: Client): void {
    this.#waiting.add(client);
    if (!this.#ctx.timers.has("look")) this.#ctx.timers.every("look", LOOK_MS, { type: "look" });
  }

  /** Each in turn; who was served and waits on goes to the end. */
  #pumpWaiting(): void {
    for (const client of [...this.#waiting]) {
      this.#waiting.delete(client);
      this.#pump(client);
    }
  }

  #welcome(client: Client, others: readonly Occupant[]): void {
    const { dialect } = client;
    const here = dialect.here(others.map(({ name }) => shown(name)));
    if (here !== undefined) this.#send(client, here);
    const own = dialect.came(this.#speaker(client.room, this.#deps.self, client.name));
    if (own !== undefined) this.#send(client, own);
  }

  #send(client: Client, bytes: Uint8Array): void {
    const { held } = client;
    if (held !== undefined && held.length < HELD_MAX) return void held.push(bytes);
    if (held !== undefined || !client.mayBeSent(bytes.length, this.#ctx.clock.now())) {
      return this.#refuse(client, "tooSlow", "You read too slowly: too much waits for you");
    }
    client.connection.send(bytes);
  }

  #refuse(
    client: Client,
    count: "silent" | "unreadable" | "refused" | "tooOften" | "tooSlow" | "torn",
    why: string,
  ): void {
    if (client.state === "going") return;
    this.#counters[count]++;
    client.connection.send(client.dialect.refusal(why));
    this.#end(client, why);
  }

  /** Hangs up, and gives the client a moment to take in what it was told last. */
  #end(client: Client, why: string): void {
    if (client.state === "going") return;
    this.#leave(client);
    client.connection.close(why);
    this.#ctx.timers.after(timerOf(client), FAREWELL_TIMEOUT_MS, { type: "late", client: client.id });
    client.adjustReading();
  }

  /** Takes a client out of its room; also one that has not heard yet whether it is in. */
  #leave(client: Client): void {
    const { state, room, name: guest } = client;
    client.state = "going";
    this.#forgetJoining(client);
    const clients = this.#rooms.get(room);
    if (state === "in" && clients?.delete(guest) && clients.size === 0) this.#rooms.delete(room);
    if (state !== "in") return;
    this.#deps.memory.guests.delete(placeOf(room, guest));
    this.#tellRoom(room, { type: "guest_leave", guest });
  }

  #forgetJoining(client: Client): void {
    const place = placeOf(client.room, client.name);
    if (this.#joining.get(place) === client) this.#joining.delete(place);
  }

  #tellRoom(room: RoomName, message: Extract<RoomsMessage, { type: "guest" }>["message"]): void {
    this.#deps.rooms().tell({ type: "guest", room, message });
  }

  #speaker(room: RoomName, author: string, guest: string | undefined): Speaker {
    if (guest === undefined) return { name: shown(author), id: author };
    const client = author === this.#deps.self ? this.#rooms.get(room)?.get(guest) : undefined;
    return { name: guest, id: client?.speakerId ?? `${guest}@${author}` };
  }
}

const UNAVAILABLE: GuestReply = { ok: false, why: "The room does not answer: try again" };

function placeOf(room: RoomName, guest: string): string {
  return `${room} ${guest}`; // no room's name has a blank
}

function timerOf({ id }: Client): string {
  return `client ${id}`;
}

function wordsFor(dialect: Dialect, speaker: Speaker, event: ChatEvent): Uint8Array | undefined {
  if (event.type === "came" || event.type === "went") return dialect[event.type](speaker);
  const words = plainWords(event);
  return words === undefined ? undefined : dialect.said(speaker, words);
}

/** A member's name, as it may stand in front of a colon. */
function shown(name: string): string {
  return name.replace(/[\p{Cc}\p{Zl}\p{Zp}:]/gu, "?");
}

function streamConnection(stream: Stream): ClientConnection {
  return {
    remote: stream.remote,
    get bufferedBytes() {
      return stream.bufferedBytes;
    },
    send: (bytes) => stream.write(bytes),
    close: () => stream.end(),
    destroy: () => stream.destroy(),
    pause: () => stream.pause(),
    resume: () => stream.resume(),
  };
}
