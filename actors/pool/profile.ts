import type { AddressRange } from "../membership/allowed_addresses.ts";

/**
 * The numbers a gossip pool runs on. memberlist has three sets of them (`config.go`: DefaultLANConfig, DefaultWANConfig,
 * DefaultLocalConfig); all members of one cluster should use the same. Times are milliseconds.
 */
export type Profile = Readonly<{
  /** Between two probes, while we are healthy. Shorter finds failures sooner, and costs a packet pair each. */
  probeIntervalMs: number;
  /** How long a direct answer may take. Must stay below the interval, or relays are asked when all is over. */
  probeTimeoutMs: number;
  /** Relays asked when the direct answer is missing (SWIM 3.1, k). More of them forgive more packet loss. */
  indirectChecks: number;
  /** Whether a silent target is also pinged over a stream, which tells a lost datagram from a lost peer. */
  streamPings: boolean;
  /** A broadcast is sent this many times ceil(log10(n + 1)). Too small, and some members never hear of it. */
  retransmitMult: number;
  /** Scales the shortest suspicion, and fixes the confirmations wanted (this − 2). Small means false deaths. */
  suspicionMult: number;
  /** The longest suspicion in units of the shortest (Lifeguard, LHA-Suspicion, β). */
  suspicionMaxTimeoutMult: number;
  /** Between two exchanges of the whole table, up to 32 members; 0 for never. Repairs what gossip lost. */
  pushPullIntervalMs: number;
  /** Between two rounds of gossip; 0 leaves it all to piggybacking. */
  gossipIntervalMs: number;
  /** Members that get a packet each round. */
  gossipNodes: number;
  /** How long the dead still get gossip, so that they may refute; older entries are forgotten when the ring wraps. */
  gossipToTheDeadMs: number;
  /** After this a dead name may return from another address; 0 for not before it is forgotten. */
  deadNodeReclaimMs: number;
  /** Health scores run from 0 to this − 1, and stretch the probe interval by score + 1 (Lifeguard, LHA-Probe). */
  awarenessMaxMultiplier: number;
  /** Whether a suspect is told of the suspicion in the ping itself (Lifeguard, Buddy System). Off in experiments only. */
  buddySystem: boolean;
  /** Bytes of gossip packed into one datagram, below the path's MTU: beyond it fragments get lost. */
  packetBytesMax: number;
  /** To connect, and for each phase of an exchange over a stream. */
  streamTimeoutMs: number;
  /** What we speak (pCur). We understand 1 to 5 and say so. */
  protocolVersion: number;
  /** The application's dMin, dMax, dCur. A Serf cluster wants 2, 5, 4; one that differs refuses every exchange. */
  delegateVersions: readonly [number, number, number];
  /** Entries the table may hold, itself included; further names are ignored. Ours: bounds a flood of invented names. */
  membersMax: number;
  /** Entries known from hearsay alone; of more, the oldest goes. Ours: a flood of names displaces only its own. */
  unverifiedMax: number;
  /** Datagrams that wait to be decoded; of more, the oldest are dropped. memberlist has two such queues behind it. */
  handoffQueueDepth: number;
  /** Where members may be; empty for anywhere. Says nothing of who they are: only keys do. */
  addressesAllowed: readonly AddressRange[];
  /** Where we are wiser than memberlist. */
  mends: Mends;
}>;

/**
 * Compatible mends of memberlist's known weaknesses, each of which changes what a replay of the original shows. Numbers
 * are issues of hashicorp/memberlist, unless said otherwise. Mends that a replay does not show have no switch; each is
 * described where it is.
 */
type Mends = Readonly<{
  /** Refuse an alive without six version bytes that agree: accepted, it blocks every push/pull (`verifyProtocol`). */
  versionsRequired: boolean;
  /**
   * Keep the highest incarnation heard in an accusation that changes nothing else, so that an older alive cannot win
   * (issue 197 of al8n/memberlist).
   */
  incarnationsRaised: boolean;
  /** Repeat an accusation to whoever claims an older life, so that a restarted peer learns what to refute (311). */
  staleAliveAnswered: boolean;
  /** Remember the forgotten dead for a while, so that an exchange with a straggler does not revive them (312). */
  gravesKept: boolean;
  /** Answer who accuses us directly, also if the accusation is refuted already: it may have missed that. */
  accusersAnswered: boolean;
  /** Begin a suspicion anew with an accusation of a later incarnation: the suspect has refuted the earlier one. */
  suspicionsRenewed: boolean;
  /** Ask a suspect before it is declared dead, in case its answer got lost. */
  suspectsAsked: boolean;
  /**
   * Do not gossip what we learned while we knew nobody: who told us of it has told everybody. Otherwise each newcomer of
   * a thousand says of each other one what all know, sixteen times; it is half of what a cluster says while it forms.
   */
  oldNewsNotGossiped: boolean;
}>;

/** How Parley behaves. */
export const allMends: Mends = {
  versionsRequired: true,
  incarnationsRaised: true,
  staleAliveAnswered: true,
  gravesKept: true,
  accusersAnswered: true,
  suspicionsRenewed: true,
  suspectsAsked: true,
  oldNewsNotGossiped: true,
};

/** How memberlist 0.2.2 behaves: for replaying its recordings. */
export const noMends: Mends = {
  versionsRequired: false,
  incarnationsRaised: false,
  staleAliveAnswered: false,
  gravesKept: false,
  accusersAnswered: false,
  suspicionsRenewed: false,
  suspectsAsked: false,
  oldNewsNotGossiped: false,
};

/** One data centre or office (DefaultLANConfig): a dead peer among ten is known in 5 to 25 s. */
export const lan: Profile = {
  probeIntervalMs: 1000,
  probeTimeoutMs: 500, // a generous round trip, with half of the interval left for relays
  indirectChecks: 3,
  streamPings: true,
  retransmitMult: 4,
  suspicionMult: 4,
  suspicionMaxTimeoutMult: 6,
  pushPullIntervalMs: 30_000,
  gossipIntervalMs: 200,
  gossipNodes: 3,
  gossipToTheDeadMs: 30_000,
  deadNodeReclaimMs: 0,
  awarenessMaxMultiplier: 8,
  buddySystem: true,
  packetBytesMax: 1400, // an Ethernet frame less IP and UDP headers, with room for a tunnel
  streamTimeoutMs: 10_000,
  protocolVersion: 2, // what memberlist announces by default; 3 to 5 only add messages both sides detect
  delegateVersions: [0, 0, 0],
  membersMax: 100_000, // a guess: about 30 MiB of table
  unverifiedMax: 8_192, // as many as join within two hours at a probe a second, which verifies one
  handoffQueueDepth: 1024,
  addressesAllowed: [],
  mends: allMends,
};

/** Members on several continents (DefaultWANConfig): patient. */
export const wan: Profile = {
  ...lan,
  probeIntervalMs: 5000,
  probeTimeoutMs: 3000,
  suspicionMult: 6,
  pushPullIntervalMs: 60_000,
  gossipIntervalMs: 500,
  gossipNodes: 4,
  gossipToTheDeadMs: 60_000,
  streamTimeoutMs: 30_000,
};

/** All members on one machine (DefaultLocalConfig): hasty. */
export const local: Profile = {
  ...lan,
  probeTimeoutMs: 200,
  indirectChecks: 1,
  retransmitMult: 2,
  suspicionMult: 3,
  pushPullIntervalMs: 15_000,
  gossipIntervalMs: 100,
  gossipToTheDeadMs: 15_000,
  streamTimeoutMs: 1000,
};

/** The range of protocol versions we understand, announced as pMin and pMax (`config.go`). */
export const PROTOCOL_VERSIONS = { min: 1, max: 5 } as const;
