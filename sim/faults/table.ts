import { actorCrash } from "./actor_crash.ts";
import { bandwidth } from "./bandwidth.ts";
import { churn } from "./churn.ts";
import { clockJump, clockSkew } from "./clocks.ts";
import { crash } from "./crash.ts";
import { cut, oneWayCut } from "./cut.ts";
import { duplication } from "./duplication.ts";
import type { Fault } from "./fault.ts";
import { latency } from "./latency.ts";
import { loss } from "./loss.ts";
import { pause } from "./pause.ts";
import { powerCut, restart, restartWithoutDisk } from "./restart.ts";
import { reordering } from "./reordering.ts";
import { slow } from "./slow.ts";
import { udpBlocked } from "./udp_blocked.ts";

/** Every kind of fault, in the order in which help lists them. */
export const FAULTS: readonly Fault[] = [
  crash,
  restart,
  powerCut,
  restartWithoutDisk,
  actorCrash,
  churn,
  pause,
  slow,
  loss,
  latency,
  duplication,
  reordering,
  bandwidth,
  cut,
  oneWayCut,
  udpBlocked,
  clockJump,
  clockSkew,
];

/** The fault of that name. */
export function faultNamed(name: string): Fault {
  const found = FAULTS.find((fault) => fault.name === name);
  if (found === undefined) throw new RangeError(`No fault is called "${name}"`);
  return found;
}
