/** What became of messages and connections. */
export type LinksCounters = {
  sent: number;
  received: number;
  /** Not carried: the peer cannot be reached, is too slow, or too much waits. */
  undelivered: number;
  /** What many were sent, not carried to one of them who is too slow, or for whom too much waits. */
  shed: number;
  /** Not carried: no plain data, too deep, too long, or with a ref that others may not have. */
  unsendable: number;
  /** From outside, for nobody we publish. */
  unknownTarget: number;
  /** From outside, refused by the decoder of the actor it was for, or a stop of one that others may not stop. */
  refused: number;
  /** From outside, for an actor whose mailbox is full and says so. */
  full: number;
  /** From outside, dropped because later messages had come on another connection before it. */
  overtaken: number;
  /** Connections closed because what came was no link. */
  malformed: number;
  /** Connections closed because the other side did not prove a key of our ring, or was gone before it had. */
  unproven: number;
  /** Connections in plain that the other side closed in place of a hello: it may want a key proved. */
  unwelcome: number;
  /** Connections closed because what came was changed, repeated, left out or put out of order on its way. */
  forged: number;
  /** Connections closed because they were opened under a key, or in plain, as they would not be any more. */
  outdated: number;
  /** Connections closed because no hello came in time, or nothing more. */
  timedOut: number;
  /** Connections closed because a piece of them was dropped on its way to us, or, if sealed, because they broke off. */
  torn: number;
  /** Connections closed because there were too many. */
  crowdedOut: number;
};

export function newLinksCounters(): LinksCounters {
  return {
    sent: 0,
    received: 0,
    undelivered: 0,
    shed: 0,
    unsendable: 0,
    unknownTarget: 0,
    refused: 0,
    full: 0,
    overtaken: 0,
    malformed: 0,
    unproven: 0,
    unwelcome: 0,
    forged: 0,
    outdated: 0,
    timedOut: 0,
    torn: 0,
    crowdedOut: 0,
  };
}
