import type { BroadcasterMessage } from "../../broadcaster.ts";
import type { Context } from "../../runtime/behavior.ts";
import type { ActorRef } from "../../runtime/ref.ts";
import type { ChronicleTimer, ChronicleWorld } from "./world.ts";

/** A chronicle's timer, as its actor is told of it. */
export type Ring = Readonly<{ type: "ring"; timer: ChronicleTimer }>;

type Reach = Pick<ChronicleWorld, "now" | "wallMs" | "random" | "setTimer" | "ringAfter" | "publish" | "sendTo">;

/** How a chronicle that an actor keeps has the time, and reaches others: by rumours of that topic. */
export function actorWorld(
  { clock, random, timers }: Pick<Context<Ring>, "clock" | "random" | "timers">,
  topic: string,
  broadcaster: () => ActorRef<BroadcasterMessage>,
): Reach {
  return {
    now: () => clock.now(),
    wallMs: () => clock.wallMs(),
    random,
    // What is to happen soon is not put off by more of its kind.
    setTimer: (timer, delayMs) => timers.has(timer) || timers.after(timer, delayMs, { type: "ring", timer }),
    ringAfter: (timer) => timers.soon(timer, { type: "ring", timer }),
    publish: (payload) => broadcaster().tell({ type: "publish", topic, payload }),
    sendTo: (to, payload) => broadcaster().tell({ type: "send_to", to, topic, payload }),
  };
}
