import type { HistoryDeps } from "./chat_room.ts";
import { viewerOf } from "./history/people.ts";
import { type Shown, shownNow } from "./history/shown.ts";
import type { Search } from "./history/store.ts";
import type { Behavior } from "./runtime/behavior.ts";
import type { ActorRef } from "./runtime/ref.ts";

/** What the keeper of everything that was ever said understands, whatever rooms we are in now. */
export type ArchiveMessage =
  | Readonly<{ type: "search"; search: Search; replyTo: ActorRef<readonly Shown[]> }>
  | Readonly<{ type: "status"; replyTo: ActorRef<Readonly<Record<string, number>>> }>;

/** Looks after what is kept of all rooms. */
export function archive({ store, signing }: HistoryDeps): Behavior<ArchiveMessage> {
  return () => {
    const search = (wanted: Search): readonly Shown[] => {
      const viewer = viewerOf(store, signing.author);
      return store.search(wanted).flatMap((entry) => shownNow(store, entry, viewer) ?? []);
    };

    return (message) => {
      switch (message.type) {
        case "search":
          return message.replyTo.tell(search(message.search));
        case "status":
          return message.replyTo.tell(store.counters());
      }
    };
  };
}
