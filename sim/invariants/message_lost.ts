import type { RoomName } from "../../actors/chat_room/entry.ts";
import type { ChatEvent } from "../../actors/chat_room.ts";
import type { EntryHash } from "../../actors/history/values.ts";
import type { Invariant } from "./invariant.ts";

/** Everybody in the room has it by then. */
const SHOWN_WITHIN_MS = 5_000;

/** A message, and whose screens it is missing on. */
type Awaited = Readonly<{ text: string; saidAt: number; missing: Set<string> }>;

/**
 * What was said, and acknowledged to its author, is held by whoever was shown it for as long as it runs. In quiet times
 * it is shown to all who were in the room then and are still; amid faults it may come later, which is for others to judge.
 */
export const messageLost: Invariant = {
  name: "an acknowledged message is lost",
  watch({ plan, views, cluster }, report) {
    const inRoom = new Map<string, string>();
    let awaited: Awaited[] = [];
    /** Of each life that still runs, what it was shown. */
    const shown = new Map<string, Map<EntryHash, string>>();
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
        shown.delete(name);
        for (const { missing } of awaited) missing.delete(name);
      },
      chat(observer, event) {
        if (event.type !== "said") return;
        const ofLife = shown.get(observer) ?? new Map<EntryHash, string>();
        shown.set(observer, ofLife);
        if (event.id !== undefined) ofLife.set(event.id, event.text);
        if (!isSettled) return;
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
      pending() {
        for (const { name, history } of cluster.processes) {
          const room = inRoom.get(name) as RoomName | undefined;
          for (const [id, text] of room === undefined ? [] : shown.get(name) ?? []) {
            if (history.find(room!, id) === undefined) return `${name} does not hold "${text}" any more`;
          }
        }
        return undefined;
      },
      settled: () => void (isSettled = true),
    };
  },
};
