import type { SayReply } from "../chat_room.ts";
import type { RoomName } from "../chat_room/entry.ts";
import type { AuthorId } from "../history/author.ts";
import type { PeopleReply, Whois } from "../history/people.ts";
import type { Writable } from "../history/refusal.ts";
import type { Topic } from "../history/topic.ts";
import type { Letters } from "../direct/letters.ts";
import type { Decision, LettersUnknown, RoomsMessage } from "../rooms.ts";
import type { ActorRef } from "../runtime/ref.ts";
import type { Cast } from "./cast.ts";
import type { StepResult } from "./steps.ts";

/** Longest wait for an answer of our own actors. */
const ASK_TIMEOUT_MS = 10_000;

type TalkDeps = Readonly<{ cast: Cast }>;

/** What a person does in rooms besides speaking. */
export class Talk {
  readonly #deps: TalkDeps;

  constructor(deps: TalkDeps) {
    this.#deps = deps;
  }

  /** Writes into the history of a room that we are in. */
  write(room: RoomName, content: Writable): Promise<SayReply> {
    return this.#ask((replyTo: ActorRef<SayReply>) => ({ type: "write", room, content, replyTo }));
  }

  /** What a room that we are in is about; `null` for nothing. */
  async topic(room: RoomName): Promise<StepResult<Topic | null>> {
    const reply = await this.#ask(
      (replyTo: ActorRef<Topic | null | "not_in">) => ({ type: "topic", room, replyTo }),
    );
    return reply === "not_in" ? { ok: false, why: `You are not in #${room}` } : { ok: true, value: reply };
  }

  /** Says something to one other, who may be away. */
  tell(name: string, text: string): Promise<SayReply> {
    return this.#ask((replyTo: ActorRef<SayReply>) => ({ type: "tell", name, text, replyTo }));
  }

  /** The latest of what we and one other told each other, in order. */
  async letters(name: string, limit: number): Promise<StepResult<Letters>> {
    const reply = await this.#ask(
      (replyTo: ActorRef<Letters | LettersUnknown>) => ({ type: "letters", name, limit, replyTo }),
    );
    if (reply === "unknown") return { ok: false, why: `Nobody called "${name}" is known here` };
    return reply === "sealed" ? { ok: false, why: "Nothing can be opened here" } : { ok: true, value: reply };
  }

  /** Who a name belongs to; `null` for nobody that is known here. */
  whois(name: string): Promise<Whois | null> {
    return this.#ask((replyTo: ActorRef<Whois | null>) => ({ type: "whois", name, replyTo }));
  }

  /** Our own key, and the name by which it speaks. */
  whoami(): Promise<Readonly<{ author: AuthorId; name: string }>> {
    return this.#ask((replyTo: ActorRef<Readonly<{ author: AuthorId; name: string }>>) => ({
      type: "whoami",
      replyTo,
    }));
  }

  /** What the person decides about a name. */
  decide(type: Decision, name: string): Promise<PeopleReply> {
    return this.#ask((replyTo: ActorRef<PeopleReply>) => ({ type, name, replyTo }));
  }

  /** Tells all rooms that the person is away from the screen, for that reason; or back, without one. */
  async setAway(away: string | undefined): Promise<void> {
    await this.#ask((replyTo: ActorRef<"told">) => ({ type: "away", away, replyTo }));
  }

  /** The names of those whom the person ignores. */
  ignored(): Promise<readonly string[]> {
    return this.#ask((replyTo: ActorRef<readonly string[]>) => ({ type: "ignored", replyTo }));
  }

  #ask<A>(build: (replyTo: ActorRef<A>) => RoomsMessage): Promise<A> {
    return this.#deps.cast.get("rooms").ask(build, ASK_TIMEOUT_MS);
  }
}
