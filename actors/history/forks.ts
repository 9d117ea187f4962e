import type { LogId } from "./author.ts";
import type { Place } from "./entry.ts";
import type { EntryHash } from "./values.ts";

/** Where a branch of a log ends. */
export type BranchEnd = Place & Readonly<{ hash: EntryHash }>;

/** Logs with branches, and ends of branches of one log, that are remembered; of more, the evidence is there all the same. */
const LOGS_MAX = 64;
const ENDS_MAX = 16;

/**
 * Logs that say different things under one number, and where their branches end besides the one that was here first. Such
 * a log has come to an end: whoever wrote it begins another, and nobody guesses which branch was meant.
 */
export class Forks {
  readonly #ends = new Map<LogId, Map<EntryHash, number>>();

  /** What was remembered of an earlier life; what is none of that is nothing. */
  static from(text: string | undefined): Forks {
    const forks = new Forks();
    for (const line of text?.split("\n") ?? []) {
      const [log, sequence, hash] = line.split(" ");
      const isWhole = log !== undefined && /^\d+$/.test(sequence ?? "") && hash?.length === 64;
      if (isWhole) forks.#add({ log: log as LogId, sequence: Number(sequence), hash: hash as EntryHash });
    }
    return forks;
  }

  /** To be remembered. */
  get text(): string {
    return this.ends.map(({ log, sequence, hash }) => `${log} ${sequence} ${hash}`).join("\n");
  }

  get logs(): readonly LogId[] {
    return [...this.#ends.keys()];
  }

  /** The ends of all branches that were not here first. */
  get ends(): readonly BranchEnd[] {
    return [...this.#ends].flatMap(([log, ends]) => [...ends].map(([hash, sequence]) => ({ log, sequence, hash })));
  }

  has(log: LogId): boolean {
    return this.#ends.has(log);
  }

  /** A branch has come to an end at `end`, which may be further than it was known to. */
  note(end: BranchEnd, previous: EntryHash | undefined): void {
    if (previous !== undefined) this.#ends.get(end.log)?.delete(previous);
    this.#add(end);
  }

  #add({ log, sequence, hash }: BranchEnd): void {
    const ends = this.#ends.get(log) ?? new Map<EntryHash, number>();
    if (!this.#ends.has(log) && this.#ends.size >= LOGS_MAX) return;
    this.#ends.set(log, ends);
    if (ends.size < ENDS_MAX) ends.set(hash, sequence);
  }
}
