import { type ChatRecord, type CliChatMessage, isLater, RECORDS_MAX, type Timestamp } from "./format.ts";

/** Clocks of machines differ; one that is a day ahead would be believed for a day. */
const AHEAD_MAX_S = 24 * 3_600;

/** What became of something that was heard. */
export type Hearing = "new" | "changed" | "gone" | "old";

/**
 * The chat's members by name, as records say it: the newest one of a name counts. Who left stays so until something newer
 * is said, because gossip repeats itself; in cli-chat itself any record may be the last, whichever comes last.
 */
export class Records {
  readonly #byName = new Map<string, ChatRecord>();
  readonly #graves = new Map<string, Timestamp>();

  get all(): readonly ChatRecord[] {
    return [...this.#byName.values()];
  }

  get(name: string): ChatRecord | undefined {
    return this.#byName.get(name);
  }

  hear({ type, record }: CliChatMessage, now: Timestamp): Hearing {
    const { name, timestamp } = record;
    if (timestamp.seconds > now.seconds + AHEAD_MAX_S) return "old"; // nothing said later would ever count
    if (type === "ping") return this.#witness(record);
    const known = this.#byName.get(name);
    if (type === "leave") {
      // It has the time of the join that it ends.
      if (known !== undefined && isLater(known.timestamp, timestamp)) return "old";
      this.#bury(name, timestamp);
      return this.#byName.delete(name) ? "gone" : "old";
    }
    const before = known?.timestamp ?? this.#graves.get(name);
    if (before !== undefined && !isLater(timestamp, before)) return "old";
    return this.#keep(record);
  }

  /** Its process is gone, and it cannot say so any more. */
  remove(name: string): boolean {
    const known = this.#byName.get(name);
    if (known === undefined) return false;
    this.#bury(name, known.timestamp);
    return this.#byName.delete(name);
  }

  /** A record that somebody pinged has the time of the ping in it: good for who it is, not for how new it is. */
  #witness(record: ChatRecord): Hearing {
    if (this.#byName.has(record.name) || this.#graves.has(record.name)) return "old";
    return this.#keep({ ...record, timestamp: { seconds: 0, nanos: 0 } });
  }

  #keep(record: ChatRecord): Hearing {
    const isKnown = this.#byName.has(record.name);
    if (!isKnown && this.#byName.size >= RECORDS_MAX) return "old";
    this.#graves.delete(record.name);
    this.#byName.set(record.name, record);
    return isKnown ? "changed" : "new";
  }

  #bury(name: string, timestamp: Timestamp): void {
    const before = this.#graves.get(name);
    this.#graves.delete(name);
    this.#graves.set(name, before !== undefined && isLater(before, timestamp) ? before : timestamp);
    const oldest = this.#graves.keys().next();
    if (this.#graves.size > RECORDS_MAX && !oldest.done) this.#graves.delete(oldest.value);
  }
}
