import { LINK_PREAMBLE } from "../../transport/link/frame.ts";
import type { Guard } from "../../transport/guard.ts";
import { sniffStream, type StreamKind } from "../../transport/mux.ts";
import type { Stream, StreamCloseReason, StreamHandler } from "../../transport/transport.ts";
import type { LinksMessage } from "../links.ts";
import type { ActorRef } from "../runtime/ref.ts";
import type { StreamRequest } from "../transport.ts";
import { crowdedOut } from "./half_open.ts";
import type { Serving } from "./serving.ts";
import type { Sessions } from "./sessions.ts";

/** How long a new stream may take until it is clear whose it is. */
const FIRST_BYTES_TIMEOUT_MS = 5_000;
/** Bytes kept for the links until they take a stream over, which is a turn later. */
const EARLY_BYTES_MAX = 1024 * 1024;

/** Whose streams may be, and where to count those that are nobody's. */
type Owners = Readonly<{
  links: () => ActorRef<LinksMessage>;
  /** Without a pool memberlist's streams are refused. */
  pool?: () => ActorRef<StreamRequest>;
  guard: Guard;
  /** Whether requests over HTTP are answered. */
  http: boolean;
  drop(reason: string, stream: Stream): void;
}>;

/** Finds out whose an incoming stream is, and hands it over. */
export class Reception {
  readonly #sessions: Sessions;
  readonly #serving: Serving;
  readonly #owners: Owners;

  constructor(sessions: Sessions, serving: Serving, owners: Owners) {
    this.#sessions = sessions;
    this.#serving = serving;
    this.#owners = owners;
  }

  /** Reads the first bytes of a stream, until it is clear whose it is. */
  accept(stream: Stream): StreamHandler {
    let owner: StreamHandler | undefined;
    let seen: Uint8Array = NOTHING;
    this.#makeRoomFor(stream);
    const late = (): void => this.#owners.drop("silent stream", stream);
    const session = this.#sessions.enter({ kind: "half_open", stream, late }, FIRST_BYTES_TIMEOUT_MS);
    return {
      data: (bytes) => {
        if (owner !== undefined) return owner.data(bytes);
        seen = seen.length === 0 ? bytes : concat(seen, bytes);
        const { type } = sniffStream(seen);
        if (type === "need_more") return;
        this.#sessions.leave(session);
        owner = this.#hand(type, stream, seen);
        seen = NOTHING;
      },
      ended: () => owner === undefined ? stream.end() : owner.ended?.(),
      closed: (reason: StreamCloseReason) => {
        this.#sessions.leave(session);
        owner?.closed(reason);
      },
    };
  }

  #hand(kind: Exclude<StreamKind["type"], "need_more">, stream: Stream, seen: Uint8Array): StreamHandler {
    switch (kind) {
      case "link":
        return this.#handToLinks(stream, seen.subarray(LINK_PREAMBLE.length));
      case "memberlist":
        return this.#serveMemberlist(stream, seen);
      case "http":
        if (!this.#owners.http || stream.serveHttp === undefined) return this.#refuse(stream, "http");
        stream.serveHttp(seen);
        return DEAF;
      case "unknown":
        return this.#refuse(stream, "unknown stream");
    }
  }

  /** The links take a stream over a turn later; what it brings until then is kept, within bounds. */
  #handToLinks(stream: Stream, rest: Uint8Array): StreamHandler {
    let owner: StreamHandler | undefined;
    let earlyBytes = 0;
    const early: ((handler: StreamHandler) => void)[] = [];
    const late = (): void => this.#owners.drop("link not taken", stream);
    const session = this.#sessions.enter({ kind: "half_open", stream, late }, FIRST_BYTES_TIMEOUT_MS);
    const tell = (what: (handler: StreamHandler) => void): void =>
      owner === undefined ? void early.push(what) : what(owner);
    const data = (bytes: Uint8Array): void => {
      if (owner === undefined && (earlyBytes += bytes.length) > EARLY_BYTES_MAX) return stream.destroy();
      tell((handler) => handler.data(bytes));
    };
    if (rest.length > 0) data(rest);
    const adopt = (handler: StreamHandler): void => {
      this.#sessions.leave(session);
      owner = handler;
      for (const what of early) what(handler);
    };
    this.#owners.links().tell({ type: "accepted", stream, adopt });
    return {
      data,
      ended: () => tell((handler) => handler.ended?.()),
      closed: (reason) => {
        this.#sessions.leave(session);
        tell((handler) => handler.closed(reason));
      },
    };
  }

  #serveMemberlist(stream: Stream, seen: Uint8Array): StreamHandler {
    const { pool, guard } = this.#owners;
    return pool === undefined ? this.#refuse(stream, "no pool") : this.#serving.serve(stream, seen, pool, guard);
  }

  #makeRoomFor(newcomer: Stream): void {
    const waiting = this.#sessions.ofKind("half_open").map(([id, { stream }]) => [id, stream] as const);
    const gone = crowdedOut(waiting, newcomer.remote);
    if (gone === undefined) return;
    const { stream } = this.#sessions.get(gone)!;
    this.#owners.drop("too many silent streams", stream);
    this.#sessions.leave(gone);
    stream.destroy();
  }

  #refuse(stream: Stream, reason: string): StreamHandler {
    this.#owners.drop(reason, stream);
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
