/** When which peer had which message of a stream: the messages of one author, numbered from 0. Times are in ms. */
export class Arrivals {
  readonly messages: number;
  readonly #peers: number;
  /** NaN for what has not been said. */
  readonly #saidAtMs: Float64Array;
  /** By message, then by peer; NaN for what has not come. */
  readonly #heardAtMs: Float64Array;
  /** How many each peer has. */
  readonly #counts: Uint32Array;
  #doubled = 0;

  constructor(messages: number, peers: number) {
    this.messages = messages;
    this.#peers = peers;
    this.#saidAtMs = new Float64Array(messages).fill(Number.NaN);
    this.#heardAtMs = new Float64Array(messages * peers).fill(Number.NaN);
    this.#counts = new Uint32Array(peers);
  }

  /** Messages that a peer showed once more. */
  get doubled(): number {
    return this.#doubled;
  }

  said(message: number, atMs: number): void {
    this.#saidAtMs[message] = atMs;
  }

  saidAtMs(message: number): number {
    return this.#saidAtMs[message]!;
  }

  heard(peer: number, message: number, atMs: number): void {
    const at = message * this.#peers + peer;
    if (!Number.isNaN(this.#heardAtMs[at])) {
      this.#doubled++;
      return;
    }
    this.#heardAtMs[at] = atMs;
    this.#counts[peer]!++;
  }

  has(peer: number, message: number): boolean {
    return !Number.isNaN(this.#heardAtMs[message * this.#peers + peer]);
  }

  /** When the last of these peers had the message, or `undefined` if one of them has not. */
  wholeAtMs(message: number, peers: readonly number[]): number | undefined {
    let lastAtMs = Number.NEGATIVE_INFINITY;
    for (const peer of peers) {
      const atMs = this.#heardAtMs[message * this.#peers + peer]!;
      if (Number.isNaN(atMs)) return undefined;
      if (atMs > lastAtMs) lastAtMs = atMs;
    }
    return lastAtMs;
  }

  /** How many deliveries to these peers there were. */
  delivered(peers: readonly number[]): number {
    return peers.reduce((sum, peer) => sum + this.#counts[peer]!, 0);
  }

  /** Whether these peers have everything. */
  isWhole(peers: readonly number[]): boolean {
    return peers.every((peer) => this.#counts[peer] === this.messages);
  }
}

/** Messages that somebody may expect: all that were said, or all that one of those who are left has. */
type Expected = (message: number) => boolean;

/** Every message that was said. */
export function wasSaid(arrivals: Arrivals): Expected {
  return (message) => !Number.isNaN(arrivals.saidAtMs(message));
}

/** Every message that one of these has: what an author took along when it died, nobody can have. */
export function isHeld(arrivals: Arrivals, by: readonly number[]): Expected {
  return (message) => by.some((peer) => arrivals.has(peer, message));
}

/** How many deliveries of the expected messages to these peers are missing. */
export function missing(arrivals: Arrivals, peers: readonly number[], expected: Expected): number {
  let count = 0;
  for (let message = 0; message < arrivals.messages; message++) {
    if (!expected(message)) continue;
    for (const peer of peers) if (!arrivals.has(peer, message)) count++;
  }
  return count;
}

/** Of each expected message, how long it took until all of these had it; `lateMs` for what somebody never had. */
export function waits(
  arrivals: Arrivals,
  peers: readonly number[],
  expected: Expected,
  lateMs: number,
): readonly number[] {
  return waitsFrom(arrivals, peers, expected, lateMs, (message) => arrivals.saidAtMs(message));
}

/**
 * How long those who are left were without a message, at most: each message from the moment at which it was said, or
 * from the death of the peer at `killedAtMs` if that was later; 0 where all had everything before.
 */
export function recoveryMs(
  arrivals: Arrivals,
  left: readonly number[],
  expected: Expected,
  lateMs: number,
  killedAtMs: number,
): number {
  const fromMs = (message: number): number => Math.max(killedAtMs, arrivals.saidAtMs(message));
  return Math.max(0, ...waitsFrom(arrivals, left, expected, lateMs, fromMs));
}

/** Messages a second from the first that was said to the last that came; `undefined` if something is missing. */
export function rateOf(arrivals: Arrivals, peers: readonly number[]): number | undefined {
  let lastAtMs = Number.NEGATIVE_INFINITY;
  for (let message = 0; message < arrivals.messages; message++) {
    const atMs = arrivals.wholeAtMs(message, peers);
    if (atMs === undefined) return undefined;
    if (atMs > lastAtMs) lastAtMs = atMs;
  }
  return arrivals.messages / (lastAtMs - arrivals.saidAtMs(0)) * 1_000;
}

function waitsFrom(
  arrivals: Arrivals,
  peers: readonly number[],
  expected: Expected,
  lateMs: number,
  fromMs: (message: number) => number,
): number[] {
  const found: number[] = [];
  for (let message = 0; message < arrivals.messages; message++) {
    if (!expected(message)) continue;
    const atMs = arrivals.wholeAtMs(message, peers);
    found.push(atMs === undefined ? lateMs : atMs - fromMs(message));
  }
  return found;
}
