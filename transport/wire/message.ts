/**
 * The vocabulary of memberlist's wire, as values. Field names here are ours; only the codec beside this file knows how
 * they are called and ordered in bytes (`net.go` of memberlist has the originals).
 *
 * A zero value (0, `""`, no bytes) in a `source…` field means that the field is left out on the wire. `null` bytes are
 * written as nil and mean the same as empty ones.
 */
export type WireMessage =
  | Ping
  | IndirectPing
  | Ack
  | Nack
  | Suspect
  | Alive
  | Dead
  | User
  | PushPull
  | RemoteError;

/** "Are you there?" Answered by an `ack` with the same sequence number, sent to the source fields if they are given. */
export type Ping = Readonly<{
  type: "ping";
  sequence: number;
  /** Intended receiver; anybody else keeps silent. Empty: whoever gets it answers. */
  node: string;
  sourceAddr: Uint8Array;
  sourcePort: number;
  sourceNode: string;
}>;

/** "Ping that one for me." Answered by an `ack`, or by a `nack` if one is wanted and the target keeps silent. */
export type IndirectPing = Readonly<{
  type: "indirect_ping";
  sequence: number;
  target: Uint8Array;
  port: number;
  node: string;
  nack: boolean;
  sourceAddr: Uint8Array;
  sourcePort: number;
  sourceNode: string;
}>;

/** "I am here", or, through a relay, "it is there". */
export type Ack = Readonly<{ type: "ack"; sequence: number; payload: Uint8Array | null }>;

/** A relay's "I am here, but your target did not answer me". */
export type Nack = Readonly<{ type: "nack"; sequence: number }>;

/** `from` got no answer from `node`; each new `from` confirms the suspicion. */
export type Suspect = Readonly<{ type: "suspect"; incarnation: number; node: string; from: string }>;

/** `node` is there, at this address, with this incarnation. */
export type Alive = Readonly<{
  type: "alive";
  incarnation: number;
  node: string;
  /** 4 or 16 bytes, compared as they are. */
  addr: Uint8Array;
  port: number;
  meta: Uint8Array | null;
  /** pMin pMax pCur dMin dMax dCur. */
  vsn: Uint8Array;
}>;

/** `node` is gone: it left if `from` is itself, else it failed. */
export type Dead = Readonly<{ type: "dead"; incarnation: number; node: string; from: string }>;

/** The application's bytes. */
export type User = Readonly<{ type: "user"; payload: Uint8Array }>;

/** Everything a node knows, over a stream; answered by the same from the other side. */
export type PushPull = Readonly<{
  type: "push_pull";
  /** A join, as against the periodic exchange. */
  join: boolean;
  nodes: readonly NodeState[];
  userState: Uint8Array;
}>;

/** One row of a push/pull. States are memberlist's numbers; other numbers are passed on and ignored by the rules. */
export type NodeState = Readonly<{
  name: string;
  addr: Uint8Array;
  port: number;
  meta: Uint8Array | null;
  incarnation: number;
  state: number;
  vsn: Uint8Array;
}>;

/** Numbers of the states in a push/pull (`state.go`). */
export const NODE_STATE = { alive: 0, suspect: 1, dead: 2, left: 3 } as const;

/** Why the other side of a stream gave up; for people, never parsed. */
export type RemoteError = Readonly<{ type: "error"; text: string }>;
