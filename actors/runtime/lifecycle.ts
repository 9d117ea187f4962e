import { topic } from "./events.ts";
import type { StopReason } from "./ref.ts";

/** What happened to an actor. */
export type LifecycleEvent = Readonly<
  & { path: string }
  & (
    | { type: "started"; restarts: number }
    /** It threw; what becomes of it is its supervisor's decision. */
    | { type: "failed"; error: unknown }
    /** It is gone for good. */
    | { type: "stopped"; reason: StopReason }
  )
>;

export const LIFECYCLE = topic<LifecycleEvent>("lifecycle");
