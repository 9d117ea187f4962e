import type { Rule } from "../rule.ts";

/** One in a thousand packets takes so many times the median, or longer: as measured ways through busy networks do. */
const TAIL_MULT = 10;

/** The normal distribution exceeds this many deviations once in a thousand times. */
const ONE_IN_THOUSAND = 3.09;

/** Everything takes about `medianMs`, half of it less, and some of it much longer: a log-normal distribution. */
export function longTail(medianMs: number): Rule {
  if (!(medianMs >= 0)) throw new RangeError(`Not a latency: ${medianMs} ms`);
  const deviation = Math.log(TAIL_MULT) / ONE_IN_THOUSAND;
  return (_carried, random) => {
    // Box and Muller's way from two uniform numbers to a normal one.
    const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
    return { type: "deliver", afterMs: medianMs * Math.exp(deviation * normal) };
  };
}
