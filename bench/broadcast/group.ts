import type { Place } from "../../tests/support/place.ts";
import { cpuMsOf, pause, until } from "../processes.ts";
import { Arrivals } from "./arrivals.ts";
import { messageText } from "./message.ts";
import type { Started, StartGroup } from "./peer.ts";
import { sentBytes } from "./sockets.ts";

/** Between two looks at what has to be said by now, in ms, at most. */
const TICK_MS = 5;

/** Messages that an author is given at once at most: what fits a few reads of its stdin. */
const GIVEN_AT_ONCE_MAX = 1_000;

/** Arrivals that did not change for so long have ended, in ms. */
const QUIET_MS = 2_000;

/** Peers that hear each other, and one stream of messages at a time. */
export class Group implements AsyncDisposable {
  readonly #started: Started;
  readonly #alive: Set<number>;
  readonly #hearing: { stream: Stream | undefined };
  #nextNumber = 0;

  private constructor(started: Started, hearing: { stream: Stream | undefined }) {
    this.#started = started;
    this.#alive = new Set(started.peers.keys());
    this.#hearing = hearing;
  }

  static async create(start: StartGroup, size: number, place: Place): Promise<Group> {
    const hearing: { stream: Stream | undefined } = { stream: undefined };
    const heard = (peer: number, number: number, atMs: number): void => hearing.stream?.heard(peer, number, atMs);
    return new Group(await start({ size, place, heard }), hearing);
  }

  get size(): number {
    return this.#started.peers.length;
  }

  /** Those who are alive and not the author. */
  receivers(author: number): readonly number[] {
    return [...this.#alive].filter((peer) => peer !== author);
  }

  /** A stream of so many messages, which takes the place of the one before. */
  stream(author: number, messages: number): Stream {
    const say = (texts: readonly string[]): Promise<void> => this.#started.peers[author]!.say(texts);
    const stream = new Stream(say, this.#nextNumber, messages, this.size);
    this.#nextNumber += messages;
    return this.#hearing.stream = stream;
  }

  /** Ends a peer without a word; resolves with the moment at which that began. */
  async kill(peer: number): Promise<number> {
    this.#alive.delete(peer);
    const atMs = performance.now();
    await this.#started.peers[peer]!.kill();
    return atMs;
  }

  /** Processor time of all processes so far, also of those that are no peers. */
  cpuMs(): number {
    const peers = [...this.#alive].map((peer) => this.#started.peers[peer]!);
    return [...peers, ...this.#started.helpers].reduce((sum, { pid }) => sum + cpuMsOf(pid), 0);
  }

  /** What each peer sent so far, in the order of the peers; `undefined` where nobody can tell. */
  async sentBytes(): Promise<readonly number[] | undefined> {
    const pids = this.#started.peers.map(({ pid }) => pid);
    const sent = await sentBytes(pids);
    return sent && pids.map((pid) => sent.get(pid) ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hearing.stream = undefined;
    await Promise.all([...this.#started.peers, ...this.#started.helpers].map((process) => process.kill()));
  }
}

/** Messages of one author. */
export class Stream {
  readonly arrivals: Arrivals;
  readonly #say: (texts: readonly string[]) => Promise<void>;
  readonly #firstNumber: number;
  #said = 0;
  #awaited: Readonly<{ message: number; by: readonly number[]; heard: () => void }> | undefined;

  constructor(say: (texts: readonly string[]) => Promise<void>, firstNumber: number, messages: number, peers: number) {
    this.#say = say;
    this.#firstNumber = firstNumber;
    this.arrivals = new Arrivals(messages, peers);
  }

  /** A peer has the message of that number, which may be of an earlier stream. */
  heard(peer: number, number: number, atMs: number): void {
    const message = number - this.#firstNumber;
    if (message < 0 || message >= this.arrivals.messages) return;
    this.arrivals.heard(peer, message, atMs);
    if (this.#awaited?.message === message && this.#awaited.by.includes(peer)) this.#awaited.heard();
  }

  /** Resolves as soon as one of these has the message, or after `withinMs`. */
  async firstHeard(message: number, by: readonly number[], withinMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, withinMs);
    this.#awaited = { message, by, heard: resolve };
    await promise;
    clearTimeout(timer);
    this.#awaited = undefined;
  }

  /**
   * Lets the author say the messages below `end` that it has not said, so many a second; those that are due are given to
   * it when it has taken those before. Whether it took them all, and within `withinMs`; a message counts as said when it
   * is given.
   */
  async say(rate: number, end: number, withinMs: number): Promise<boolean> {
    const first = this.#said;
    const fromMs = performance.now();
    let giving: Promise<void> | undefined;
    let isDead = false;
    while (this.#said < end || giving !== undefined) {
      const elapsedMs = performance.now() - fromMs;
      if (isDead || elapsedMs > withinMs) return false;
      const due = Math.min(end, first + 1 + Math.floor(elapsedMs * rate / 1_000));
      if (giving === undefined && due > this.#said) {
        giving = this.#give(Math.min(due, this.#said + GIVEN_AT_ONCE_MAX))
          .catch(() => void (isDead = true))
          .finally(() => giving = undefined);
      }
      const nextMs = (this.#said + 1 - first) * 1_000 / rate - elapsedMs;
      await pause(Math.max(0, Math.min(TICK_MS, nextMs)));
    }
    return !isDead;
  }

  /** Whether all of these have everything, within `withinMs`. */
  async whole(peers: readonly number[], withinMs: number): Promise<boolean> {
    return await until(() => this.arrivals.isWhole(peers), withinMs);
  }

  /** Resolves when nothing more comes, or after `withinMs`. */
  async quiet(peers: readonly number[], withinMs: number): Promise<void> {
    let delivered = -1;
    let sinceMs = 0;
    await until(() => {
      const now = this.arrivals.delivered(peers);
      if (now !== delivered) [delivered, sinceMs] = [now, performance.now()];
      return performance.now() - sinceMs > QUIET_MS;
    }, withinMs);
  }

  async #give(end: number): Promise<void> {
    const texts: string[] = [];
    for (let message = this.#said; message < end; message++) texts.push(messageText(this.#firstNumber + message));
    const atMs = performance.now();
    for (let message = this.#said; message < end; message++) this.arrivals.said(message, atMs);
    this.#said = end;
    await this.#say(texts);
  }
}
