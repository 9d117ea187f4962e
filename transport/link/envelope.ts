import { decode, encode, ExtensionCodec } from "@msgpack/msgpack";
import type { ActorRef, StopReason } from "../../actors/runtime/ref.ts";
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
  /** A message for one of your actors. */
  | Readonly<{ type: "tell"; id: string; message: unknown }>
  /** Tell me once when that actor is gone; answered by `gone`. */
  | Readonly<{ type: "watch"; watch: number; id: string }>
  | Readonly<{ type: "unwatch"; watch: number }>
  | Readonly<{ type: "gone"; watch: number; reason: StopReason }>
  /** Your message for `id` was not delivered. */
  | Readonly<{ type: "undelivered"; id: string }>
  /** Are you there? Answered by `pong`; any frame counts as a sign of life. */
  | Readonly<{ type: "ping" }>
  | Readonly<{ type: "pong" }>;

/** The version of this vocabulary; a peer that speaks another one is refused. */
export const LINK_VERSION = 1;

const CODES = { hello: 0, tell: 1, watch: 2, unwatch: 3, gone: 4, undelivered: 5, ping: 6, pong: 7 } as const;

/** Msgpack extension type of a ref: `[address, id]`. */
const REF_EXTENSION = 1;

/** Names and tokens are short; a longer one is a fault. */
const ID_LENGTH_MAX = 256;

/** Levels of an envelope, its own included: what a sender may nest is what a receiver steps through. */
export const ENVELOPE_DEPTH_MAX = SKIPPED_NESTING_MAX + 1;

const STOP_REASONS: ReadonlySet<string> = new Set(["finished", "stopped", "failed", "unreachable", "unknown"]);

/** How refs cross the wire: `describe` gives an outgoing one an address and an id, `resolve` makes an incoming one. */
interface RefCodec {
  isRef(value: unknown): value is ActorRef<never>;
  describe(ref: ActorRef<never>): { readonly address: Address; readonly id: string };
  resolve(address: Address, id: string): ActorRef<unknown>;
}

/** Encodes and decodes envelopes with the refs inside their messages. */
export class EnvelopeCodec {
  readonly #extensions = new ExtensionCodec();

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
    return encode(toArray(envelope), {
      extensionCodec: this.#extensions,
      ignoreUndefined: true,
      maxDepth: ENVELOPE_DEPTH_MAX,
    });
  }

  /** The envelope in a stranger's bytes, or `undefined` when there is none. */
  decode(body: Uint8Array): Envelope | undefined {
    if (!isSound(body)) return undefined;
    try {
      return fromArray(decode(body, { extensionCodec: this.#extensions }));
    } catch {
      return undefined; // whatever the library throws over: it is not one of our envelopes
    }
  }
}

/**
 * Whether the bytes are one value, all there and not nested too deep. Asked before they are decoded, because the library
 * believes what an array claims of its length: five bytes would cost a quarter of a gigabyte.
 */
function isSound(bytes: Uint8Array): boolean {
  const reader = new MsgpackReader(bytes);
  return reader.skip() === true && reader.position === bytes.length;
}

function toArray(envelope: Envelope): unknown[] {
  const code = CODES[envelope.type];
  switch (envelope.type) {
    case "hello":
      return [code, envelope.version, envelope.address, envelope.name, envelope.instance];
    case "tell":
      return [code, envelope.id, envelope.message];
    case "watch":
      return [code, envelope.watch, envelope.id];
    case "unwatch":
      return [code, envelope.watch];
    case "gone":
      return [code, envelope.watch, envelope.reason];
    case "undelivered":
      return [code, envelope.id];
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
      return isId(a) ? { type: "tell", id: a, message: b } : undefined;
    case CODES.watch:
      return isNumber(a) && isId(b) ? { type: "watch", watch: a, id: b } : undefined;
    case CODES.unwatch:
      return isNumber(a) ? { type: "unwatch", watch: a } : undefined;
    case CODES.gone:
      return isNumber(a) && isStopReason(b) ? { type: "gone", watch: a, reason: b } : undefined;
    case CODES.undelivered:
      return isId(a) ? { type: "undelivered", id: a } : undefined;
    case CODES.ping:
      return { type: "ping" };
    case CODES.pong:
      return { type: "pong" };
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

function isStopReason(value: unknown): value is StopReason {
  return typeof value === "string" && STOP_REASONS.has(value);
}
