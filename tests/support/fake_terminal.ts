import type { Terminal } from "../../actors/repl/terminal.ts";

/** A terminal that keeps what was written to it: both streams in one, and what went wrong also by itself. */
export class FakeTerminal implements Terminal {
  readonly interactive: boolean;
  readonly hasFailed = false;
  readonly written: string[] = [];
  readonly errors: string[] = [];
  width = 80;
  restored = 0;
  suspended = 0;

  constructor(interactive = true) {
    this.interactive = interactive;
  }

  /** Everything written so far. */
  get text(): string {
    return this.written.join("");
  }

  columns(): number {
    return this.width;
  }

  write(text: string): boolean {
    this.written.push(text);
    return true;
  }

  writeError(line: string): void {
    this.errors.push(line);
    this.written.push(`${line}\n`);
  }

  flushed(): Promise<void> {
    return Promise.resolve();
  }

  listen(): void {}

  suspend(): boolean {
    this.suspended++;
    return true;
  }

  restore(): void {
    this.restored++;
  }
}
