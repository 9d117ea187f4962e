/**
 * The keys of a cluster, which change without a pause: install the new one everywhere, use it everywhere, remove the old
 * one everywhere. The rules are those of memberlist's `keyring.go`.
 */
import type { Key } from "./key.ts";

/**
 * Keys at once: our guess, Go has no limit. A rotation needs two, and whoever sends noise makes us try each of them on
 * every packet.
 */
export const KEYS_MAX = 8;

/** Why a ring stays as it is. */
type KeyringProblem =
  /** Only a key that is on the ring can be used: "requested key is not in the keyring". */
  | "unknown_key"
  /** What we encrypt with cannot be removed: "removing the primary key is not allowed". */
  | "primary_key"
  /** There are {@linkcode KEYS_MAX} keys already. */
  | "full";

type KeyringChange = Readonly<{ ok: true; keyring: Keyring }> | Readonly<{ ok: false; problem: KeyringProblem }>;

/** An immutable ring of different keys. The first is the primary one, which alone encrypts; all of them decrypt. */
export class Keyring {
  /** Primary first, in the order in which they are tried. */
  readonly keys: readonly Key[];

  private constructor(keys: readonly Key[]) {
    this.keys = keys;
  }

  /** No keys: no encryption at all. */
  static readonly EMPTY: Keyring = new Keyring([]);

  /** The ring of these keys, the first of which is primary; of equal ones there is one. */
  static of(keys: readonly Key[]): KeyringChange {
    let ring = Keyring.EMPTY;
    for (const key of keys) {
      const change = ring.install(key);
      if (!change.ok) return change;
      ring = change.keyring;
    }
    return { ok: true, keyring: ring };
  }

  get primary(): Key | undefined {
    return this.keys[0];
  }

  get isEmpty(): boolean {
    return this.keys.length === 0;
  }

  has(key: Key): boolean {
    return this.keys.some((installed) => installed.equals(key));
  }

  /** Adds a key to decrypt with; on an empty ring it becomes primary. A key that is there already changes nothing. */
  install(key: Key): KeyringChange {
    if (this.has(key)) return { ok: true, keyring: this };
    if (this.keys.length === KEYS_MAX) return { ok: false, problem: "full" };
    return { ok: true, keyring: new Keyring([...this.keys, key]) };
  }

  /** Makes a key primary; the others keep their order behind it. */
  use(key: Key): KeyringChange {
    if (!this.has(key)) return { ok: false, problem: "unknown_key" };
    return { ok: true, keyring: new Keyring([key, ...this.#without(key)]) };
  }

  /** Removes a key, but not the primary one. One that is not there is no problem (on an empty ring, Go crashes of it). */
  remove(key: Key): KeyringChange {
    if (this.primary?.equals(key)) return { ok: false, problem: "primary_key" };
    return { ok: true, keyring: this.has(key) ? new Keyring(this.#without(key)) : this };
  }

  #without(key: Key): readonly Key[] {
    return this.keys.filter((installed) => !installed.equals(key));
  }
}
