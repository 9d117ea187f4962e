import type { ChatEvent } from "../../actors/chat_room.ts";
import type { LogId } from "../../actors/history/author.ts";
import { compareOrder } from "../../actors/history/order.ts";
import type { Kept } from "../../actors/history/store.ts";
import type { Cluster } from "../run/cluster.ts";
import type { Invariant } from "./invariant.ts";

/** What a screen showed of each author: the numbers in what it said, which begin anew with nobody's life. */
class Shown {
  readonly #byObserver = new Map<string, Map<string, Set<number>>>();

  /** Another process, another screen. */
  forget(observer: string): void {
    this.#byObserver.delete(observer);
  }

  /** What is wrong with what was just shown, if anything. */
  twice(observer: string, author: string, number: number): boolean {
    const authors = this.#byObserver.get(observer) ?? new Map<string, Set<number>>();
    this.#byObserver.set(observer, authors);
    const numbers = authors.get(author) ?? new Set<number>();
    authors.set(author, numbers);
    const isThere = numbers.has(number);
    numbers.add(number);
    return isThere;
  }
}

/** In a run everybody says its own name and a number that counts up: `p7 12`. */
function spoken(event: ChatEvent): Readonly<{ author: string; number: number }> | undefined {
  return event.type === "said" ? { author: event.author, number: Number(event.text.split(" ")[1]) } : undefined;
}

/** No screen shows the same message twice. */
export const messageTwice: Invariant = {
  name: "a message is shown twice",
  watch(_scene, report) {
    const shown = new Shown();
    return {
      started: (name) => shown.forget(name),
      chat(observer, event) {
        const said = spoken(event);
        if (said === undefined || !shown.twice(observer, said.author, said.number)) return;
        report(`${observer} was shown "${said.author} ${said.number}" twice`);
      },
    };
  },
};

/** The last thing of an author that a screen showed: its number, and its entry where there is one. */
type Last = Readonly<{ number: number; entry: Kept | undefined }>;

/** A device that lost its disk and its clock's setting goes on in another log, and cannot know that it comes later. */
function isBefore(entry: Kept | undefined, last: Kept | undefined): boolean {
  return entry === undefined || last === undefined || compareOrder(entry, last) < 0;
}

/** No screen shows what an author said before what it had said earlier, but for what it says itself that it comes late. */
export const messageOrder: Invariant = {
  name: "messages are shown in the wrong order for their author",
  watch({ cluster }, report) {
    const shown = new Map<string, Map<string, Last>>();
    return {
      started: (name) => void shown.delete(name),
      chat(observer, event) {
        const said = spoken(event);
        if (said === undefined || isLate(event)) return;
        const { author, number } = said;
        const ofAuthors = shown.get(observer) ?? new Map<string, Last>();
        shown.set(observer, ofAuthors);
        const last = ofAuthors.get(author);
        const entry = entryOf(event, observer, cluster);
        if (last !== undefined && number < last.number && isBefore(entry, last.entry)) {
          report(`${observer} was shown "${author} ${number}" after number ${last.number}`);
        }
        if (last === undefined || number > last.number) ofAuthors.set(author, { number, entry });
      },
    };
  },
};

/** No screen shows an answer before what it answers: what an entry's author had seen is shown first, or said to be late. */
export const messageCausality: Invariant = {
  name: "a message is shown after one that follows from it",
  watch({ cluster }, report) {
    /** Of each screen, up to which number of each log something that was shown follows from it, and from what. */
    const followed = new Map<string, Map<LogId, Readonly<{ sequence: number; by: Kept }>>>();
    return {
      started: (name) => void followed.delete(name),
      chat(observer, event) {
        const entry = entryOf(event, observer, cluster);
        if (entry === undefined) return;
        const ofLogs = followed.get(observer) ?? new Map<LogId, Readonly<{ sequence: number; by: Kept }>>();
        followed.set(observer, ofLogs);
        const after = ofLogs.get(entry.log);
        // What stands behind the other is another entry with that number, of a log that was forked.
        const isBehind = after !== undefined && entry.sequence <= after.sequence && isBefore(entry, after.by);
        if (!isLate(event) && isBehind) {
          report(`${observer} was shown number ${entry.sequence} of ${entry.name} after what follows from it`);
        }
        const before = [...entry.parents, { log: entry.log, sequence: entry.sequence - 1 }];
        for (const { log, sequence } of before) {
          if (sequence > (ofLogs.get(log)?.sequence ?? 0)) ofLogs.set(log, { sequence, by: entry });
        }
      },
    };
  },
};

function isLate(event: ChatEvent): boolean {
  return event.type === "said" && event.late === true;
}

/** What of its room's log an observer was just shown. */
function entryOf(event: ChatEvent, observer: string, cluster: Cluster): Kept | undefined {
  if (event.type !== "said" || event.id === undefined) return undefined;
  return cluster.process(observer)?.history.find(event.room, event.id);
}
