import { recordRestart, type RestartHistory } from "./restart_window.ts";

/** Which children are restarted when one fails: only it, all, or it and those started after it. */
export type Strategy = "one_for_one" | "one_for_all" | "rest_for_one";

/** When a child is started again: always; only after a crash; never. */
export type Restart = "permanent" | "transient" | "temporary";

/** How an actor looks after its children. */
export type Supervision = Readonly<{
  strategy: Strategy;
  /** More restarts than this within `withinMs` make the supervisor itself fail. */
  maxRestarts: number;
  withinMs: number;
  /** Delay before the second restart in a row; it doubles up to `backoffMaxMs`. The first one is immediate. */
  backoffMinMs: number;
  backoffMaxMs: number;
  /** Each delay is spread by up to this share, so that many children do not come back in step. */
  jitter: number;
  /** After this time without a failure, the delay begins anew. */
  healthyAfterMs: number;
  /** Children at most: a behaviour that spawns without end is a fault. */
  childrenMax: number;
}>;

/** Five restarts in thirty seconds are a fault that restarting does not cure. */
export const SUPERVISION_DEFAULTS: Supervision = {
  strategy: "one_for_one",
  maxRestarts: 5,
  withinMs: 30_000,
  backoffMinMs: 100,
  backoffMaxMs: 5_000,
  jitter: 0.2,
  healthyAfterMs: 10_000,
  childrenMax: 4_096,
};

export type ChildExit = Readonly<{
  name: string;
  restart: Restart;
  /** `finished`: it stopped itself. */
  cause: "failed" | "finished";
}>;

/** What becomes of the children: `names` are restarted in this order after `delayMs`. */
export type Decision =
  | Readonly<{ type: "restart"; names: readonly string[]; delayMs: number; history: RestartHistory }>
  | Readonly<{ type: "remove" }>
  | Readonly<{ type: "escalate" }>;

/**
 * The supervisor's whole judgement: who is restarted, when, and whether it has had enough.
 * `order` names the children in start order; `roll` is uniform in [0, 1). (OTP's `supervisor`, with back-off.)
 */
export function decide(
  supervision: Supervision,
  exit: ChildExit,
  order: readonly string[],
  history: RestartHistory,
  now: number,
  roll: number,
): Decision {
  if (!isRestarted(exit.restart, exit.cause)) return { type: "remove" };
  const next = recordRestart(history, now, supervision.withinMs, supervision.healthyAfterMs);
  if (next.times.length > supervision.maxRestarts) return { type: "escalate" };
  return {
    type: "restart",
    names: affected(supervision.strategy, exit.name, order),
    delayMs: backoffMs(supervision, next.consecutive, roll),
    history: next,
  };
}

/** Whether an actor that ended this way is started again, if the restart limit allows. */
export function isRestarted(restart: Restart, cause: ChildExit["cause"]): boolean {
  return restart === "permanent" || (restart === "transient" && cause === "failed");
}

function affected(strategy: Strategy, failed: string, order: readonly string[]): readonly string[] {
  switch (strategy) {
    case "one_for_one":
      return [failed];
    case "one_for_all":
      return order;
    case "rest_for_one":
      return order.slice(order.indexOf(failed));
  }
}

function backoffMs(supervision: Supervision, consecutive: number, roll: number): number {
  if (consecutive <= 1) return 0;
  const plain = Math.min(supervision.backoffMaxMs, supervision.backoffMinMs * 2 ** (consecutive - 2));
  return plain * (1 + supervision.jitter * (2 * roll - 1));
}
