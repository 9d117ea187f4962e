import type { ArchiveMessage } from "../archive.ts";
import type { Shown } from "../history/shown.ts";
import type { Search } from "../history/store.ts";
import type { ActorRef } from "../runtime/ref.ts";
import type { Cast } from "./cast.ts";

/** Longest wait for an answer of our own actors. */
const ASK_TIMEOUT_MS = 10_000;

type ArchiveStepsDeps = Readonly<{ cast: Cast; wallMs(): number }>;

/** What a person does with everything that was ever said, whatever rooms we are in now. */
export class ArchiveSteps {
  readonly #deps: ArchiveStepsDeps;

  constructor(deps: ArchiveStepsDeps) {
    this.#deps = deps;
  }

  /** The wall clock's time, which is what people name times by. */
  get wallMs(): number {
    return this.#deps.wallMs();
  }

  /** The newest first. */
  search(search: Search): Promise<readonly Shown[]> {
    return this.#ask((replyTo: ActorRef<readonly Shown[]>) => ({ type: "search", search, replyTo }));
  }

  #ask<A>(build: (replyTo: ActorRef<A>) => ArchiveMessage): Promise<A> {
    return this.#deps.cast.get("archive").ask(build, ASK_TIMEOUT_MS);
  }
}
