import type { GuestReply, RoomMemory } from "../chat_room.ts";
import type { Content } from "../history/content.ts";
import type { Log } from "../runtime/log.ts";
import { type Entry, GUESTS_PER_ENTRY_MAX } from "./entry.ts";
import { isFirstClaim, type NameClaim } from "./name_claim.ts";
import type { Occupants } from "./occupants.ts";
import type { Ourselves } from "./ourselves.ts";

/** Guests of one peer in one room. */
const GUESTS_MAX = 1_024;

type GuestsDeps = Readonly<{
  self: string;
  memory: RoomMemory;
  occupants: Occupants;
  ourselves: Pick<Ourselves, "now" | "signed">;
  log: Log;
  /** To all who are in the room. */
  publish(entry: Entry): void;
  sendTo(member: string, entry: Entry): void;
  /** To the screens here. */
  show(entry: Entry): void;
  /** Into the room's history; false where too much waits for that. */
  write(content: Content): boolean;
  /** One of them has gone. */
  left(): void;
}>;

/** Guests of ours in one room: people without a peer of their own, for whom we speak. */
export class Guests {
  readonly #deps: GuestsDeps;

  constructor(deps: GuestsDeps) {
    this.#deps = deps;
  }

  join(guest: string): GuestReply {
    const { memory, self, occupants, ourselves, publish, show } = this.#deps;
    memory.joinsUnderWay = Math.max(0, memory.joinsUnderWay - 1);
    if (occupants.isTaken(guest)) return { ok: false, why: `The name "${guest}" is taken in #${memory.room}` };
    if (memory.guests.size >= GUESTS_MAX) return { ok: false, why: `There are too many guests in #${memory.room}` };
    const others = occupants.list();
    memory.guests.add(guest);
    const entry = ourselves.signed({ type: "came", wallMs: ourselves.now(), guest });
    publish(entry);
    if (occupants.note(self, entry)) show(entry);
    return { ok: true, others };
  }

  say(guest: string, text: string): void {
    const { memory: { guests, room }, write, log } = this.#deps;
    if (!guests.has(guest)) return;
    if (!write({ type: "said", text: text.toWellFormed(), guest })) log.warn("guest_not_heard", { room });
  }

  leave(guest: string): void {
    const { memory, self, occupants, ourselves, publish, show, left } = this.#deps;
    if (!memory.guests.delete(guest)) return;
    const entry = ourselves.signed({ type: "went", wallMs: ourselves.now(), guest });
    publish(entry);
    occupants.note(self, entry);
    show(entry);
    left();
  }

  /** Tells one other which of them are here. */
  tell(to: string): void {
    const { memory, sendTo } = this.#deps;
    const { sinceWallMs: wallMs } = memory;
    const guests = [...memory.guests];
    for (let at = 0; at < guests.length; at += GUESTS_PER_ENTRY_MAX) {
      sendTo(to, { type: "hosting", wallMs, guests: guests.slice(at, at + GUESTS_PER_ENTRY_MAX) });
    }
  }

  /** Another has let somebody in by a name that a guest of ours has, before either knew of the other. */
  settleNames(author: string, entry: Entry, isFromBefore: boolean): void {
    const { guests } = this.#deps.memory;
    if (entry.type === "hosting") {
      // It does not say since when: who hears of ours decides.
      for (const guest of entry.guests) if (guests.has(guest)) this.#claim(author, guest);
    } else if (entry.type === "came" && entry.guest !== undefined && guests.has(entry.guest)) {
      if (isFromBefore) return; // and maybe gone since
      const { guest, wallMs } = entry;
      if (isFirstClaim(this.#claimTo(guest), { member: author, wallMs })) this.#claim(author, guest);
      else this.leave(guest);
    }
  }

  /** Tells one other since when a guest of ours is here. */
  #claim(to: string, guest: string): void {
    this.#deps.sendTo(to, { type: "came", wallMs: this.#claimTo(guest).wallMs, guest });
  }

  #claimTo(guest: string): NameClaim {
    const { self: member, memory, occupants } = this.#deps;
    return { member, wallMs: occupants.guestSince(member, guest) ?? memory.sinceWallMs };
  }
}
