import { NONCE_BYTES } from "./wire/key.ts";
import { splitLabel } from "./wire/label.ts";
import type { Protection } from "./wire/protection.ts";

/** How many of the latest packets are remembered at least, and half of how many at most: an hour at 18 a second. */
const REMEMBERED_MIN = 65_536;

/**
 * The nonces of sealed packets that were opened. Each is made once, so one that comes again was recorded by somebody, who
 * cannot read it but could have the same said twice. memberlist has nothing of the kind; a member of it never notices.
 * Packets in plain are not looked at: who can repeat one can also make one, and two alike may be meant.
 */
export class Replays {
  #recent = new Set<string>();
  #older = new Set<string>();

  /** What names a packet, if it can only be a sealed one; its label and what follows are not looked at further. */
  static nameOf(packet: Uint8Array, { keyring, verifyIncoming }: Protection): string | undefined {
    if (keyring.isEmpty || !verifyIncoming) return undefined;
    const labelled = splitLabel(packet);
    if (!labelled.ok || labelled.value.rest.length <= NONCE_BYTES) return undefined;
    return String.fromCharCode(...labelled.value.rest.subarray(1, 1 + NONCE_BYTES));
  }

  has(name: string): boolean {
    return this.#recent.has(name) || this.#older.has(name);
  }

  /** Remembers a packet that was opened: what strangers make up takes no place. */
  add(name: string): void {
    this.#recent.add(name);
    if (this.#recent.size < REMEMBERED_MIN) return;
    this.#older = this.#recent;
    this.#recent = new Set();
  }
}
