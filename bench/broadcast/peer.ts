import type { Place } from "../../tests/support/place.ts";

/** One peer of a group, whoever wrote it. */
export interface Peer {
  readonly pid: number;
  /** Lets it say these, in this order. Resolves when it has taken them. */
  say(texts: readonly string[]): Promise<void>;
  /** Ends it without a word; resolves when it is gone. */
  kill(): Promise<void>;
}

/** A group in which everybody hears everybody. */
export type Started = Readonly<{
  peers: readonly Peer[];
  /** Processes that are no peers, without which there is no group: a server. */
  helpers: readonly Readonly<{ pid: number; kill(): Promise<void> }>[];
}>;

export type GroupOptions = Readonly<{
  size: number;
  place: Place;
  /** Called for each message that a peer says that it has, with the time at which that was read: monotonic, in ms. */
  heard: (peer: number, message: number, atMs: number) => void;
}>;

/** Starts the peers of a group; resolves when they know each other. What it started ends with the process. */
export type StartGroup = (options: GroupOptions) => Promise<Started>;

/** Processes started at once: a process that starts takes a core for a moment. */
const STARTED_AT_ONCE = 4;

/** `start` for each number below `size`, a few at once; in their order. */
export async function startSome<T>(size: number, start: (index: number) => Promise<T>): Promise<T[]> {
  const started = new Array<T>(size);
  let next = 0;
  const startNext = async (): Promise<void> => {
    for (let index = next++; index < size; index = next++) started[index] = await start(index);
  };
  await Promise.all(Array.from({ length: Math.min(size, STARTED_AT_ONCE) }, startNext));
  return started;
}

/** Addresses of 127.0.0.0/8 that nobody else uses, one for each number up to 254: where ports are the same for all. */
export function ownNetwork(): (number: number) => string {
  const [a, b] = crypto.getRandomValues(new Uint8Array(2));
  return (number) => `127.${1 + a! % 254}.${b!}.${number}`;
}
