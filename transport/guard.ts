import { MARK_BYTES, POOL_MAGIC, type PoolMark } from "./claim.ts";
import { Replays } from "./replays.ts";
import type { Secrets } from "./secrets.ts";
import { NONCE_BYTES } from "./wire/key.ts";
import type { StreamMessage } from "./wire/stream.ts";
import { encodeStream, StreamReader } from "./wire/stream.ts";
import { decodePacket, encodePacket } from "./wire/packet.ts";
import { expectedLabel, isSealing, type Protection, UNPROTECTED } from "./wire/protection.ts";
import type { Keyring } from "./wire/keyring.ts";

type GuardOptions = Readonly<{
  /** `EnableCompression` of memberlist: of what is sent; what comes may be compressed in any case. On, if not said. */
  compress?: boolean;
  /** 0 to 255, for a pool that is told from others by it; see {@linkcode PoolMark}. */
  byte?: number | undefined;
}>;

/**
 * Stands between a pool's actors and memberlist's wire: whatever leaves goes through it to be sealed and labelled, and
 * whatever comes to be opened. There is one for each pool; its key ring may change while the pool runs. Links, which have
 * a seal of their own, ask that of the chat for the ring.
 */
export class Guard {
  #protection: Protection;
  readonly #replays = new Replays();
  /** What nonces and the keys of links are made of. */
  readonly secrets: Secrets;
  #compress: boolean;
  /** What goes in front of everything, also of the label and the seal; the receiver's port takes it off. */
  readonly #front: Uint8Array;

  constructor(protection: Protection, secrets: Secrets, { compress = true, byte }: GuardOptions = {}) {
    this.#protection = protection;
    this.secrets = secrets;
    this.#compress = compress;
    this.#front = byte === undefined ? NOTHING : Uint8Array.of(POOL_MAGIC, byte);
  }

  /** A guard that lets everything pass as it is. */
  static unguarded(): Guard {
    return new Guard(UNPROTECTED, () => {
      throw new Error("There is no key, so there is nothing to seal");
    });
  }

  /** As it is now: ask for it each time. */
  get protection(): Protection {
    return this.#protection;
  }

  /** By what this pool's traffic is told from that of others on the same port. */
  get mark(): PoolMark {
    const byte = this.#front[MARK_BYTES - 1];
    return byte === undefined ? { label: expectedLabel(this.#protection).bytes } : { byte };
  }

  /** How much of each packet a {@linkcode mark} takes that is no label. */
  get frontBytes(): number {
    return this.#front.length;
  }

  /** From now on with these keys. What is under way was sealed with the former ones. */
  changeKeys(keyring: Keyring): void {
    this.#protection = { ...this.#protection, keyring };
  }

  /** From now on with these keys, and as strict as this says; the label stays, by which our traffic is known. */
  changeManners(
    manners: Omit<Protection, "label" | "skipInboundLabelCheck">,
    { compress }: Readonly<{ compress: boolean }>,
  ): void {
    const { label, skipInboundLabelCheck } = this.#protection;
    this.#protection = { ...manners, label, skipInboundLabelCheck };
    this.#compress = compress;
  }

  /** One datagram of encoded messages. */
  sealPacket(parts: readonly Uint8Array[], options: Readonly<{ crc: boolean }>): Uint8Array {
    return this.#marked(encodePacket(parts, { compress: this.#compress, ...options }, this.#sealing()));
  }

  /** What a datagram delivers, and what in it was refused. Nothing of a datagram that does not open is delivered. */
  openPacket(bytes: Uint8Array): ReturnType<typeof decodePacket> {
    const name = Replays.nameOf(bytes, this.#protection);
    if (name === undefined) return decodePacket(bytes, this.#protection);
    if (this.#replays.has(name)) return REPLAYED;
    const opened = decodePacket(bytes, this.#protection);
    if (opened.messages.length > 0) this.#replays.add(name);
    return opened;
  }

  /** What the one who connects says. */
  sealRequest(message: StreamMessage): Uint8Array {
    const sealing = { ...this.#sealing(), direction: "request" } as const;
    return this.#marked(encodeStream(message, { compress: this.#compress }, sealing));
  }

  /** What is said back on the same connection. */
  sealReply(message: StreamMessage): Uint8Array {
    return encodeStream(message, { compress: this.#compress }, { ...this.#sealing(), direction: "reply" });
  }

  requestReader(): StreamReader {
    return new StreamReader({ protection: this.#protection, direction: "request" });
  }

  replyReader(): StreamReader {
    return new StreamReader({ protection: this.#protection, direction: "reply" });
  }

  #marked(bytes: Uint8Array): Uint8Array {
    if (this.#front.length === 0) return bytes;
    const marked = new Uint8Array(this.#front.length + bytes.length);
    marked.set(this.#front);
    marked.set(bytes, this.#front.length);
    return marked;
  }

  #sealing(): Readonly<{ protection: Protection; nonce?: Uint8Array }> {
    const protection = this.#protection;
    return isSealing(protection) ? { protection, nonce: this.secrets(NONCE_BYTES) } : { protection };
  }
}

const NOTHING = new Uint8Array(0);
const REPLAYED: ReturnType<typeof decodePacket> = { messages: [], drops: [{ reason: "replayed", at: 0 }] };
