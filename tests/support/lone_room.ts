import {
  Chronicle,
  type ChronicleCounters,
  newChronicleCounters,
  newChronicleMemory,
} from "../../actors/chat_room/chronicle.ts";
import type { ChronicleTimer } from "../../actors/chat_room/chronicle/world.ts";
import type { RoomName } from "../../actors/chat_room/entry.ts";
import type { HistoryDeps } from "../../actors/chat_room.ts";
import { encodeLogMessage, type LogMessage } from "../../actors/history/log_message.ts";
import type { Kept } from "../../actors/history/store.ts";
import { seededRandom } from "../../actors/runtime/random.ts";
import { decodeLogMessage } from "../../actors/history/log_message.ts";

/** What somebody is sent: what it says, and in how many bytes. */
type Sent = Readonly<{ to: string; message: LogMessage; bytes: number }>;

/** One peer's side of a room, whose others are whatever a test says they are; time passes when the test says so. */
export class LoneRoom {
  readonly chronicle: Chronicle;
  readonly counters: ChronicleCounters = newChronicleCounters();
  readonly sent: Sent[] = [];
  readonly published: LogMessage[] = [];
  /** What a person was shown; `late` where something that follows from it was there before. */
  readonly shown: { entry: Kept; late: boolean }[] = [];
  /** Whose logs were told to be forked, and of how many it was told together. */
  readonly forked: (string | number)[] = [];
  readonly #timers = new Map<ChronicleTimer, number>();
  #now = 0;

  constructor(history: HistoryDeps, room: RoomName, others: readonly string[] = ["bob", "charly"], seed = "1") {
    this.chronicle = new Chronicle({
      room,
      name: "alice",
      ...history,
      memory: newChronicleMemory(),
      counters: this.counters,
      world: {
        now: () => this.#now,
        wallMs: () => 1_000_000 + this.#now,
        random: seededRandom(seed),
        setTimer: (timer, delayMs) => {
          if (!this.#timers.has(timer)) this.#timers.set(timer, this.#now + delayMs);
        },
        ringAfter: (timer) => this.chronicle.ring(timer),
        publish: (payload) => void this.published.push(decodeLogMessage(payload)!),
        sendTo: (to, payload) =>
          void this.sent.push({ to, message: decodeLogMessage(payload)!, bytes: payload.length }),
        others: () => others,
        taken: () => {},
        show: (entries, _live, isLate) => entries.forEach((entry) => this.shown.push({ entry, late: isLate(entry) })),
        forked: ({ name }) => void this.forked.push(name),
        forkedTogether: (count) => void this.forked.push(count),
        unheld: () => {},
        filling: () => {},
        filled: () => {},
      },
    });
  }

  get texts(): readonly string[] {
    return this.shown.map(({ entry: { content }, late }) =>
      `${"text" in content ? content.text : content.type}${late ? " (late)" : ""}`
    );
  }

  /** Says it directly to this peer, through the bytes; what is a lie is refused there as anywhere. */
  tells(from: string, message: LogMessage): void {
    const decoded = decodeLogMessage(encodeLogMessage(message));
    if (decoded !== undefined) this.chronicle.heard(from, decoded, true, false);
  }

  /** Says it to all in the room. */
  publishes(from: string, message: LogMessage): void {
    const decoded = decodeLogMessage(encodeLogMessage(message));
    if (decoded !== undefined) this.chronicle.heard(from, decoded, false, false);
  }

  /** Lets time pass; timers ring in their order. */
  passes(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].toSorted(([, a], [, b]) => a - b);
      if (next === undefined || next[1] > end) break;
      const [timer, at] = next;
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, at);
      this.chronicle.ring(timer);
    }
    this.#now = end;
  }
}
