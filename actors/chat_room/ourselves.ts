import type { PersonMemory, RoomMemory } from "../chat_room.ts";
import type { Signing } from "../history/room_log.ts";
import type { Entry, Proof } from "./entry.ts";
import { proofOf } from "./presence.ts";

type OurselvesDeps = Readonly<{ self: string; memory: RoomMemory; person: PersonMemory; signing: Signing }>;

/** What we say of our own being in a room. */
export class Ourselves {
  readonly #deps: OurselvesDeps;
  /** What we last signed of it. */
  #proof: Readonly<{ wallMs: number; proof: Proof }> | undefined;

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
    return isOurs ? this.#here("asked") : { type: "looked_in", wallMs };
  }

  /** With the proof of who we are. */
  #here(type: "came" | "present" | "asked"): Entry {
    const { memory: { room, sinceWallMs: wallMs }, self: name, signing, person } = this.#deps;
    if (this.#proof?.wallMs !== wallMs) this.#proof = { wallMs, proof: proofOf({ room, name, wallMs }, signing) };
    return { type, wallMs, proof: this.#proof.proof, ...person };
  }
}
