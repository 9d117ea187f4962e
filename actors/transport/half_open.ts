import type { Address } from "../../transport/address.ts";
import { streamSource } from "../../transport/source.ts";

/** Streams that have not shown yet what they are for, at once: of all, and of one source. */
const HALF_OPEN_MAX = 128;
const HALF_OPEN_PER_SOURCE_MAX = 8;

/**
 * Who has to go before one more from `newcomer` may come, if anybody: the oldest of its own source when that has its
 * share, else the oldest of all. Who connects speaks at once, so the one who has had most time for it is the likeliest
 * never to. `waiting` is in the order of coming.
 */
export function crowdedOut<T>(
  waiting: readonly (readonly [T, Readonly<{ remote: Address }>])[],
  newcomer: Address,
): T | undefined {
  const source = streamSource(newcomer);
  const own = source === undefined ? [] : waiting.filter(([, { remote }]) => streamSource(remote) === source);
  const full = own.length >= HALF_OPEN_PER_SOURCE_MAX ? own : waiting.length >= HALF_OPEN_MAX ? waiting : [];
  return full[0]?.[0];
}
