import type { Rule } from "../rule.ts";

/** Everything takes from `minMs` to `maxMs`, uniformly; packets overtake each other when these differ. */
export function latency(minMs: number, maxMs: number = minMs): Rule {
  if (!(minMs >= 0 && maxMs >= minMs)) throw new RangeError(`Not a latency: ${minMs} to ${maxMs} ms`);
  return (_carried, random) => ({ type: "deliver", afterMs: minMs + random.next() * (maxMs - minMs) });
}
