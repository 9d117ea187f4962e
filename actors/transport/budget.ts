/** How much may be spent at once, and how much comes back in a second, in whatever is counted. */
export type Allowance = Readonly<{ burst: number; perSecond: number }>;

/** A token bucket (as in RFC 2697): it is full at first, and what is spent comes back with time. */
export class Bucket {
  readonly #allowance: Allowance;
  #left: number;
  #at: number;

  constructor(allowance: Allowance, now: number) {
    this.#allowance = allowance;
    this.#left = allowance.burst;
    this.#at = now;
  }

  /** Takes `cost` if it is there; if not, takes nothing. */
  spend(cost: number, now: number): boolean {
    this.#refill(now);
    if (this.#left < cost) return false;
    this.#left -= cost;
    return true;
  }

  /** Gives back what was well spent, or takes what turned out to cost more: a debt, of one burst at most. */
  correct(amount: number): void {
    const { burst } = this.#allowance;
    this.#left = Math.max(-burst, Math.min(burst, this.#left + amount));
  }

  /** Whether it is as at the first day, so that nothing is lost with it. */
  isFull(now: number): boolean {
    this.#refill(now);
    return this.#left >= this.#allowance.burst;
  }

  #refill(now: number): void {
    const { burst, perSecond } = this.#allowance;
    this.#left = Math.min(burst, this.#left + (now - this.#at) * perSecond / 1_000);
    this.#at = now;
  }
}

/**
 * An allowance for each source, in bounded memory. Only who has spent nothing lately is forgotten; when there are too
 * many others, all newcomers together have one allowance, so that inventing addresses gains nothing.
 */
export class SourceBudget {
  readonly #each: Allowance;
  readonly #sourcesMax: number;
  /** By source, in the order of coming; who has spent since is put to the end before anybody is forgotten. */
  readonly #buckets = new Map<string, Known>();
  #crowd: Bucket | undefined;
  /** Who spent last is at the end of the order already: a packet is many messages. */
  #latestSource: string | undefined;
  #latest: Bucket | undefined;

  constructor(each: Allowance, sourcesMax: number) {
    this.#each = each;
    this.#sourcesMax = sourcesMax;
  }

  /** Sources that are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Whether `source` may spend so much now; if so, it is spent. */
  spend(source: string, cost: number, now: number): boolean {
    return this.#bucketOf(source, now).spend(cost, now);
  }

  /** See {@linkcode Bucket.correct}; of who is forgotten, there is nothing to correct. */
  correct(source: string, amount: number): void {
    (this.#buckets.get(source)?.bucket ?? this.#crowd)?.correct(amount);
  }

  #bucketOf(source: string, now: number): Bucket {
    if (source === this.#latestSource) return this.#latest!;
    const known = this.#buckets.get(source);
    if (known === undefined && !this.#hasRoom(now)) return this.#crowd ??= new Bucket(this.#each, now);
    const { bucket } = known ?? this.#remember(source, now);
    if (known !== undefined) known.isRecent = true;
    this.#latestSource = source;
    this.#latest = bucket;
    return bucket;
  }

  #remember(source: string, now: number): Known {
    const known = { bucket: new Bucket(this.#each, now), isRecent: false };
    this.#buckets.set(source, known);
    return known;
  }

  /**
   * Each who has spent since it was put to the end goes there again: one step for what may have been thousands of
   * packets, which an order by the latest would have cost one step each.
   */
  #hasRoom(now: number): boolean {
    if (this.#buckets.size < this.#sourcesMax) return true;
    for (const [oldest, known] of this.#buckets) {
      if (!known.isRecent) return known.bucket.isFull(now) && this.#buckets.delete(oldest);
      known.isRecent = false;
      this.#buckets.delete(oldest);
      this.#buckets.set(oldest, known);
    }
    return false;
  }
}

type Known = { readonly bucket: Bucket; isRecent: boolean };
