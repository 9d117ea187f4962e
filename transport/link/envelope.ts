import { decode, encode, Encoder, ExtensionCodec } from "@msgpack/msgpack";
import type { ActorRef, StopOptions, StopReason } from "../../actors/runtime/ref.ts";
import { REMOTE_STOP_DEADLINE_MAX_MS } from "../../actors/runtime/remote_ref.ts";
import { isSound } from "../sound_msgpack.ts";
import { type Address, parseAddress } from "../address.ts";
import { MsgpackReader, SKIPPED_NESTING_MAX } from "../wire/msgpack.ts";

/**
 * What two peers say to each other over a link. Everything but `hello` comes in any order. An `id` is the name under
 * which an actor is published, or the token under which a ref was handed out.
 */
export type Envelope =
  /**
   * First on the connection, from both sides: who I am and where I listen. `instance` is new with each start: whoever
   * answers at an address with another one is somebody else, and the actors that were watched there are gone.
   */
  | Readonly<{ type: "hello"; version: number; address: Address; name: string; instance: string }>
  /** A message for one of your actors. `number` is the sender's, for `undelivered`; no two of its envelopes share one. */
  | Readonly<{ type: "tell"; id: string; number: number; message: unknown }>
  /** Stop that actor, if strangers may. */
  | Readonly<{ type: "stop"; id: string; number: number; mode: StopMode; deadlineMs: number | undefined }>
  /** Tell me once when that actor is gone; answered by `gone`. */
  | Readonly<{ type: "watch"; watch: number; id: string }>
  | Readonly<{ type: "unwatch"; watch: number }>
  | Readonly<{ type: "gone"; watch: number; reason: StopReason }>
  /** Your `tell` or `stop` of that number, for `id`, came to nothing. */
  | Readonly<{ type: "undelivered"; id: string; number: number; reason: UndeliveredReason }>
  /** Are you there? Answered by `pong`; any frame counts as a sign of life. */
  | Readonly<{ type: "ping" }>
  | Readonly<{ type: "pong" }>;

export type StopMode = NonNullable<StopOptions["mode"]>;

/**
 * `unknown`: there is no such actor, or none any more. `refused`: it does not take that from others. `full`: it takes
 * no more for now, and says so.
 */
export type UndeliveredReason = "unknown" | "refused" | "full";

/** The version of this vocabulary; a peer that speaks another one is refused. 2: `stop`, and numbers. */
export const LINK_VERSION = 2;

const CODES = { hello: 0, tell: 1, watch: 2, unwatch: 3, gone: 4, undelivered: 5, ping: 6, pong: 7, stop: 8 } as const;

/** Msgpack extension type of a ref: `[address, id]`. */
const REF_EXTENSION = 1;

/** Names and tokens are short; a longer one is a fault. */
const ID_LENGTH_MAX = 256;

/** Levels of an envelope, its own included: what a sender may nest is what a receiver steps through. */
export const ENVELOPE_DEPTH_MAX = SKIPPED_NESTING_MAX + 1;

/** Written as records, so that a value which is forgotten here does not compile. */
const STOP_REASONS: Readonly<Record<StopReason, true>> = {
  finished: true,
  stopped: true,
  killed: true,
  failed: true,
  unreachable: true,
  unknown: true,
};
const STOP_MODES: Readonly<Record<StopMode, true>> = { finish: true, drain: true, kill: true };
const UNDELIVERED_REASONS: Readonly<Record<UndeliveredReason, true>> = { unknown: true, refused: true, full: true };

/** How refs cross the wire: `describe` gives an outgoing one an address and an id, `resolve` makes an incoming one. */
interface RefCodec {
  isRef(value: unknown): value is ActorRef<never>;
  describe(ref: ActorRef<never>): { readonly address: Address; readonly id: string };
  resolve(address: Address, id: string): ActorRef<unknown>;
}

/** Most frames of a link on which little is said are one of these: their bodies, and what they mean. */
const PING: Envelope = { type: "ping" };
const PONG: Envelope = { type: "pong" };
const ARRAY_OF_ONE = 0x91;
const ARRAY_OF_FOUR = 0x94;
const NIL = 0xc0;
const BIN_8 = 0xc4;
const BIN_32 = 0xc6;
const PING_BODY = Uint8Array.of(ARRAY_OF_ONE, CODES.ping);
const PONG_BODY = Uint8Array.of(ARRAY_OF_ONE, CODES.pong);

/** An encoder keeps as much memory as its longest message took; behind one beyond this, another is made. */
const ENCODER_KEPT_BYTES = 16 * 1024;

/** Encodes and decodes envelopes with the refs inside their messages. */
export class EnvelopeCodec {
  readonly #extensions = new ExtensionCodec();
  #encoder: Encoder | undefined;

  constructor(refs: RefCodec) {
    this.#extensions.register({
      type: REF_EXTENSION,
      encode: (value) => {
        if (!refs.isRef(value)) return null;
        const { address, id } = refs.describe(value);
        return encode([address, id]);
      },
      decode: (bytes) => {
        const [address, id] = refParts(isSound(bytes) ? decode(bytes) : undefined);
        return refs.resolve(address, id);
      },
    });
  }

  /**
   * The bytes of one frame's body. Throws over a message that is no plain data, or nested beyond
   * {@linkcode ENVELOPE_DEPTH_MAX}.
   */
  encode(envelope: Envelope): Uint8Array {
    if (envelope.type === "ping") return PING_BODY;
    if (envelope.type === "pong") return PONG_BODY;
    const encoder = this.#encoder ?? this.#newEncoder();
    this.#encoder = undefined; // it is let go of if it throws
    const body = encoder.encode(toArray(envelope));
    if (body.length <= ENCODER_KEPT_BYTES) this.#encoder = encoder;
    return body;
  }

  /** The envelope in a stranger's bytes, or `undefined` when there is none. */
  decode(body: Uint8Array): Envelope | undefined {
    if (body.length === PING_BODY.length && body[0] === ARRAY_OF_ONE) {
      if (body[1] === CODES.ping) return PING;
      if (body[1] === CODES.pong) return PONG;
    }
    const bytesTold = readBytesTold(body);
    if (bytesTold !== undefined) return bytesTold;
    if (!isSound(body)) return undefined;
    try {
      return fromArray(decode(body, { extensionCodec: this.#extensions }));
    } catch {
      return undefined; // whatever the library throws over: it is not one of our envelopes
    }
  }

  #newEncoder(): Encoder {
    return new Encoder({ extensionCodec: this.#extensions, ignoreUndefined: true, maxDepth: ENVELOPE_DEPTH_MAX });
  }
}

/**
 * A message that is nothing but bytes, as most of them are: there is nothing in it that would have to be walked through
 * twice. Whatever is not written just so is left to the library, which decides whether it is one.
 */
function readBytesTold(body: Uint8Array): Envelope | undefined {
  if (body[0] !== ARRAY_OF_FOUR || body[1] !== CODES.tell) return undefined;
  const reader = new MsgpackReader(body, 2);
  const id = reader.text();
  if (!isId(id) || body[reader.position] === NIL) return undefined;
  const number = reader.unsigned(Number.MAX_SAFE_INTEGER);
  const head = body[reader.position];
  if (number === undefined || head === undefined || head < BIN_8 || head > BIN_32) return undefined;
  const message = reader.byteString();
  return message === undefined || reader.position < body.length ? undefined : { type: "tell", id, number, message };
}

function toArray(envelope: Envelope): unknown[] {
  const code = CODES[envelope.type];
  switch (envelope.type) {
    case "hello":
      return [code, envelope.version, envelope.address, envelope.name, envelope.instance];
    case "tell":
      return [code, envelope.id, envelope.number, envelope.message];
    case "stop":
      return [code, envelope.id, envelope.number, envelope.mode, envelope.deadlineMs ?? null];
    case "watch":
      return [code, envelope.watch, envelope.id];
    case "unwatch":
      return [code, envelope.watch];
    case "gone":
      return [code, envelope.watch, envelope.reason];
    case "undelivered":
      return [code, envelope.id, envelope.number, envelope.reason];
    case "ping":
    case "pong":
      return [code];
  }
}

function fromArray(value: unknown): Envelope | undefined {
  if (!Array.isArray(value)) return undefined;
  const [code, a, b, c, d]: unknown[] = value;
  switch (code) {
    case CODES.hello: {
      const address = typeof b === "string" ? parseAddress(b) : undefined;
      if (!isNumber(a) || address === undefined || !isId(c) || !isId(d)) return undefined;
      return { type: "hello", version: a, address, name: c, instance: d };
    }
    case CODES.tell:
      return isId(a) && isNumber(b) ? { type: "tell", id: a, number: b, message: c } : undefined;
    case CODES.stop: {
      const deadlineMs = d ?? undefined;
      if (!isId(a) || !isNumber(b) || !isOneOf(STOP_MODES, c) || !isStopDeadline(deadlineMs)) return undefined;
      return { type: "stop", id: a, number: b, mode: c, deadlineMs };
    }
    case CODES.watch:
      return isNumber(a) && isId(b) ? { type: "watch", watch: a, id: b } : undefined;
    case CODES.unwatch:
      return isNumber(a) ? { type: "unwatch", watch: a } : undefined;
    case CODES.gone:
      return isNumber(a) && isOneOf(STOP_REASONS, b) ? { type: "gone", watch: a, reason: b } : undefined;
    case CODES.undelivered:
      if (!isId(a) || !isNumber(b) || !isOneOf(UNDELIVERED_REASONS, c)) return undefined;
      return { type: "undelivered", id: a, number: b, reason: c };
    case CODES.ping:
      return PING;
    case CODES.pong:
      return PONG;
    default:
      return undefined;
  }
}

function refParts(value: unknown): [Address, string] {
  if (Array.isArray(value) && typeof value[0] === "string" && isId(value[1])) {
    const address = parseAddress(value[0]);
    if (address !== undefined) return [address, value[1]];
  }
  throw new TypeError("Not a ref");
}

function isId(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= ID_LENGTH_MAX;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Whether a stop may be given that long; without a number it is the actor's own affair. */
function isStopDeadline(value: unknown): value is number | undefined {
  return value === undefined || (typeof value === "number" && value >= 0 && value <= REMOTE_STOP_DEADLINE_MAX_MS);
}

function isOneOf<T extends string>(values: Readonly<Record<T, true>>, value: unknown): value is T {
  return typeof value === "string" && Object.hasOwn(values, value);
}
