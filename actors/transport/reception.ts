import type { Mux } from "../../transport/mux.ts";
import type { Stream, StreamCloseReason, StreamHandler } from "../../transport/transport.ts";
import type { ActorRef } from "../runtime/ref.ts";
import { crowdedOut } from "./half_open.ts";
import type { Owner, StreamAccepted } from "./registration.ts";
import type { Serving } from "./serving.ts";
import type { Sessions } from "./sessions.ts";

/** How long a new stream may take until it is clear whose it is, and then until that one has taken it over. */
const FIRST_BYTES_TIMEOUT_MS = 5_000;
/** How long those who were told why they are hung up on may take to close. */
const TOLD_TIMEOUT_MS = 1_000;
/** Bytes kept until a stream is taken over, which is a turn later; after that it is not read. */
const EARLY_BYTES_MAX = 64 * 1024;

type ReceptionDeps = Readonly<{
  sessions: Sessions;
  mux: Mux<Owner>;
  serving: Serving;
  /** Whether requests over HTTP are answered. */
  http: boolean;
  drop(reason: string, stream: Stream): void;
  /** Hands something over; false, and it is counted, where there is no room for it. */
  tell<M>(to: ActorRef<M>, message: M): boolean;
}>;

/** Finds out whose an incoming stream is, and hands it over. */
export class Reception {
  readonly #deps: ReceptionDeps;
  readonly #sessions: Sessions;

  constructor(deps: ReceptionDeps) {
    this.#deps = deps;
    this.#sessions = deps.sessions;
  }

  /** Reads the first bytes of a stream, until it is clear whose it is. */
  accept(stream: Stream): StreamHandler {
    let owner: StreamHandler | undefined;
    let seen: Uint8Array = NOTHING;
    this.#makeRoomFor(stream);
    const late = (): void => {
      this.#deps.drop("silent stream", stream);
      owner = this.#tellSilent(stream, session);
    };
    const session: number = this.#sessions.enter({ kind: "half_open", stream, late }, FIRST_BYTES_TIMEOUT_MS);
    const decide = (isWhole: boolean): void => {
      owner = this.#route(stream, seen, isWhole);
      if (owner === undefined) return;
      this.#sessions.leave(session);
      seen = NOTHING;
    };
    return {
      data: (bytes) => {
        if (owner !== undefined) return owner.data(bytes);
        seen = seen.length === 0 ? bytes : concat(seen, bytes);
        decide(false);
      },
      ended: () => {
        if (owner === undefined && seen.length === 0) return stream.end();
        if (owner === undefined) decide(true);
        owner?.ended?.();
      },
      closed: (reason: StreamCloseReason) => {
        this.#sessions.leave(session);
        owner?.closed(reason);
      },
    };
  }

  /** Somebody is gone: what it has not taken over, or not answered, is closed. */
  abandon(owner: Owner): void {
    for (const [session, { stream }] of this.#sessions.of(owner)) {
      this.#sessions.leave(session);
      stream.destroy();
    }
  }

  /** Hands a stream over; `undefined` as long as it is not clear whose it is. */
  #route(stream: Stream, seen: Uint8Array, isWhole: boolean): StreamHandler | undefined {
    const route = this.#deps.mux.routeStream(seen, isWhole);
    switch (route.type) {
      case "need_more":
        return undefined;
      case "nobody":
        return this.#refuse(stream, route.why);
      case "http":
        return this.#handHttp(stream, seen);
      case "owner":
        return this.#hand(stream, route.entry.owner, seen.subarray(route.skip));
    }
  }

  #handHttp(stream: Stream, seen: Uint8Array): StreamHandler {
    if (this.#deps.http && stream.serveHttp !== undefined) {
      stream.serveHttp(seen);
      return DEAF;
    }
    const plain = this.#deps.mux.plainStreams?.owner;
    return plain === undefined ? this.#refuse(stream, "http") : this.#hand(stream, plain, seen);
  }

  #hand(stream: Stream, owner: Owner, rest: Uint8Array): StreamHandler {
    const { registration } = owner;
    owner.received++;
    switch (registration.type) {
      case "pool":
        return this.#deps.serving.serve(stream, rest, { ...registration, owner });
      case "streams":
      case "text_streams":
      case "http_streams":
      case "plain_streams":
        return this.#offer(stream, rest, owner, registration.to);
      case "packets":
      case "plain_packets":
        return this.#refuse(stream, "unknown stream"); // never: these own no streams
    }
  }

  /** The owner takes a stream over a turn later; what it brings until then is kept, within bounds. */
  #offer(stream: Stream, rest: Uint8Array, owner: Owner, to: ActorRef<StreamAccepted>): StreamHandler {
    if (owner.open >= owner.streamsMax) return this.#refuse(stream, "too many streams of a listener");
    let handler: StreamHandler | undefined;
    let isPaused = false;
    let earlyBytes = 0;
    const early: ((handler: StreamHandler) => void)[] = [];
    const late = (): void => this.#deps.drop("stream not taken", stream);
    const session = this.#sessions.enter({ kind: "offered", stream, late, owner }, FIRST_BYTES_TIMEOUT_MS);
    owner.open++;
    const tell = (what: (handler: StreamHandler) => void): void =>
      handler === undefined ? void early.push(what) : what(handler);
    const data = (bytes: Uint8Array): void => {
      if (handler !== undefined) return handler.data(bytes);
      if ((earlyBytes += bytes.length) > EARLY_BYTES_MAX && !isPaused) {
        isPaused = true;
        stream.pause();
      }
      early.push((handler) => handler.data(bytes));
    };
    const adopt = (adopter: StreamHandler): void => {
      if (handler !== undefined) return;
      this.#sessions.leave(session);
      if (isPaused) stream.resume();
      handler = adopter;
      for (const what of early.splice(0)) what(adopter);
    };
    if (rest.length > 0) data(rest);
    if (!this.#deps.tell(to, { type: "accepted", stream, adopt, by: owner.claim.type })) stream.destroy();
    return {
      data,
      ended: () => tell((handler) => handler.ended?.()),
      closed: (reason) => {
        owner.open--;
        this.#sessions.leave(session);
        tell((handler) => handler.closed(reason));
      },
    };
  }

  /** Whoever takes what is nobody's may have words for those who say nothing. */
  #tellSilent(stream: Stream, session: number): StreamHandler | undefined {
    const registration = this.#deps.mux.plainStreams?.owner.registration;
    if (registration?.type !== "plain_streams" || registration.silent === undefined) return undefined;
    this.#sessions.leave(session);
    const told = this.#sessions.enter({ kind: "told", stream, late: () => {} }, TOLD_TIMEOUT_MS);
    stream.write(registration.silent);
    stream.end();
    return { data: () => {}, closed: () => void this.#sessions.leave(told) };
  }

  #makeRoomFor(newcomer: Stream): void {
    const waiting = this.#sessions.ofKind("half_open").map(([id, { stream }]) => [id, stream] as const);
    const gone = crowdedOut(waiting, newcomer.remote);
    if (gone === undefined) return;
    const { stream } = this.#sessions.get(gone)!;
    this.#deps.drop("too many silent streams", stream);
    this.#sessions.leave(gone);
    stream.destroy();
  }

  #refuse(stream: Stream, reason: string): StreamHandler {
    this.#deps.drop(reason, stream);
    stream.destroy();
    return DEAF;
  }
}

const NOTHING = new Uint8Array(0);

const DEAF: StreamHandler = { data: () => {}, closed: () => {} };

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
