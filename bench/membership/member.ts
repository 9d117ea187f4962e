import type { Place } from "../../tests/support/place.ts";

/** What a member of a cluster is to the benchmark, whoever wrote it. */
export interface Member {
  readonly name: string;
  /** IP:PORT. */
  readonly address: string;
  readonly pid: number;
  /** Asks it to join, and does not wait. */
  join(address: string): Promise<void>;
  /** Payload that it sent so far. */
  traffic(): Promise<Traffic>;
  /** Ends it without a word; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Bytes sent, as each program counts them where they pass between the sockets and the protocol. */
export type Traffic = Readonly<{ packetBytes: number; streamBytes: number }>;

/** What a member said that it saw of another. */
export type Sighting = Readonly<{ type: "joined" | "suspected" | "failed"; name: string }>;

export type ProfileName = "lan" | "local" | "wan";

export type MemberOptions = Readonly<{
  name: string;
  bind: string;
  profile: ProfileName;
  place: Place;
  /** Called at once for each sighting, with the time at which it was read: monotonic, in ms. */
  saw: (sighting: Sighting, atMs: number) => void;
}>;

/** Starts a member of a cluster of one. */
export type StartMember = (options: MemberOptions) => Promise<Member>;
