import type { Guard } from "../../transport/guard.ts";
import type { Stream, StreamHandler } from "../../transport/transport.ts";
import type { DecodeReason } from "../../transport/wire/decoded.ts";
import { FRAME_BYTES_MAX } from "../../transport/wire/encryption.ts";
import type { ActorRef } from "../runtime/ref.ts";
import type { Owner, StreamRequest } from "./registration.ts";
import type { Sessions } from "./sessions.ts";
import { streamSource } from "../../transport/source.ts";
import { UnreadBytes } from "./unread.ts";

/**
 * A memberlist request on a stream must be whole by then, and answered, where the pool's profile does not give it longer.
 * Who asks by a hastier profile hangs up itself.
 */
const SESSION_TIMEOUT_MS = 10_000;
/** Memberlist streams served at once (`net.go` has the same number for push/pulls), and of one source. */
const SERVED_MAX = 128;
const SERVED_PER_SOURCE_MAX = 32;
/** How long somebody whom we told why we do not serve it may take to close, and how many are given that time. */
const TOLD_TIMEOUT_MS = 1_000;
const TOLD_MAX = 64;

type ServingDeps = Readonly<{
  now(): number;
  drop(reason: string, stream: Stream): void;
  /** Hands something over; false, and it is counted, where there is no room for it. */
  tell<M>(to: ActorRef<M>, message: M): boolean;
}>;

/** A pool, as who serves it sees it. */
type Served = Readonly<{ owner: Owner; guard: Guard; to: ActorRef<StreamRequest>; streamTimeoutMs: number }>;

/** Reads memberlist's requests on streams: so many at once, so many bytes, for so long. */
export class Serving {
  readonly #sessions: Sessions;
  readonly #deps: ServingDeps;
  readonly #unread: UnreadBytes;

  constructor(sessions: Sessions, deps: ServingDeps) {
    this.#sessions = sessions;
    this.#deps = deps;
    this.#unread = new UnreadBytes(deps.now());
  }

  /** Reads the request that begins with `seen` and gives it to the pool, or says why not. */
  serve(stream: Stream, seen: Uint8Array, { owner, guard, to, streamTimeoutMs }: Served): StreamHandler {
    if (this.#isFull(stream)) {
      const told = this.#refuse(stream, guard, "too many streams", "too many pending requests");
      return { data: () => {}, ended: () => stream.end(), closed: () => void this.#sessions.leave(told) };
    }
    const reader = guard.requestReader();
    const late = (): void => this.#deps.drop("slow stream", stream);
    const withinMs = Math.max(SESSION_TIMEOUT_MS, streamTimeoutMs);
    let session = this.#sessions.enter({ kind: "served", stream, late, owner }, withinMs);
    let bytesRead = 0;
    let isRead = false;
    const refuse = (reason: string, text: string | undefined): void => {
      isRead = true;
      this.#sessions.leave(session);
      session = this.#refuse(stream, guard, reason, text);
    };
    const read = (bytes: Uint8Array): void => {
      if (isRead) return; // one message a stream; the reader would give it again for each further byte
      if (!this.#unread.spend(stream.remote, bytes.length, this.#deps.now())) {
        return refuse("too many bytes unread", "too many pending requests");
      }
      bytesRead += bytes.length;
      const result = reader.push(bytes);
      if (result === "incomplete") return;
      if (!result.ok) {
        this.#unread.refused(stream.remote, bytesRead, result.reason);
        return refuse(`stream ${result.reason}`, TOLD[result.reason]);
      }
      isRead = true;
      this.#unread.accepted(stream.remote, bytesRead);
      const request: StreamRequest = { type: "stream_request", session, from: stream.remote, message: result.value };
      if (!this.#deps.tell(to, request)) stream.destroy();
    };
    read(seen);
    return {
      data: read,
      ended: () => isRead ? undefined : stream.end(),
      closed: () => void this.#sessions.leave(session),
    };
  }

  #isFull({ remote }: Stream): boolean {
    const served = this.#sessions.ofKind("served");
    if (served.length >= SERVED_MAX) return true;
    const source = streamSource(remote);
    if (source === undefined) return false;
    const own = served.filter(([, { stream }]) => streamSource(stream.remote) === source);
    return own.length >= SERVED_PER_SOURCE_MAX;
  }

  /**
   * Tells why, if there is something to tell, and leaves a moment to take it in: who is hung up on while it still
   * speaks gets a reset in place of our words. That takes none of the places of those who are served.
   */
  #refuse(stream: Stream, guard: Guard, reason: string, text: string | undefined): number {
    this.#deps.drop(reason, stream);
    if (text === undefined || this.#sessions.ofKind("told").length >= TOLD_MAX) {
      stream.destroy();
      return NO_SESSION;
    }
    stream.write(guard.sealReply({ type: "error", text }));
    stream.end();
    return this.#sessions.enter({ kind: "told", stream, late: () => {} }, TOLD_TIMEOUT_MS);
  }
}

const NO_SESSION = 0;

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
  frame_too_large: `remote node state is larger than limit (${FRAME_BYTES_MAX})`,
};
