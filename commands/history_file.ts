/**
 * The lines that somebody typed in earlier runs, in a file of the peer's own: a JSON string a line, because a pasted text
 * may have several. Only its owner may read it. Nothing here throws over what a disk does.
 */
import type { PeerName } from "../actors/peer_name.ts";
import { type History, HISTORY_ENTRIES_MAX, remember } from "../actors/repl/line_editor/history.ts";
import { wordsOf } from "./disk_error.ts";
import { stateFileBase } from "./state_file.ts";
import { writeWhole } from "./whole_file.ts";

/** Of a longer file only its end is read, and kept. */
const FILE_BYTES_MAX = 1024 * 1024;

/** The file of a peer's history, beside that of its state. */
export function historyFilePath(directory: string, name: PeerName): string {
  return `${stateFileBase(directory, name)}.history`;
}

/** Keeps what is typed for the next run. */
export class HistoryFile {
  readonly #path: string;
  #writing: Promise<string | undefined> = Promise.resolve(undefined);

  constructor(path: string) {
    this.#path = path;
  }

  /** What was typed before, each line once, where it was typed last; a file grown long is made short again. */
  async load(): Promise<History> {
    const { text, isCut } = await readEnd(this.#path);
    const lines = text.split("\n").flatMap(lineIn);
    const latest = [...new Set(lines.toReversed())].toReversed();
    const history = latest.reduce(remember, []);
    if (lines.length > 2 * HISTORY_ENTRIES_MAX || isCut) await this.#rewrite(history);
    return history;
  }

  /** Adds a line; resolves with why it could not be written, if so. */
  keep(line: string): Promise<string | undefined> {
    this.#writing = this.#writing.then(() => this.#append(line));
    return this.#writing;
  }

  /** Resolves when everything is written. */
  async written(): Promise<void> {
    await this.#writing;
  }

  async #append(line: string): Promise<string | undefined> {
    try {
      await Deno.mkdir(this.#path.slice(0, this.#path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
      await Deno.writeTextFile(this.#path, `${JSON.stringify(line)}\n`, { append: true, mode: 0o600 });
      return undefined;
    } catch (error) {
      return `The history is not kept: cannot write ${this.#path}: ${wordsOf(error)}`;
    }
  }

  /** If that fails, the file is only longer than it needs to be. */
  async #rewrite(history: History): Promise<void> {
    const text = history.map((line) => `${JSON.stringify(line)}\n`).join("");
    await writeWhole(this.#path, text).catch(() => undefined);
  }
}

async function readEnd(path: string): Promise<Readonly<{ text: string; isCut: boolean }>> {
  try {
    if (!(await Deno.stat(path)).isFile) return NOTHING; // a pipe would never end
    using file = await Deno.open(path);
    const { size } = await file.stat();
    const from = Math.max(0, size - FILE_BYTES_MAX);
    await file.seek(from, Deno.SeekMode.Start);
    const text = await new Response(file.readable).text();
    return from === 0 ? { text, isCut: false } : { text: text.slice(text.indexOf("\n") + 1), isCut: true };
  } catch {
    return NOTHING; // who has no history begins one
  }
}

const NOTHING = { text: "", isCut: false };

/** What is torn or of somebody else's making is left out. */
function lineIn(json: string): string[] {
  try {
    const line: unknown = JSON.parse(json);
    return typeof line === "string" ? [line] : [];
  } catch {
    return [];
  }
}
