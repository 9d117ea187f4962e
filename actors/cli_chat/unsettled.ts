/** What somebody else is to do, kept for so long: to find out that a peer failed takes less. */
const KEPT_MS = 60_000;

/** How much earlier than the thing itself a proof may be heard of; later, the same again is another thing. */
const PROOF_KEPT_MS = 5_000;

/** And so many at most, of each kind; the oldest gives way. */
const KEPT_MAX = 256;

type Kept<T> = Readonly<{ what: T; at: number }>;

/**
 * What another peer is to do and we would have to do in its place: things stay here until there is a proof that they are
 * done. A proof may come first, and one proof settles one thing, the oldest that it fits.
 */
export class Unsettled<Thing, Proof> {
  readonly #settles: (proof: Proof, thing: Thing) => boolean;
  readonly #things: Kept<Thing>[] = [];
  readonly #proofs: Kept<Proof>[] = [];

  constructor(settles: (proof: Proof, thing: Thing) => boolean) {
    this.#settles = settles;
  }

  /** Keeps a thing, unless it is settled; how many older ones were given up. */
  keep(thing: Thing, now: number): number {
    drop(this.#proofs, now, PROOF_KEPT_MS);
    const at = this.#proofs.findIndex(({ what }) => this.#settles(what, thing));
    if (at >= 0) this.#proofs.splice(at, 1);
    else this.#things.push({ what: thing, at: now });
    return drop(this.#things, now, KEPT_MS);
  }

  /** Takes note of a proof. */
  settle(proof: Proof, now: number): void {
    const at = this.#things.findIndex(({ what }) => this.#settles(proof, what));
    if (at >= 0) return void this.#things.splice(at, 1);
    this.#proofs.push({ what: proof, at: now });
    drop(this.#proofs, now, PROOF_KEPT_MS);
  }

  /** All that is not settled, oldest first; nothing is kept any more. */
  take(now: number): Thing[] {
    drop(this.#things, now, KEPT_MS);
    this.#proofs.length = 0;
    return this.#things.splice(0).map(({ what }) => what);
  }
}

/** Drops what is too old, and the oldest of too many; how many there were. */
function drop(kept: Kept<unknown>[], now: number, keptMs: number): number {
  const fresh = kept.findIndex(({ at }) => now - at <= keptMs);
  return kept.splice(0, Math.max(fresh < 0 ? kept.length : fresh, kept.length - KEPT_MAX)).length;
}
