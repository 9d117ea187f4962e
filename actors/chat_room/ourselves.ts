import type { PersonMemory, RoomMemory } from "../chat_room.ts";
import type { Signing } from "../history/room_log.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Entry, Proof } from "./entry.ts";
import { proofOf, type Provable, proven } from "./presence.ts";

type OurselvesDeps = Readonly<{
  self: string;
  memory: RoomMemory;
  person: PersonMemory;
  signing: Signing;
  clock: Pick<Clock, "wallMs">;
}>;

/** What we say of our own being in a room. */
export class Ourselves {
  readonly #deps: OurselvesDeps;
  /** What we last signed of it. */
  #proof: Readonly<{ wallMs: number; away: string | undefined; proof: Proof }> | undefined;

  constructor(deps: OurselvesDeps) {
    this.#deps = deps;
  }

  /** That we came just now. */
  get came(): Entry {
    return this.#here("came");
  }

  /** That we are here since then. */
  get present(): Entry {
    return this.#here("present");
  }

  /** The same, or that only guests of ours are, and that we want to know who else is. */
  get asking(): Entry {
    const { isOurs, sinceWallMs: wallMs } = this.#deps.memory;
    return isOurs ? this.#here("asked") : this.signed({ type: "looked_in", wallMs });
  }

  /** That we go now. */
  get went(): Entry {
    return this.signed({ type: "went", wallMs: this.now() });
  }

  /** Now, as others are told: never before what they were told already, whatever the clock does, lest that counts for newer. */
  now(): number {
    const { person, clock } = this.#deps;
    return person.toldWallMs = Math.max(clock.wallMs(), person.toldWallMs ?? 0);
  }

  /** With the proof that it is ours, also where others hand it on. */
  signed<T extends Provable>(entry: T): T {
    const { memory: { room }, self: name, signing } = this.#deps;
    return proven(entry, { room, name }, signing);
  }

  /** With the proof of who we are. */
  #here(type: "came" | "present" | "asked"): Entry {
    const { memory: { room, sinceWallMs: wallMs }, self: name, signing, person: { away } } = this.#deps;
    const where = away === undefined ? {} : { away };
    if (this.#proof?.wallMs !== wallMs || this.#proof.away !== away) {
      this.#proof = { wallMs, away, proof: proofOf({ room, name, wallMs, ...where }, signing) };
    }
    return { type, wallMs, proof: this.#proof.proof, ...where };
  }
}
