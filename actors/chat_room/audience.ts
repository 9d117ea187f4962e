import type { HistoryEvent, PeopleEvent, RoomMemory } from "../chat_room.ts";
import { type AuthorId, authorOfLog } from "../history/author.ts";
import type { People } from "../history/people.ts";
import type { HistoryStore, Kept } from "../history/store.ts";
import { topicOf } from "../history/topic.ts";
import { type ChatEvent, eventOf, guestOf, moveOf } from "./chat_event.ts";
import type { Entry } from "./entry.ts";

/** Those who may see what happens in a room. */
export type Screens = Readonly<{
  /** The person's. */
  chat(event: ChatEvent): void;
  history(event: HistoryEvent): void;
  people(event: PeopleEvent): void;
  /** Those of our guests. */
  guestChat(event: ChatEvent): void;
}>;

type AudienceDeps = Readonly<{
  self: string;
  /** By which key we write. */
  author: AuthorId;
  memory: RoomMemory;
  people: People;
  store: HistoryStore;
  screens: Screens;
}>;

/** Who here is shown what of a room: the person, if they are in it, and our guests. */
export class Audience {
  readonly #deps: AudienceDeps;
  /** The room's topic is another, and nobody was shown that yet. */
  #isTopicNews = false;

  constructor(deps: AudienceDeps) {
    this.#deps = deps;
  }

  /** Something was written. */
  entry(entry: Kept, isLate: boolean): void {
    const { memory: { room, isOurs, guests }, author: ownAuthor, store, people, self, screens } = this.#deps;
    const { content, name } = entry;
    const author = authorOfLog(entry.log);
    const guest = guestOf(content);
    const foreign = people.isTaken(name, author);
    const from = people.renamed(author, name);
    if (content.type === "topic") this.#isTopicNews = false;
    const event = eventOf(entry, {
      own: author === ownAuthor && guest === undefined,
      late: isLate,
      foreign,
      alike: people.original(name, author),
      ownNames: [self, people.name],
      store,
    });
    if (event === undefined) return;
    if (isOurs && !people.isIgnored(author)) {
      if (from !== undefined && !foreign) screens.people({ type: "renamed", room, from, to: name });
      screens.chat(event);
    }
    if (guests.size > 0 || guest !== undefined) screens.guestChat(event);
  }

  /** Somebody has said to be here, or to go. */
  presence(author: string, entry: Entry): void {
    const { memory: { room, isOurs, guests }, people, self, screens } = this.#deps;
    const event = moveOf(room, author, entry);
    if (event === undefined) return;
    // That we come and go ourselves is no news to us.
    const isOwnMove = author === self && event.guest === undefined;
    if (isOurs && !isOwnMove && !people.isIgnored(people.authorOf(author))) screens.chat(event);
    if (guests.size > 0 || event.guest !== undefined) screens.guestChat(event);
  }

  /** What the room is about is something else than before; it is told with what comes. */
  topicChanged(): void {
    this.#isTopicNews = true;
  }

  /** So many entries came that were there before we were. */
  filled(count: number): void {
    const { memory: { room }, store } = this.#deps;
    const topic = this.#isTopicNews ? topicOf(store, room)?.text : undefined;
    this.#isTopicNews = false;
    this.history({ type: "filled", room, count, ...(topic === undefined ? {} : { topic }) });
  }

  /** What becomes of the history is the person's affair only. */
  history(event: HistoryEvent): void {
    if (this.#deps.memory.isOurs) this.#deps.screens.history(event);
  }
}
