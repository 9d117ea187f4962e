import type { Terminal } from "../../actors/repl/terminal.ts";
import type { ScreenLine } from "./stage.ts";

/** A terminal as a pipe is one: lines go in and out, and what went wrong comes as on stderr. It keeps them with the time. */
export class PipeTerminal implements Terminal {
  readonly interactive = false;
  readonly hasFailed = false;
  readonly lines: ScreenLine[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  columns(): number {
    return 80;
  }

  write(text: string): boolean {
    for (const line of text.replace(/\n$/, "").split("\n")) this.lines.push({ atMs: this.#now(), text: line });
    return true;
  }

  writeError(line: string): void {
    this.write(`parley: ${line}`);
  }

  flushed(): Promise<void> {
    return Promise.resolve();
  }

  /** Lines are handed to the REPL by who types them. */
  listen(): void {}

  suspend(): boolean {
    return false;
  }

  restore(): void {}
}
