import type { LogId } from "./author.ts";
import { compareTimes, type HybridTime } from "./hybrid_time.ts";
import type { EntryHash } from "./values.ts";

/** A place in the order of a room, which is the same wherever the same entries are. */
export type OrderKey = Readonly<{ order: HybridTime; log: LogId; sequence: number; hash: EntryHash }>;

/** Below 0 where `a` comes first. Ties are decided by the log's id, as text, then by the number; in a fork by the hash. */
export function compareOrder(a: OrderKey, b: OrderKey): number {
  const byTime = compareTimes(a.order, b.order);
  if (byTime !== 0) return byTime;
  if (a.log !== b.log) return a.log < b.log ? -1 : 1;
  return a.sequence - b.sequence || (a.hash === b.hash ? 0 : a.hash < b.hash ? -1 : 1);
}

/** Where in an ordered list an item stands, or would stand: the number of those before it. */
export function indexInOrder(ordered: readonly OrderKey[], key: OrderKey): number {
  let low = 0;
  let high = ordered.length;
  if (high > 0 && compareOrder(ordered[high - 1]!, key) < 0) return high; // the latest, as nearly always
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareOrder(ordered[middle]!, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
