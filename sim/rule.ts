import type { Random } from "../actors/runtime/random.ts";
import type { Address } from "../transport/address.ts";

/** Something on its way through the simulated network. */
export type Carried = Readonly<{
  /**
   * A datagram, a piece of a stream, or the acknowledgement that a piece of a stream needs: of the last it only matters
   * whether it is dropped, since later ones make up for a late one.
   */
  kind: "packet" | "stream" | "ack";
  from: Address;
  to: Address;
  /** What it carries; empty for what only controls a stream. */
  bytes: Uint8Array;
}>;

/** What becomes of it. */
export type Verdict =
  /** `again` is when copies of a datagram arrive besides. */
  | { readonly type: "deliver"; readonly afterMs: number; readonly again?: readonly number[] }
  | { readonly type: "drop" }
  /** The sender of a datagram is told at once that there is no way; a piece of a stream is dropped. */
  | { readonly type: "refuse" };

/** What a rule has to say that leaves the decision to the next ones. */
export type Addition =
  /** It takes so much longer than the next rules say. */
  | { readonly type: "later"; readonly byMs: number }
  /** A datagram is copied, and the next rules decide about each. */
  | { readonly type: "twice" };

/**
 * One fault or property of the network. `pass` leaves the decision to the next rule. Chance comes only from `random`,
 * which is this rule's own, so that other rules do not change its draws.
 */
export type Rule = (carried: Carried, random: Random) => Verdict | Addition | "pass";

/** A rule that adds nothing: it decides, or leaves the decision to the next. */
export type PlainRule = (carried: Carried, random: Random) => Verdict | "pass";
