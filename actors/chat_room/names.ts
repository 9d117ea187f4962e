import type { PeopleEvent, RoomMemory } from "../chat_room.ts";
import type { AuthorId } from "../history/author.ts";
import type { People } from "../history/people.ts";
import type { Signing } from "../history/room_log.ts";
import type { Clock } from "../runtime/clock.ts";
import type { ChronicleCounters } from "./chronicle.ts";
import { type Entry, wantsAnswer } from "./entry.ts";
import { standingOf } from "./presence.ts";

/** Many refuse a newcomer at once, for the same reason. */
const REFUSED_QUIET_MS = 60_000;

type NamesDeps = Readonly<{
  self: string;
  memory: RoomMemory;
  people: People;
  /** Something is known of people that was not before. */
  peopleChanged(): void;
  signing: Signing;
  counters: Pick<ChronicleCounters, "presence not proven">;
  clock: Pick<Clock, "now" | "wallMs">;
  sendTo(member: string, entry: Entry): void;
  /** The person is told. */
  tell(event: PeopleEvent): void;
}>;

/** Who goes by which name in a room, and whether it is theirs. */
export class Names {
  readonly #deps: NamesDeps;
  #refusedAt = -Infinity;

  constructor(deps: NamesDeps) {
    this.#deps = deps;
  }

  /** Whether the name is its own, as far as we know; if not, whoever asks to come in is told. */
  isWelcome(member: string, entry: Entry, isHandedOn: boolean): boolean {
    const { memory: { room }, people, signing, clock, sendTo, counters } = this.#deps;
    const standing = standingOf(entry, { room, name: member }, { signing, people }, isHandedOn);
    if (standing.type === "unproven") {
      counters["presence not proven"]++;
      return false;
    }
    if (standing.type === "foreign") {
      const { holder, key } = standing;
      if (key === undefined) this.#foreign(member, holder, key);
      else this.note(member, key);
      if (wantsAnswer(entry)) sendTo(member, { type: "refused", wallMs: clock.wallMs(), holder });
      return false;
    }
    if (standing.key !== undefined) this.note(member, standing.key);
    return true;
  }

  /** Somebody goes by that name now. */
  note(name: string, author: AuthorId): void {
    const { people, peopleChanged, clock } = this.#deps;
    const sighting = people.note(name, author, clock.wallMs());
    if (typeof sighting === "object") this.#foreign(name, sighting.changed, author);
    if (people.isChanged) peopleChanged();
  }

  /** Whose name it is was here until now. */
  lastSeen(member: string): void {
    const author = this.#deps.people.authorOf(member);
    if (author !== undefined) this.note(member, author);
  }

  /**
   * To another, our own name is somebody else's. One of perhaps many that refuse us is enough to be told of. Where it is
   * ours to them, they refuse somebody who made up that we come by another key.
   */
  refused(by: string, holder: AuthorId): void {
    const { memory: { room, isOurs }, self: name, signing: { author }, clock, tell } = this.#deps;
    const now = clock.now();
    if (!isOurs || holder === author || now - this.#refusedAt < REFUSED_QUIET_MS) return;
    this.#refusedAt = now;
    tell({ type: "refused", room, by, name, holder });
  }

  /** Loudly, but once. */
  #foreign(name: string, known: AuthorId, other: AuthorId | undefined): void {
    const { memory: { room, isOurs }, people, tell } = this.#deps;
    if (isOurs && people.isNewClaim(name, other)) tell({ type: "key_changed", room, name, known, other });
  }
}
