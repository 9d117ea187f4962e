import type { SayReply } from "../chat_room.ts";
import type { RoomName } from "../chat_room/entry.ts";
import type { Writable } from "../history/refusal.ts";
import type { Topic } from "../history/topic.ts";
import type { RoomsMessage } from "../rooms.ts";
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

  #ask<A>(build: (replyTo: ActorRef<A>) => RoomsMessage): Promise<A> {
    return this.#deps.cast.get("rooms").ask(build, ASK_TIMEOUT_MS);
  }
}
