import type { ChatEvent } from "../../actors/chat_room.ts";
import type { Invariant } from "./invariant.ts";

/** What a screen showed of each author: the numbers in what it said, which begin anew with nobody's life. */
class Shown {
  readonly #byObserver = new Map<string, Map<string, Set<number>>>();
  readonly #last = new Map<string, number>();

  /** Another process, another screen. */
  forget(observer: string): void {
    this.#byObserver.delete(observer);
    for (const key of [...this.#last.keys()]) if (key.startsWith(`${observer} `)) this.#last.delete(key);
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

  /** The number shown before this one, if it is higher. */
  overtakenBy(observer: string, author: string, number: number): number | undefined {
    const key = `${observer} ${author}`;
    const last = this.#last.get(key) ?? 0;
    this.#last.set(key, Math.max(last, number));
    return number < last ? last : undefined;
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

/** No screen shows what an author said before what it had said earlier, but for what it says itself that it comes late. */
export const messageOrder: Invariant = {
  name: "messages are shown in the wrong order for their author",
  watch(_scene, report) {
    const shown = new Shown();
    return {
      started: (name) => shown.forget(name),
      chat(observer, event) {
        const said = spoken(event);
        if (said === undefined || (event.type === "said" && event.late === true)) return;
        const later = shown.overtakenBy(observer, said.author, said.number);
        if (later !== undefined) report(`${observer} was shown "${said.author} ${said.number}" after number ${later}`);
      },
    };
  },
};
