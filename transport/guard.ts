import type { Secrets } from "./secrets.ts";
import { NONCE_BYTES } from "./wire/key.ts";
import type { StreamMessage } from "./wire/stream.ts";
import { encodeStream, StreamReader } from "./wire/stream.ts";
import { decodePacket, encodePacket } from "./wire/packet.ts";
import { isSealing, type Protection, UNPROTECTED } from "./wire/protection.ts";
import type { Keyring } from "./wire/keyring.ts";

type GuardOptions = Readonly<{ compress: boolean }>;

/**
 * Stands between a peer's actors and memberlist's wire: whatever leaves goes through it to be sealed and labelled, and
 * whatever comes to be opened. There is one for each peer; its key ring may change while the peer runs. Links, which have
 * a seal of their own, ask it for the ring.
 */
export class Guard {
  #protection: Protection;
  /** What nonces and the keys of links are made of. */
  readonly secrets: Secrets;
  readonly #compress: boolean;

  /** `compress` is `EnableCompression` of memberlist: of what is sent; what comes may be compressed in any case. */
  constructor(protection: Protection, secrets: Secrets, { compress }: GuardOptions = { compress: true }) {
    this.#protection = protection;
    this.secrets = secrets;
    this.#compress = compress;
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

  /** From now on with these keys. What is under way was sealed with the former ones. */
  changeKeys(keyring: Keyring): void {
    this.#protection = { ...this.#protection, keyring };
  }

  /** One datagram of encoded messages. */
  sealPacket(parts: readonly Uint8Array[], options: Readonly<{ crc: boolean }>): Uint8Array {
    return encodePacket(parts, { compress: this.#compress, ...options }, this.#sealing());
  }

  /** What a datagram delivers, and what in it was refused. Nothing of a datagram that does not open is delivered. */
  openPacket(bytes: Uint8Array): ReturnType<typeof decodePacket> {
    return decodePacket(bytes, this.#protection);
  }

  /** What the one who connects says. */
  sealRequest(message: StreamMessage): Uint8Array {
    return encodeStream(message, { compress: this.#compress }, { ...this.#sealing(), direction: "request" });
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

  #sealing(): Readonly<{ protection: Protection; nonce?: Uint8Array }> {
    const protection = this.#protection;
    return isSealing(protection) ? { protection, nonce: this.secrets(NONCE_BYTES) } : { protection };
  }
}
