import type { RoomName } from "../chat_room/entry.ts";
import type { LogId } from "./author.ts";
import type { LogEntry } from "./entry.ts";
import type { Batch } from "./log_message.ts";
import type { Imported } from "./ndjson.ts";
import type { Admitted } from "./room_log.ts";

/** What came of lines: entries that are new here, those that were here before, and lines that are not taken. */
export type ImportResult = {
  new: number;
  known: number;
  refused: number;
  /** The first of them, and why. */
  readonly refusals: Readonly<{ line: number; why: string }>[];
};

/** Gives batches of a room to whoever has its log, and tells what became of each. */
type Admit = (room: RoomName, batches: readonly Batch[]) => Promise<readonly Admitted[]>;

const REFUSALS_TOLD_MAX = 100;

/** Entries of one batch, and those that wait for what vouches for them, in number and bytes. */
const BATCH_ENTRIES_MAX = 256;
const WAITING_MAX = 10_000;
const WAITING_BYTES_MAX = 16 * 1024 * 1024;

type Line = Readonly<{ line: number; entry: LogEntry }>;

/** Entries of one log, the newest first, each the one before the last. Only the first may be signed. */
type Run = Readonly<{ room: RoomName; log: LogId; lines: readonly Line[] }>;

const WHY = {
  forged: "nobody vouches for it: neither a signature nor what follows it",
  broken: "it does not follow from what stands before it",
  malformed: "its bytes are no entry",
  crowded: "there are too many logs, or too many forks of them",
} as const;

/**
 * Takes lines of somebody's export as if a stranger had sent them. What has no signature is vouched for by what follows it
 * in its log; where that comes later in the file, it waits.
 */
export class Importer {
  readonly result: ImportResult = { new: 0, known: 0, refused: 0, refusals: [] };
  readonly #admit: Admit;
  #waiting: Line[] = [];
  #waitingBytes = 0;

  constructor(admit: Admit) {
    this.#admit = admit;
  }

  /** Some lines, of which each is told once. */
  async take(lines: Iterable<Imported>): Promise<void> {
    const good: Line[] = [];
    for (const imported of lines) {
      if (imported.ok) good.push(imported);
      else this.#refuse(imported.line, imported.why);
    }
    await this.#offer(runsOf(good), (run) => this.#wait(run));
  }

  /** There are no more lines: what waits is tried once more, the newest first, and is refused where nobody vouches for it. */
  async end(): Promise<ImportResult> {
    const runs = runsOf(this.#waiting);
    this.#waiting = [];
    for (let at = 0; at < runs.length; at += RUNS_AT_ONCE) {
      await this.#offer(runs.slice(at, at + RUNS_AT_ONCE), (run) => this.#refuseAll(run, WHY.forged));
    }
    return this.result;
  }

  async #offer(runs: readonly Run[], unvouched: (run: Run) => void): Promise<void> {
    for (const [room, ofRoom] of Map.groupBy(runs, (run) => run.room)) {
      const admitted = await this.#admit(room, ofRoom.map(batchOf));
      for (const [index, run] of ofRoom.entries()) this.#note(run, admitted[index]!, unvouched);
    }
  }

  #note(run: Run, admitted: Admitted, unvouched: (run: Run) => void): void {
    if (admitted.ok) {
      this.result.new += admitted.news;
      this.result.known += run.lines.length - admitted.news;
    } else if (admitted.why === "forged" && run.lines[0]!.entry.signature === undefined) {
      unvouched(run);
    } else {
      this.#refuseAll(run, WHY[admitted.why]);
    }
  }

  #wait(run: Run): void {
    const bytes = run.lines.reduce((sum, { entry }) => sum + entry.bytes.length, 0);
    if (this.#waiting.length + run.lines.length > WAITING_MAX || this.#waitingBytes + bytes > WAITING_BYTES_MAX) {
      return this.#refuseAll(run, WHY.forged);
    }
    this.#waiting.push(...run.lines);
    this.#waitingBytes += bytes;
  }

  #refuseAll({ lines }: Run, why: string): void {
    for (const { line } of lines.toReversed()) this.#refuse(line, why);
  }

  #refuse(line: number, why: string): void {
    this.result.refused++;
    if (this.result.refusals.length < REFUSALS_TOLD_MAX) this.result.refusals.push({ line, why });
  }
}

const RUNS_AT_ONCE = 64;

/** Entries as they vouch for each other: the newest first, so that what follows is there before what it vouches for. */
function runsOf(lines: readonly Line[]): readonly Run[] {
  const runs: { room: RoomName; log: LogId; lines: Line[] }[] = [];
  const newestFirst = lines.toSorted(({ entry: a }, { entry: b }) =>
    a.room !== b.room
      ? (a.room < b.room ? -1 : 1)
      : a.log !== b.log
      ? (a.log < b.log ? -1 : 1)
      : b.sequence - a.sequence
  );
  for (const line of newestFirst) {
    const { entry: { room, log, hash, signature } } = line;
    const run = runs.at(-1);
    const above = run?.lines.at(-1)?.entry;
    const goesOn = above !== undefined && run!.room === room && run!.log === log && above.previous === hash &&
      signature === undefined && run!.lines.length < BATCH_ENTRIES_MAX;
    if (goesOn) run!.lines.push(line);
    else runs.push({ room, log, lines: [line] });
  }
  return runs;
}

function batchOf({ log, lines }: Run): Batch {
  const bodies = lines.map(({ entry }) => entry.bytes).toReversed();
  const { sequence, signature } = lines[0]!.entry;
  return { type: "batch", log, first: sequence - bodies.length + 1, bodies, signature };
}
