/** What a scenario is made of. Times are milliseconds; peers go by the names that the scenario gives them. */

/** What one line of a screen has to hold, or to match. */
export type Pattern =
  | Readonly<{ type: "literal"; text: string }>
  | Readonly<{ type: "regex"; regex: RegExp }>;

/** On whose screens: these, or everybody who runs at that moment. */
export type Audience = readonly string[] | "everybody";

/** What a peer is started with. */
export type StartFlags = Readonly<{
  /** It does nothing by itself: every step is typed. */
  manual: boolean;
  /** What it calls itself, if not what the scenario calls it. */
  as: string | undefined;
  /** A word that stands for a key of the cluster. */
  key: string | undefined;
  label: string | undefined;
  /** What its earlier run left on disk is gone, and its port is another one. */
  withoutDisk: boolean;
  /** All at once, and nobody waits until they are there. */
  together: boolean;
}>;

/** What may be cut: everything, or datagrams alone while streams pass. */
export type Cuttable = "everything" | "udp";

/** One thing that a scenario does or looks at. */
export type Act =
  | Readonly<{ type: "start"; peers: readonly string[]; flags: StartFlags }>
  | Readonly<{ type: "type"; peer: string; typed: string }>
  /** A line that no other `expect` has taken is shown on each screen in time. */
  | Readonly<{ type: "expect"; pattern: Pattern; on: Audience; withinMs: number }>
  /** No such line is shown during this time; with `ever` none was since each started, either. */
  | Readonly<{ type: "expect_not"; pattern: Pattern; on: Audience; forMs: number; ever: boolean }>
  | Readonly<{ type: "expect_exit"; code: number; on: readonly string[]; withinMs: number }>
  | Readonly<{ type: "members"; count: number; on: Audience; withinMs: number }>
  | Readonly<{ type: "same_history"; room: string; on: Audience; withinMs: number }>
  | Readonly<{ type: "crash" | "quit" | "resume"; peers: readonly string[] }>
  | Readonly<{ type: "pause"; peers: readonly string[]; forMs: number | undefined }>
  /** Nothing passes from one group to another; with `oneWay`, only not from the first to the second. */
  | Readonly<{ type: "cut"; what: Cuttable; groups: readonly Group[]; oneWay: boolean }>
  | Readonly<{ type: "heal" }>
  | Readonly<{ type: "loss"; probability: number }>
  | Readonly<{ type: "latency"; minMs: number; maxMs: number }>
  | Readonly<{ type: "slow"; peers: readonly string[]; byMs: number }>
  | Readonly<{ type: "at"; atMs: number }>
  | Readonly<{ type: "wait"; forMs: number }>
  | Readonly<{ type: "bootstrap"; running: boolean }>
  | Readonly<{ type: "repeat"; times: number; body: readonly Statement[] }>;

/** One side of a cut; `others` are all whom no other group names. */
export type Group = readonly string[] | "others";

/** An act and where it stands. */
export type Statement = Act & Readonly<{ line: number; text: string }>;

/** A file of statements, read. */
export type Scenario = Readonly<{
  profile: "lan" | "wan" | "local";
  /** The seed that the file names, if it names one. */
  seed: string | undefined;
  /** Everybody whom it starts, in the order of their first start. */
  peers: readonly string[];
  statements: readonly Statement[];
}>;

/** What the registry is called where a scenario gives it a process of its own. */
export const BOOTSTRAP = "bootstrap";
