import type { Brand } from "../../actors/runtime/brand.ts";

/** A stream of the simulated network; unique in it. */
export type StreamId = Brand<number, "StreamId">;

/** What passes between the two ends of a simulated stream. Those with a sequence are taken in its order. */
export type Segment = Readonly<
  | { type: "open"; stream: StreamId }
  | { type: "accepted"; stream: StreamId; sequence: number }
  | { type: "data"; stream: StreamId; sequence: number; bytes: Uint8Array }
  | { type: "end"; stream: StreamId; sequence: number }
  /** The receiver has read so many bytes: so many more may be sent. */
  | { type: "taken"; stream: StreamId; length: number }
  /** The stream is broken or was never there. */
  | { type: "reset"; stream: StreamId }
>;

/** A segment that has its place in the stream's order. */
export type OrderedSegment = Extract<Segment, { readonly sequence: number }>;
