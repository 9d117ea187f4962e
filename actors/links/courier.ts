import type { Address } from "../../transport/address.ts";
import type { LinksMessage } from "../links.ts";
import type { Context } from "../runtime/behavior.ts";
import type { ActorRef, StopReason } from "../runtime/ref.ts";
import type { Courier } from "../runtime/remote_ref.ts";
import type { RemoteWatch } from "./watches.ts";

/** How long a watch waits for room in the keeper's mailbox before the actor counts as out of reach. */
const ROOM_TIMEOUT_MS = 10_000;

/** The courier that remote refs need, over the keeper of links. */
export function linksCourier(
  keeper: ActorRef<LinksMessage>,
  system: Pick<Context<never>, "deadlines" | "deadLetter">,
): Courier {
  return {
    deadlines: system.deadlines,
    late: (to, message) => system.deadLetter({ to, message, reason: "late_reply" }),
    send: (peer, id, message, slot) => keeper.tell({ type: "send", to: peer as Address, id, message, slot }),
    sendWhenRoom: (peer, id, message, written) =>
      keeper.tell({ type: "send", to: peer as Address, id, message, written }),
    stop: (peer, id, mode, deadlineMs) => keeper.tell({ type: "stop", to: peer as Address, id, mode, deadlineMs }),
    watch: (peer, id, gone) => watch(keeper, peer as Address, id, gone),
  };
}

/**
 * Nobody watches with a time-out; so a watch must not be lost in a full mailbox, and when the keeper itself is gone,
 * that is the notice.
 */
function watch(
  keeper: ActorRef<LinksMessage>,
  to: Address,
  id: string,
  gone: (reason: StopReason) => void,
): () => void {
  let isOpen = true;
  const close = (): boolean => {
    const wasOpen = isOpen;
    isOpen = false;
    return wasOpen;
  };
  // A notice may be under way while it is cancelled: closing here makes it none, and of two the first.
  const watch: RemoteWatch = { id, gone: (reason) => void (close() && gone(reason)) };
  keeper.tellAndWait({ type: "watch", to, watch }, ROOM_TIMEOUT_MS).catch(() => watch.gone("unreachable"));
  return () => {
    if (!close()) return;
    keeper.tellAndWait({ type: "unwatch", to, watch }, ROOM_TIMEOUT_MS).catch(() => {
      // The keeper is gone, and its watches with it; or it stays behind, and nobody hears of it.
    });
  };
}
