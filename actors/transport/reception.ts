import { LINK_PREAMBLE } from "../../transport/link/frame.ts";
import type { Guard } from "../../transport/guard.ts";
import { sniffStream, type StreamKind } from "../../transport/mux.ts";
import type { Stream, StreamCloseReason, StreamHandler } from "../../transport/transport.ts";
import type { DecodeReason } from "../../transport/wire/decoded.ts";
import type { LinksMessage } from "../links.ts";
import type { ActorRef } from "../runtime/ref.ts";
import type { StreamRequest } from "../transport.ts";
import type { Sessions } from "./sessions.ts";

/** How long a new stream may take until it is clear whose it is. */
const FIRST_BYTES_TIMEOUT_MS = 5_000;
/** Streams of which that is not clear, at once; of more, the oldest is closed. A quarter of all incoming ones. */
const HALF_OPEN_MAX = 256;
/** A memberlist request on a stream must be whole by then, and answered. */
const SESSION_TIMEOUT_MS = 10_000;
/** Memberlist streams served at once (`net.go` has the same number for push/pulls). */
const SERVED_MAX = 128;
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
  drop(reason: string): void;
}>;

/** Finds out whose an incoming stream is, and hands it over. */
export class Reception {
  readonly #sessions: Sessions;
  readonly #owners: Owners;

  constructor(sessions: Sessions, owners: Owners) {
    this.#sessions = sessions;
    this.#owners = owners;
  }

  /** Reads the first bytes of a stream, until it is clear whose it is. */
  accept(stream: Stream): StreamHandler {
    let owner: StreamHandler | undefined;
    let seen: Uint8Array = NOTHING;
    this.#makeRoomForHalfOpen();
    const late = (): void => this.#owners.drop("silent stream");
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
    const late = (): void => this.#owners.drop("link not taken");
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
    if (pool === undefined) return this.#refuse(stream, "no pool");
    if (this.#sessions.ofKind("served").length >= SERVED_MAX) return this.#refuse(stream, "too many streams");
    const reader = guard.requestReader();
    const late = (): void => this.#owners.drop("slow stream");
    const session = this.#sessions.enter({ kind: "served", stream, late }, SESSION_TIMEOUT_MS);
    let isRead = false;
    const read = (bytes: Uint8Array): void => {
      if (isRead) return; // one message a stream; the reader would give it again for each further byte
      const result = reader.push(bytes);
      if (result === "incomplete") return;
      isRead = true;
      if (result.ok) {
        return pool().tell({ type: "stream_request", session, from: stream.remote, message: result.value });
      }
      this.#owners.drop(`stream ${result.reason}`);
      const text = TOLD[result.reason];
      if (text === undefined) return stream.destroy();
      stream.write(guard.sealReply({ type: "error", text }));
      stream.end();
    };
    read(seen);
    return {
      data: read,
      ended: () => isRead ? undefined : stream.end(),
      closed: () => void this.#sessions.leave(session),
    };
  }

  /** Who connects speaks at once; so when many have not, the one who has had most time for it goes. */
  #makeRoomForHalfOpen(): void {
    const halfOpen = this.#sessions.ofKind("half_open");
    if (halfOpen.length < HALF_OPEN_MAX) return;
    const [oldest, { stream }] = halfOpen[0]!;
    this.#owners.drop("too many silent streams");
    this.#sessions.leave(oldest);
    stream.destroy();
  }

  #refuse(stream: Stream, reason: string): StreamHandler {
    this.#owners.drop(reason);
    stream.destroy();
    return DEAF;
  }
}

/**
 * What memberlist says to whoever it cannot read, in its own words (`readStream` and `decryptPayload`); of all else it
 * hangs up without any. Sealed as all we say, so that only those who have our key learn which it was.
 */
const TOLD: Readonly<Partial<Record<DecodeReason, string>>> = {
  encrypted: "remote state is encrypted and encryption is not configured",
  unencrypted: "encryption is configured but remote state is not encrypted",
  undecryptable: "no installed keys could decrypt the message",
  unknown_version: "no installed keys could decrypt the message",
  bad_padding: "no installed keys could decrypt the message",
  bad_compression: "cannot decompress the message",
};

const NOTHING = new Uint8Array(0);

const DEAF: StreamHandler = { data: () => {}, closed: () => {} };

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
