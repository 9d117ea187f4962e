import { healthyDeclaredDead } from "./healthy_declared_dead.ts";
import { incarnationBack } from "./incarnation_back.ts";
import type { Invariant } from "./invariant.ts";
import { messageLost } from "./message_lost.ts";
import { messageCausality, messageOrder, messageTwice } from "./messages.ts";
import { ownIncarnationBack } from "./own_incarnation_back.ts";
import { peerGivesUp } from "./peer_gives_up.ts";
import { queueOverflows } from "./queue_overflows.ts";
import { roomsDiffer } from "./rooms_differ.ts";
import { timerOutlives } from "./timer_outlives.ts";
import { viewsDiffer } from "./views_differ.ts";
import { deadStaysListed, liveStaysDead } from "./wrong_for_ever.ts";

/** All that must never happen. */
export const INVARIANTS: readonly Invariant[] = [
  liveStaysDead,
  deadStaysListed,
  viewsDiffer,
  healthyDeclaredDead,
  incarnationBack,
  ownIncarnationBack,
  messageTwice,
  messageOrder,
  messageCausality,
  messageLost,
  roomsDiffer,
  queueOverflows,
  timerOutlives,
  peerGivesUp,
];
