/** What a run may come to see. One that never saw what it was made for proves nothing. */
export const SIGHTS = {
  episode: "a fault in force",
  suspicion: "somebody who lives, suspected",
  refutation: "a suspicion refuted",
  failure: "somebody who is gone, declared dead",
  false_failure: "somebody who lives, declared dead",
  return: "a process that came back",
  departure: "a goodbye",
  actor_restart: "an actor that was started again",
  pause: "a process that noticed its own pause",
  indirect_ack: "a probe answered late, or through others",
  stream_ack: "a probe answered over a stream alone",
  nack: "a relay that said that it is there, and the other is not",
  conflict: "two under one name",
  overflow: "a queue that was full",
  repair: "something lacking of a room that was asked for",
  message: "a message that everybody in its room was shown",
} as const;
export type Sight = keyof typeof SIGHTS;

/** Counts what a run saw. */
export class Sometimes {
  readonly #seen = new Map<Sight, number>();

  saw(sight: Sight, times = 1): void {
    if (times > 0) this.#seen.set(sight, this.count(sight) + times);
  }

  count(sight: Sight): number {
    return this.#seen.get(sight) ?? 0;
  }

  /** How often each was seen, in the order of the table. */
  counts(): Readonly<Record<Sight, number>> {
    return Object.fromEntries(Object.keys(SIGHTS).map((sight) => [sight, this.count(sight as Sight)])) as Record<
      Sight,
      number
    >;
  }
}
