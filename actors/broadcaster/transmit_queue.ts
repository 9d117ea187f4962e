/** How a queued item relates to others in the queue. */
export type Replacement<T> =
  /** Takes the place of the queued item of the same name: memberlist's own messages, one a member. */
  | Readonly<{ kind: "named"; name: string }>
  /** Replaces nothing, and is replaced by nothing. */
  | Readonly<{ kind: "unique" }>
  /** Takes out every other plain item that it makes pointless. */
  | Readonly<{ kind: "plain"; invalidates: (other: T) => boolean }>;

/** Something to send to everybody: its encoded bytes, and what its owner wants to know it by when it is finished. */
export type Broadcast<T> = Readonly<{
  bytes: Uint8Array;
  about: T;
  replacement: Replacement<T>;
  /**
   * Before all others that were sent as often. A short farewell would otherwise wait behind everything that is longer,
   * which in a busy memberlist takes longer than anybody waits (consul 8435).
   */
  isUrgent?: boolean;
}>;

/** A broadcast in the queue. */
type Entry<T> = {
  readonly broadcast: Broadcast<T>;
  readonly id: number;
  readonly length: number;
  readonly isUrgent: boolean;
  transmits: number;
};

/** What one packet takes along, and what was thereby sent for the last time. */
type Taken<T> = Readonly<{ taken: readonly Broadcast<T>[]; finished: readonly Broadcast<T>[] }>;

/** How often a broadcast is sent in a cluster of `members`: enough for all to hear it with near certainty. */
export function retransmitLimit(mult: number, members: number): number {
  return mult * Math.ceil(Math.log10(members + 1));
}

/**
 * What is still to be told to everybody, the least told first (`queue.go`, TransmitLimitedQueue). Among equals those
 * that are urgent go first (only we have such), then the longest, since the short ones fill the gaps, then the newest. One tier for each number of transmits,
 * each sorted, so that the longest item that fits is found by halving.
 *
 * Bounded: beyond `itemsMax` the most told are finished early. A *finished* item was sent often enough, replaced,
 * or pruned; whoever waits for it need not wait any more.
 */
export class TransmitQueue<T> {
  readonly #itemsMax: number;
  readonly #tiers = new Map<number, Entry<T>[]>();
  readonly #named = new Map<string, Entry<T>>();
  readonly #plain = new Set<Entry<T>>();
  #size = 0;
  #bytes = 0;
  #lastId = 0;

  constructor(itemsMax: number) {
    if (!(itemsMax >= 1)) throw new RangeError(`Queue must hold at least 1 item: ${itemsMax}`);
    this.#itemsMax = itemsMax;
  }

  get size(): number {
    return this.#size;
  }

  /** Bytes of all that is queued, each once. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Queues a broadcast; returns those it replaced or pushed out. */
  enqueue(broadcast: Broadcast<T>): readonly Broadcast<T>[] {
    const replaced = this.#replacedBy(broadcast);
    for (const entry of replaced) this.#remove(entry);
    const { bytes, isUrgent = false } = broadcast;
    this.#add({ broadcast, id: ++this.#lastId, length: bytes.length, isUrgent, transmits: 0 });
    return [...replaced.map((entry) => entry.broadcast), ...this.prune(this.#itemsMax)];
  }

  /** Whether an item of at most `lengthMax` bytes waits. */
  hasWithin(lengthMax: number): boolean {
    return lengthMax > 0 && this.#tiers.values().some((tier) => tier.at(-1)!.length <= lengthMax);
  }

  /**
   * What fits into `limitBytes`, at most `itemsMax`, each item costing `overheadBytes` more than its length. Counts as
   * sending: an item is finished at its `transmitLimit`-th time, though it is sent at least once.
   */
  take(overheadBytes: number, limitBytes: number, transmitLimit: number, itemsMax = Infinity): Taken<T> {
    const taken: Entry<T>[] = [];
    let free = limitBytes - overheadBytes;
    for (const transmits of this.#tierNumbers()) {
      for (let entry = this.#longest(transmits, free); entry !== undefined; entry = this.#longest(transmits, free)) {
        if (taken.length >= itemsMax) break;
        this.#remove(entry);
        taken.push(entry);
        free -= overheadBytes + entry.length;
      }
    }
    const isLast = (entry: Entry<T>): boolean => entry.transmits + 1 >= transmitLimit;
    const finished = taken.filter(isLast);
    for (const entry of taken) {
      if (isLast(entry)) continue;
      entry.transmits++;
      this.#add(entry);
    }
    return { taken: taken.map((entry) => entry.broadcast), finished: finished.map((entry) => entry.broadcast) };
  }

  /** Drops the most told, shortest and oldest until `keep` are left; returns the dropped. */
  prune(keep: number): readonly Broadcast<T>[] {
    const dropped: Broadcast<T>[] = [];
    while (this.#size > keep) {
      const entry = this.#tiers.get(this.#tierNumbers().at(-1)!)!.at(-1)!;
      this.#remove(entry);
      dropped.push(entry.broadcast);
    }
    return dropped;
  }

  /** Everything in the order of sending, with how often it was sent; for looking at. */
  inspect(): readonly Readonly<{ about: T; bytes: number; transmits: number }>[] {
    return this.#tierNumbers().flatMap((transmits) =>
      this.#tiers.get(transmits)!.map((entry) => ({ about: entry.broadcast.about, bytes: entry.length, transmits }))
    );
  }

  #replacedBy({ replacement }: Broadcast<T>): readonly Entry<T>[] {
    switch (replacement.kind) {
      case "named": {
        const entry = this.#named.get(replacement.name);
        return entry === undefined ? [] : [entry];
      }
      case "unique":
        return [];
      case "plain":
        return [...this.#plain].filter((entry) => replacement.invalidates(entry.broadcast.about));
    }
  }

  #add(entry: Entry<T>): void {
    const tier = this.#tiers.get(entry.transmits) ?? [];
    this.#tiers.set(entry.transmits, tier);
    tier.splice(firstAt(tier, (other) => isBefore(entry, other)), 0, entry);
    const { replacement } = entry.broadcast;
    if (replacement.kind === "named") this.#named.set(replacement.name, entry);
    if (replacement.kind === "plain") this.#plain.add(entry);
    this.#size++;
    this.#bytes += entry.length;
  }

  #remove(entry: Entry<T>): void {
    const tier = this.#tiers.get(entry.transmits)!;
    tier.splice(firstAt(tier, (other) => !isBefore(other, entry)), 1);
    if (tier.length === 0) this.#tiers.delete(entry.transmits);
    const { replacement } = entry.broadcast;
    if (replacement.kind === "named") this.#named.delete(replacement.name);
    if (replacement.kind === "plain") this.#plain.delete(entry);
    this.#size--;
    this.#bytes -= entry.length;
  }

  /** The longest that fits, of the urgent ones first. */
  #longest(transmits: number, lengthMax: number): Entry<T> | undefined {
    const tier = this.#tiers.get(transmits);
    if (tier === undefined || lengthMax <= 0) return undefined;
    const fits = (entry: Entry<T>): boolean => entry.length <= lengthMax;
    const urgent = tier[0]!.isUrgent ? firstAt(tier, (entry) => !entry.isUrgent) : 0;
    const first = urgent === 0 ? 0 : firstAt(tier, fits, 0, urgent);
    return tier[first < urgent ? first : firstAt(tier, fits, urgent)];
  }

  #tierNumbers(): readonly number[] {
    return [...this.#tiers.keys()].sort((a, b) => a - b);
  }
}

function isBefore<T>(a: Entry<T>, b: Entry<T>): boolean {
  if (a.isUrgent !== b.isUrgent) return a.isUrgent;
  return a.length === b.length ? a.id > b.id : a.length > b.length;
}

/** The first index from which on `isThere` holds, in a list where it does not hold before. */
function firstAt<T>(sorted: readonly T[], isThere: (item: T) => boolean, from = 0, to = sorted.length): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isThere(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
