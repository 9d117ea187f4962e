import { type BroadcasterMessage, type RumourHeard, RUMOURS } from "./broadcaster.ts";
import { HISTORY, type HistoryDeps, type SayReply } from "./chat_room.ts";
import { Chronicle, type ChronicleCounters, type ChronicleMemory } from "./chat_room/chronicle.ts";
import { actorWorld, type Ring } from "./chat_room/chronicle/actor_world.ts";
import { isTextTooLong } from "./chat_room/entry.ts";
import { isGreeter } from "./chat_room/greeting.ts";
import { DIRECT_ROOM, openedText, type Sealer } from "./direct/letter.ts";
import { type AuthorId, authorOfLog } from "./history/author.ts";
import type { ClockMark } from "./history/clock_mark.ts";
import type { Content } from "./history/content.ts";
import { decodeLogMessage } from "./history/log_message.ts";
import type { People } from "./history/people.ts";
import type { Kept } from "./history/store.ts";
import type { EntryHash } from "./history/values.ts";
import { MEMBERSHIP, type MembershipEvent, type MembershipMessage, type MemberView } from "./membership.ts";
import type { Behavior, Context } from "./runtime/behavior.ts";
import { topic } from "./runtime/events.ts";
import type { ActorRef } from "./runtime/ref.ts";
import { isParley } from "./serf/tags.ts";

/** What the keeper of what is said to one other understands. */
export type DirectMessage =
  | Readonly<{ type: "tell"; name: string; text: string; replyTo: ActorRef<SayReply> }>
  | Readonly<{ type: "heard"; rumour: RumourHeard }>
  | Readonly<{ type: "member"; event: MembershipEvent }>
  | Readonly<{ type: "members"; members: readonly MemberView[] }>
  /** A timer. */
  | Ring;

/** Something was said to us alone, or by us to one other. */
export type DirectEvent = Readonly<{
  type: "told";
  from: string;
  to: string;
  own: boolean;
  text: string;
  wallMs: number;
  id: EntryHash;
  /** The name belongs to another key here. */
  foreign?: true;
  /** Its author's wall clock was wrong, as far as we can tell. */
  clock?: ClockMark;
  /** Our own, and only in memory: what keeps it has failed. */
  unstored?: true;
}>;
export const DIRECT = topic<DirectEvent>("direct");

type DirectDeps = Readonly<{
  history: HistoryDeps;
  sealer: Sealer;
  people: People;
  /** Something is known of people that was not before. */
  peopleChanged(): void;
  memory: ChronicleMemory;
  counters: ChronicleCounters;
  self: string;
  broadcaster(): ActorRef<BroadcasterMessage>;
  membership(): ActorRef<MembershipMessage>;
}>;

const ASK_TIMEOUT_MS = 5_000;

const RUMOURS_TOPIC = `room/${DIRECT_ROOM}`;

/**
 * What people say to one other: sealed, in logs like those of rooms, in a room that nobody can enter and all peers keep.
 * So it is there for whom it is for, whoever of the others is gone by then. Everybody sees who writes to whom, and when.
 */
export function direct(deps: DirectDeps): Behavior<DirectMessage> {
  return (ctx) => {
    const post = new Post(ctx, deps);
    ctx.subscribe(RUMOURS, (rumour) => ({ type: "heard", rumour }), (rumour) => rumour.topic === RUMOURS_TOPIC);
    ctx.subscribe(MEMBERSHIP, (event) => ({ type: "member", event }));
    post.begin();
    return (message) => {
      switch (message.type) {
        case "tell":
          return post.tell(message.name, message.text, message.replyTo);
        case "heard":
          return post.heard(message.rumour);
        case "member":
          return post.member(message.event);
        case "members":
          return message.members.forEach((member) => post.meet(member));
        case "ring":
          return post.chronicle.ring(message.timer);
      }
    };
  };
}

class Post {
  readonly #ctx: Context<DirectMessage>;
  readonly #deps: DirectDeps;
  readonly #members = new Set<string>();
  #chronicle: Chronicle | undefined;
  #isEmpty: boolean;

  constructor(ctx: Context<DirectMessage>, deps: DirectDeps) {
    this.#ctx = ctx;
    this.#deps = deps;
    this.#isEmpty = deps.history.store.spans(DIRECT_ROOM).length === 0;
    // Whenever it comes: it was for us alone, and nobody else reads it to us.
    deps.memory.since.everything();
    ctx.onStop(() => this.#chronicle?.close());
    ctx.onStop(deps.people.watch((name) => this.#members.has(name)));
  }

  begin(): void {
    const listed = this.#ctx.ask(
      this.#deps.membership(),
      (replyTo: ActorRef<readonly MemberView[]>) => ({ type: "list" as const, replyTo }),
      ASK_TIMEOUT_MS,
    );
    this.#ctx.pipeToSelf(listed, (members) => ({ type: "members", members }), () => ({ type: "members", members: [] }));
  }

  /** Made when there is something to keep: who never writes nor is written to says nothing of it either. */
  get chronicle(): Chronicle {
    return this.#chronicle ??= this.#newChronicle();
  }

  tell(name: string, text: string, replyTo: ActorRef<SayReply>): void {
    const { history: { store } } = this.#deps;
    const sealed = this.#sealed(name, text);
    if (typeof sealed === "string") return replyTo.tell({ ok: false, why: sealed });
    const written = (): void => {
      const unstored = store.trouble === undefined ? {} : { unstored: true as const };
      replyTo.tell({ ok: true, others: this.#members.size, ...unstored });
    };
    if (!this.chronicle.write(sealed, written)) replyTo.tell({ ok: false, why: "Too much is being said at once" });
  }

  /** What is written of it, or why nothing is. */
  #sealed(name: string, text: string): Content | string {
    const { people, sealer } = this.#deps;
    if (text.trim() === "") return "There is nothing to say";
    if (isTextTooLong(text)) return "The message is too long";
    const to = people.authorOf(name);
    if (to === undefined) return `${name} has shown no key here, so nothing can be sealed for them`;
    if (to === people.self) return "That is you";
    const sealed = sealer.seal(DIRECT_ROOM, to, text.toWellFormed());
    return sealed === undefined ? `Nothing can be sealed for the key of ${name}` : { type: "sealed", to, sealed };
  }

  heard(rumour: RumourHeard): void {
    const message = decodeLogMessage(rumour.payload);
    if (message === undefined) return this.#ctx.log.warn("log_message_malformed", { author: rumour.author });
    this.chronicle.heard(rumour.author, message, rumour.direct, false);
  }

  member({ type, member }: MembershipEvent): void {
    if (type === "joined") this.meet(member);
    if (type !== "left" && type !== "failed") return;
    this.#members.delete(member.name);
    this.#chronicle?.gone(member.name);
  }

  meet({ name, meta }: MemberView): void {
    if (name === this.#deps.self || !isParley(meta)) return;
    this.#members.add(name);
    if (this.#isEmpty) return;
    if (isGreeter(this.#members.size, this.#ctx.random)) this.chronicle.meet(name);
  }

  #newChronicle(): Chronicle {
    const { people, history, memory, counters, broadcaster } = this.#deps;
    return new Chronicle({
      room: DIRECT_ROOM,
      get name() {
        return people.name;
      },
      ...history,
      memory,
      counters,
      world: {
        ...actorWorld(this.#ctx, RUMOURS_TOPIC, broadcaster),
        others: () => this.#isEmpty ? [] : [...this.#members],
        taken: (entries) => this.#taken(entries),
        show: (entries) => entries.forEach((entry) => this.#show(entry)),
        forked: ({ name: author, log, sequence }) => {
          const key = authorOfLog(log);
          this.#ctx.events.publish(HISTORY, { type: "forked", room: DIRECT_ROOM, author, key, sequence });
        },
        forkedTogether: (count) => this.#ctx.events.publish(HISTORY, { type: "forks", room: DIRECT_ROOM, count }),
        unheld: (isUnheld) => {
          const type = isUnheld ? "unheld" : "held";
          this.#ctx.events.publish(HISTORY, { type, room: DIRECT_ROOM, others: this.#members.size });
        },
        filling: () => {},
        filled: () => {},
      },
    });
  }

  /** Makes findable what we can read. */
  #taken(entries: readonly Kept[]): void {
    const { people, peopleChanged, history: { store }, sealer } = this.#deps;
    this.#isEmpty = false;
    for (const entry of entries) {
      people.note(entry.name, authorOfLog(entry.log), this.#ctx.clock.wallMs());
      const text = openedText(entry, people.self, sealer);
      if (text !== undefined) store.index(DIRECT_ROOM, entry.hash, text);
    }
    if (people.isChanged) peopleChanged();
  }

  #show(entry: Kept): void {
    const { people, sealer, history: { store } } = this.#deps;
    const { content, wallMs, clock, hash: id } = entry;
    const author: AuthorId = authorOfLog(entry.log);
    const text = openedText(entry, people.self, sealer);
    if (text === undefined || content.type !== "sealed" || people.isIgnored(author)) return;
    const foreign = people.isTaken(entry.name, author) ? { foreign: true as const } : {};
    const [from, to] = [entry.name, people.nameOf(content.to)];
    const own = author === people.self;
    const unstored = own && store.trouble !== undefined ? { unstored: true as const } : {};
    const marks = { ...foreign, ...(clock === undefined ? {} : { clock }), ...unstored };
    this.#ctx.events.publish(DIRECT, { type: "told", from, to, own, text, wallMs, id, ...marks });
  }
}
