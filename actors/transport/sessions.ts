import type { Stream } from "../../transport/transport.ts";
import type { Timers } from "../runtime/timers.ts";
import type { Owner } from "./registration.ts";

/**
 * A stream that has to come to something within a time: it has not said yet what it is for, waits to be taken over by its
 * owner, is served, asks for us, or was told why it is not served and has to take that in.
 */
type Session = Readonly<{
  kind: "half_open" | "offered" | "served" | "asked" | "told";
  stream: Stream;
  late: () => void;
  owner?: Owner;
}>;

/** Said when the time of a session is over. */
export type SessionOver = Readonly<{ type: "session_over"; session: number }>;

/** The streams that have to come to something, each with its time. */
export class Sessions {
  readonly #timers: Timers<SessionOver>;
  readonly #open = new Map<number, Session>();
  #last = 0;

  constructor(timers: Timers<SessionOver>) {
    this.#timers = timers;
  }

  /** Gives a stream `withinMs`; the number names it. */
  enter(session: Session, withinMs: number): number {
    const id = ++this.#last;
    this.#open.set(id, session);
    this.#timers.after(`session ${id}`, withinMs, { type: "session_over", session: id });
    return id;
  }

  get(id: number): Session | undefined {
    return this.#open.get(id);
  }

  /** Forgets a session; false when that was done already. */
  leave(id: number): boolean {
    this.#timers.cancel(`session ${id}`);
    return this.#open.delete(id);
  }

  /** The time is over: the stream goes, unless `late` has entered it anew. */
  expire(id: number): void {
    const over = this.#open.get(id);
    if (over === undefined) return;
    const last = this.#last;
    over.late();
    const isAnew = this.#last > last && this.#open.get(this.#last)?.stream === over.stream;
    if (!isAnew) over.stream.destroy();
  }

  /** Those that wait for one owner or are served by it. */
  of(wanted: Owner): readonly (readonly [number, Session])[] {
    return [...this.#open].filter(([, { owner }]) => owner === wanted);
  }

  /** Those of one kind, oldest first. */
  ofKind(wanted: Session["kind"]): readonly (readonly [number, Session])[] {
    return [...this.#open].filter(([, { kind }]) => kind === wanted);
  }
}
