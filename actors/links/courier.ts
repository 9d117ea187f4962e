import type { Address } from "../../transport/address.ts";
import type { LinksMessage } from "../links.ts";
import type { Context } from "../runtime/behavior.ts";
import type { ActorRef } from "../runtime/ref.ts";
import type { Courier } from "../runtime/remote_ref.ts";

/** The courier that remote refs need, over the keeper of links. */
export function linksCourier(
  keeper: ActorRef<LinksMessage>,
  system: Pick<Context<never>, "deadlines" | "deadLetter">,
): Courier {
  let watches = 0;
  return {
    deadlines: system.deadlines,
    late: (to, message) => system.deadLetter({ to, message, reason: "late_reply" }),
    send: (peer, id, message, slot) => keeper.tell({ type: "send", to: peer as Address, id, message, slot }),
    watch(peer, id, gone) {
      const watch = ++watches;
      keeper.tell({ type: "watch", to: peer as Address, id, watch, gone });
      return () => keeper.tell({ type: "unwatch", to: peer as Address, watch });
    },
  };
}
