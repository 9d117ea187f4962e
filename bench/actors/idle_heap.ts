import { heapBytes, type Plan } from "../measure.ts";
import { Arrivals } from "./arrivals.ts";
import type { Contender } from "./contender.ts";

/** Actors of one parent may be bounded (ours are, at 4,096), so there are several groups of them. */
const GROUPS = 5;
const GROUP_ACTORS = 2_000;

/** A group before those that count, so that code and tables that are made once are there already. */
const WARM_UP_ACTORS = 500;

/** Bytes on the heap for an actor that has been started, has handled one message and waits; `once`: how many did. */
export async function idleHeap(contender: Contender, plan: Plan): Promise<number> {
  const keptForWarmUp = new Array<unknown>(WARM_UP_ACTORS);
  await fill(contender, keptForWarmUp, 0, WARM_UP_ACTORS);
  if (plan === "once") return WARM_UP_ACTORS;

  const actors = GROUPS * GROUP_ACTORS;
  const kept = new Array<unknown>(actors); // before the first look at the heap, as it is not the actors' own
  const before = await heapBytes();
  for (let group = 0; group < GROUPS; group++) await fill(contender, kept, group * GROUP_ACTORS, GROUP_ACTORS);
  const after = await heapBytes();
  if (kept.concat(keptForWarmUp).includes(undefined)) throw new Error("An actor is missing"); // and none was let go
  return (after - before) / actors;
}

/** Starts `count` actors, each with a closure of its own, from index `from`; waits until each has handled a message. */
async function fill(contender: Contender, kept: unknown[], from: number, count: number): Promise<void> {
  const arrivals = new Arrivals();
  const kind = await contender.kind(() => (message) => arrivals.receive(message));
  for (let at = from; at < from + count; at++) kept[at] = await kind.spawn();
  const handled = arrivals.expect(count);
  for (let at = from; at < from + count; at++) contender.tell(kept[at], { type: "add", amount: 1 });
  await handled;
  arrivals.check(count);
}
