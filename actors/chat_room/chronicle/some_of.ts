import type { Random } from "../../runtime/random.ts";

/** Takes so many of the members at random out of the list, or all if there are fewer. */
export function someOf(members: string[], count: number, random: Random): readonly string[] {
  const some: string[] = [];
  while (some.length < count && members.length > 0) {
    some.push(members.splice(random.below(members.length), 1)[0]!);
  }
  return some;
}
