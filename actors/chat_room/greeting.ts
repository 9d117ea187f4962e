import type { Random } from "../runtime/random.ts";

/** Of all who could tell a newcomer what was said, about so many do. */
const GREETERS = 4;

/** Whether we are one of them, of so many in all; everybody draws for themselves. */
export function isGreeter(count: number, random: Random): boolean {
  return random.below(Math.max(1, count)) < GREETERS;
}
