import type { ChatEvent } from "../../actors/chat_room.ts";
import type { Invariant } from "./invariant.ts";

/** Everybody in the room has it by then. */
const SHOWN_WITHIN_MS = 5_000;

/** A message, and whose screens it is missing on. */
type Awaited = Readonly<{ text: string; saidAt: number; missing: Set<string> }>;

/**
 * What was said, and acknowledged to its author, is shown to all who were in the room then and are still. Rooms do not
 * repair gaps yet, so that a connection that breaks may take messages with it: for now this is only asked where nothing
 * has been in force that could break one, and once everybody has found everybody again.
 */
export const messageLost: Invariant = {
  name: "an acknowledged message is lost",
  watch({ plan, views, cluster }, report) {
    const inRoom = new Map<string, string>();
    let awaited: Awaited[] = [];
    let isSettled = plan.episodes.length === 0;
    const saying = ({ author, room, text }: ChatEvent & { type: "said" }): void => {
      const isHeardBy = (name: string): boolean =>
        name !== author && inRoom.get(name) === room && views.lists(author, name) && views.lists(name, author);
      const missing = new Set([...inRoom.keys()].filter(isHeardBy));
      if (missing.size > 0) awaited.push({ text, saidAt: cluster.now(), missing });
    };
    return {
      entered: (name, room) => void inRoom.set(name, room),
      ended(name) {
        inRoom.delete(name);
        for (const { missing } of awaited) missing.delete(name);
      },
      chat(observer, event) {
        if (event.type !== "said" || !isSettled) return;
        if (event.own) return saying(event);
        awaited.find(({ text }) => text === event.text)?.missing.delete(observer);
      },
      look() {
        awaited = awaited.filter(({ missing }) => missing.size > 0);
        for (const { text, saidAt, missing } of awaited) {
          if (cluster.now() - saidAt <= SHOWN_WITHIN_MS) continue;
          report(`"${text}", said at ${Math.round(saidAt)} ms, was not shown to ${[...missing].join(", ")}`);
        }
      },
      settled: () => void (isSettled = true),
    };
  },
};
