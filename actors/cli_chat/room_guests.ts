import type { ChatEvent, GuestMessage, GuestReply } from "../chat_room.ts";
import type { RoomName } from "../chat_room/entry.ts";
import type { CliChatMemory, CliChatMessage } from "../cli_chat.ts";
import type { RoomsMessage } from "../rooms.ts";
import type { Context } from "../runtime/behavior.ts";
import type { ActorRef } from "../runtime/ref.ts";
import type { Company } from "./company.ts";
import { guestNamesOf, isNameOf, type Line } from "./format.ts";

const ASK_TIMEOUT_MS = 5_000;

/** What is said before gossip has told by whom is kept for a moment. */
const EARLY_MAX = 256;
const EARLY_MS = 3_000;

type RoomGuestsDeps = Readonly<{
  ctx: Context<CliChatMessage>;
  self: string;
  room: RoomName;
  memory: CliChatMemory;
  company: Company;
  rooms(): ActorRef<RoomsMessage>;
  /** One of theirs is no guest of ours any more. */
  forget(node: string): void;
  /** Who is there is to be looked at anew. */
  refresh(): void;
  count(what: string): void;
}>;

/** Members of theirs as guests of the room, and what they say there. */
export class RoomGuests {
  readonly #deps: RoomGuestsDeps;
  /** Guests who were sent to the room and have no answer yet. */
  readonly #coming = new Map<string, string>();
  #early: Line[] = [];

  constructor(deps: RoomGuestsDeps) {
    this.#deps = deps;
  }

  /** Brings the room's guests in line with who is there. */
  update(): void {
    const { company, memory: { guests }, forget } = this.#deps;
    const persons = company.isHost ? company.persons.map(({ name }) => name) : [];
    for (const node of persons) if (!guests.has(node) && !this.#coming.has(node)) this.#invite(node);
    const present = new Set(persons);
    for (const [node, guest] of guests) {
      if (present.has(node)) continue;
      guests.delete(node);
      forget(node);
      this.#tellRoom({ type: "guest_leave", guest });
    }
  }

  /** The room has let one in, or not. */
  answered(node: string, guest: string, reply: GuestReply): void {
    const { company, memory, refresh } = this.#deps;
    this.#coming.delete(node);
    if (!reply.ok) return this.#invite(node, guest);
    memory.guests.set(node, guest);
    if (!company.isHost || !company.persons.some(({ name }) => name === node)) return refresh();
    for (const line of this.#early.splice(0)) if (!this.#speak(line)) this.#early.push(line);
  }

  /** Somebody else sent a guest away, as who keeps other connections may do when it starts anew. */
  moved({ type, room, author, guest }: ChatEvent): void {
    const { self, memory: { guests }, refresh } = this.#deps;
    if (type !== "went" || room !== this.#deps.room || author !== self || guest === undefined) return;
    for (const [node, name] of guests) if (name === guest) guests.delete(node);
    refresh();
  }

  /** Whether a guest is one of theirs, by us or by another of ours that lets them in: they tell each other themselves. */
  isTheirs(author: string, guest: string | undefined): boolean {
    const { self, memory: { guests, records }, company } = this.#deps;
    if (guest === undefined) return false;
    if (author === self) return [...guests.values()].includes(guest);
    return records.get(author) !== undefined && company.persons.some(({ name }) => guestNamesOf(name).includes(guest));
  }

  /** Says a line in the room, once the guest is there whose it is. */
  say(line: Line): void {
    if (this.#speak(line)) return;
    if (this.#early.length >= EARLY_MAX) {
      this.#early.shift();
      this.#deps.count("lines of unknown members");
    }
    this.#early.push(line);
    this.#deps.ctx.timers.after("early", EARLY_MS, { type: "early_over" });
  }

  /** What was said by nobody whom gossip has told of since. */
  dropEarly(): void {
    for (const _ of this.#early.splice(0)) this.#deps.count("lines of unknown members");
  }

  /** Has them come as guests, under the first name that is free. */
  #invite(node: string, refused?: string): void {
    const { ctx, room, rooms, count } = this.#deps;
    const names = guestNamesOf(node);
    const guest = names[refused === undefined ? 0 : names.indexOf(refused) + 1];
    if (guest === undefined) return count("members without a free name");
    this.#coming.set(node, guest);
    const answer = ctx.ask<RoomsMessage, GuestReply>(
      rooms(),
      (replyTo) => ({ type: "guest", room, message: { type: "guest_join", guest, replyTo } }),
      ASK_TIMEOUT_MS,
    );
    ctx.pipeToSelf(
      answer,
      (reply) => ({ type: "guest_answer", node, guest, reply }),
      (error) => ({ type: "guest_answer", node, guest, reply: { ok: false, why: String(error) } }),
    );
  }

  /** Says a line in the room, as the guest whose it is; false if there is none. */
  #speak({ name, text }: Line): boolean {
    for (const [node, guest] of this.#deps.memory.guests) {
      if (!isNameOf(name, node)) continue;
      this.#tellRoom({ type: "guest_say", guest, text });
      return true;
    }
    return false;
  }

  #tellRoom(message: GuestMessage): void {
    const { rooms, room } = this.#deps;
    rooms().tell({ type: "guest", room, message });
  }
}
