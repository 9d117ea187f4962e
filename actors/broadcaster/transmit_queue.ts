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
  /** Its place among those that were sent as often: the higher, the earlier. See {@linkcode rankOf}. */
  readonly rank: number;
  readonly length: number;
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
 * that are urgent go first (only we have such), then the longest, since the short ones fill the gaps, then the newest.
 *
 * Bounded: beyond `itemsMax` the most told are finished early. A *finished* item was sent often enough, replaced,
 * or pruned; whoever waits for it need not wait any more.
 */
export class TransmitQueue<T> {
  readonly #itemsMax: number;
  /** By how often they were sent. */
  readonly #tiers: Tier<T>[] = [];
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

  /** Queues a broadcast of at most 1 MiB; returns those it replaced or pushed out. */
  enqueue(broadcast: Broadcast<T>): readonly Broadcast<T>[] {
    const { length } = broadcast.bytes;
    if (length >= LENGTHS) throw new RangeError(`Cannot gossip ${length} bytes`);
    const replaced = this.#replacedBy(broadcast);
    for (const entry of replaced) {
      this.#tiers[entry.transmits]!.remove(entry);
      this.#forget(entry);
    }
    this.#lastId = (this.#lastId + 1) % IDS;
    const entry = { broadcast, rank: rankOf(broadcast, this.#lastId), length, transmits: 0 };
    this.#tier(0).add(entry);
    this.#note(entry);
    return [...replaced.map((entry) => entry.broadcast), ...this.prune(this.#itemsMax)];
  }

  /** Whether an item of at most `lengthMax` bytes waits. */
  hasWithin(lengthMax: number): boolean {
    return lengthMax > 0 && this.#tiers.some((tier) => tier.size > 0 && tier.last.length <= lengthMax);
  }

  /**
   * What fits into `limitBytes`, at most `itemsMax`, each item costing `overheadBytes` more than its length. Counts as
   * sending: an item is finished at its `transmitLimit`-th time, though it is sent at least once.
   */
  take(overheadBytes: number, limitBytes: number, transmitLimit: number, itemsMax = Infinity): Taken<T> {
    const taken: Entry<T>[] = [];
    let free = limitBytes;
    for (const tier of this.#tiers) {
      if (taken.length >= itemsMax || free <= overheadBytes) break;
      if (tier.size > 0) free = tier.take(taken, overheadBytes, free, itemsMax);
    }
    const finished: Broadcast<T>[] = [];
    for (const entry of taken) {
      if (++entry.transmits < transmitLimit) this.#tier(entry.transmits).add(entry);
      else {
        this.#forget(entry);
        finished.push(entry.broadcast);
      }
    }
    return { taken: taken.map((entry) => entry.broadcast), finished };
  }

  /** Drops the most told, shortest and oldest until `keep` are left; returns the dropped. */
  prune(keep: number): readonly Broadcast<T>[] {
    const dropped: Broadcast<T>[] = [];
    while (this.#size > keep) {
      const entry = this.#tiers.findLast((tier) => tier.size > 0)!.pop();
      this.#forget(entry);
      dropped.push(entry.broadcast);
    }
    return dropped;
  }

  /** Everything in the order of sending, with how often it was sent; for looking at. */
  inspect(): readonly Readonly<{ about: T; bytes: number; transmits: number }>[] {
    return this.#tiers.flatMap((tier) =>
      tier.entries.map(({ broadcast: { about }, length, transmits }) => ({ about, bytes: length, transmits }))
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

  #tier(transmits: number): Tier<T> {
    while (this.#tiers.length <= transmits) this.#tiers.push(new Tier());
    return this.#tiers[transmits]!;
  }

  #note(entry: Entry<T>): void {
    const { replacement } = entry.broadcast;
    if (replacement.kind === "named") this.#named.set(replacement.name, entry);
    if (replacement.kind === "plain") this.#plain.add(entry);
    this.#size++;
    this.#bytes += entry.length;
  }

  #forget(entry: Entry<T>): void {
    const { replacement } = entry.broadcast;
    if (replacement.kind === "named") this.#named.delete(replacement.name);
    if (replacement.kind === "plain") this.#plain.delete(entry);
    this.#size--;
    this.#bytes -= entry.length;
  }
}

/**
 * Items that were sent equally often, in the order of sending. Their ranks stand in a list of their own: who looks for a
 * place among a thousand need not look at the items.
 */
class Tier<T> {
  readonly entries: Entry<T>[] = [];
  /** Falling. */
  readonly #ranks: number[] = [];

  get size(): number {
    return this.entries.length;
  }

  /** Of one that is not empty. */
  get last(): Entry<T> {
    return this.entries.at(-1)!;
  }

  add(entry: Entry<T>): void {
    const at = this.#firstBelow(entry.rank);
    this.entries.splice(at, 0, entry);
    this.#ranks.splice(at, 0, entry.rank);
  }

  remove(entry: Entry<T>): void {
    this.#cut(this.#firstBelow(entry.rank + 1), 1);
  }

  pop(): Entry<T> {
    this.#ranks.pop();
    return this.entries.pop()!;
  }

  /** Moves what fits into `taken`, until that has `itemsMax`, the longest first; returns what is left free. */
  take(taken: Entry<T>[], overheadBytes: number, freeBytes: number, itemsMax: number): number {
    let free = freeBytes;
    const { entries } = this;
    // Once one does not fit, only shorter ones may, and those that were passed over never do: less is free by then.
    for (let from = 0; taken.length < itemsMax;) {
      from = this.#firstFit(free - overheadBytes, from);
      let to = from;
      while (to < entries.length && taken.length < itemsMax && entries[to]!.length <= free - overheadBytes) {
        taken.push(entries[to]!);
        free -= overheadBytes + entries[to]!.length;
        to++;
      }
      if (to === from) break;
      this.#cut(from, to - from);
    }
    return free;
  }

  /** From `from` on the first that is no longer than `lengthMax`, of the urgent ones if one is. */
  #firstFit(lengthMax: number, from: number): number {
    if (lengthMax <= 0) return this.size;
    const longer = Math.min(lengthMax + 1, LENGTHS) * IDS;
    const first = this.#firstBelow(longer, from);
    if (first === 0 || (this.#ranks[from] ?? 0) < URGENT) return first;
    const urgent = this.#firstBelow(URGENT + longer, from);
    return (this.#ranks[urgent] ?? 0) >= URGENT ? urgent : first;
  }

  /** From `from` on the first whose rank is below that one. */
  #firstBelow(rank: number, from = 0): number {
    const ranks = this.#ranks;
    let [low, high] = [from, ranks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ranks[middle]! < rank) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #cut(from: number, count: number): void {
    this.entries.splice(from, count);
    this.#ranks.splice(from, count);
  }
}

/** A rank is made of these, so that it is a safe integer: whether it is urgent, the length, the number it was given. */
const IDS = 2 ** 32;
const LENGTHS = 2 ** 20;
const URGENT = LENGTHS * IDS;

function rankOf<T>({ bytes, isUrgent = false }: Broadcast<T>, id: number): number {
  return (isUrgent ? URGENT : 0) + bytes.length * IDS + id;
}
