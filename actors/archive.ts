import type { HistoryDeps } from "./chat_room.ts";
import { shownLetter } from "./direct/letter.ts";
import { viewerOf } from "./history/people.ts";
import { type Shown, shownNow } from "./history/shown.ts";
import { EXPIRED_AT_ONCE_MAX, type Kept, type Retention, type Search } from "./history/store.ts";
import type { Behavior } from "./runtime/behavior.ts";
import type { ActorRef } from "./runtime/ref.ts";

/** What the keeper of everything that was ever said understands, whatever rooms we are in now. */
export type ArchiveMessage =
  | Readonly<{ type: "search"; search: Search; replyTo: ActorRef<readonly Shown[]> }>
  /** A timer: something may have become too old, or too much. */
  | Readonly<{ type: "expire" }>
  | Readonly<{ type: "status"; replyTo: ActorRef<Readonly<Record<string, number>>> }>;

/** How often it is looked for what is to go; where one slice has not been enough, the next follows soon. */
const EXPIRE_EVERY_MS = 10_000;
const NEXT_SLICE_MS = 20;

type ArchiveDeps = Readonly<{
  history: HistoryDeps;
  /** Without a limit, everything is kept. */
  retention?: Retention;
}>;

/** Looks after what is kept of all rooms. */
export function archive(
  { history: { store, signing, sealer }, retention = {} }: ArchiveDeps,
): Behavior<ArchiveMessage> {
  return ({ clock, timers }) => {
    const expireIn = (delayMs: number): void => {
      if (Object.keys(retention).length > 0) timers.after("expire", delayMs, { type: "expire" });
    };
    expireIn(EXPIRE_EVERY_MS);

    const expire = (): void => {
      const isEnough = store.expire(retention, clock.wallMs()) < EXPIRED_AT_ONCE_MAX;
      store.flush();
      expireIn(isEnough ? EXPIRE_EVERY_MS : NEXT_SLICE_MS);
    };

    const search = (wanted: Search): readonly Shown[] => {
      const viewer = viewerOf(store, signing.author);
      const letter = (entry: Kept): Shown | undefined => sealer && shownLetter(entry, viewer, sealer);
      return store.search(wanted).flatMap((entry) => shownNow(store, entry, viewer) ?? letter(entry) ?? []);
    };

    return (message) => {
      switch (message.type) {
        case "search":
          return message.replyTo.tell(search(message.search));
        case "expire":
          return expire();
        case "status":
          return message.replyTo.tell(store.counters());
      }
    };
  };
}
