import type { Terminal, TerminalHandler } from "../actors/repl/terminal.ts";
import { cannot, errorLine } from "./output.ts";
import { isPipe } from "./pipe.ts";
import { openSink } from "./pipe_sink.ts";
import { readPipe } from "./pipe_source.ts";
import { PipeWriter } from "./pipe_writer.ts";

/** The number that every process has its input under. */
const STDIN = 0;
/** Where there is no terminal, or one that does not know its width. */
const COLUMNS_DEFAULT = 80;
/** A terminal hands over at most 4,095 bytes at once; a pipe as much as there is room. */
const READ_BYTES = 65_536;
/** How long a write waits in all for a stream that somebody made non-blocking to take more, in ms. */
const WRITE_PATIENCE_MS = 2000;

/** How long the end waits for a reader to take what is left, in ms: stdout and stderr at once. */
const FLUSH_MS = 2000;

const BRACKETED_PASTE_ON = "\x1b[?2004h";
const BRACKETED_PASTE_OFF = "\x1b[?2004l";
const WINDOWS = Deno.build.os === "windows";

/**
 * The terminal this process was started in. Keys come one by one if stdin and stdout are both terminals and `TERM` is
 * not "dumb"; else it is bytes in and lines out, for which nobody ever waits: a reader may pause.
 *
 * Reading keeps the process alive until it exits. Nobody restores a terminal after SIGTERM, SIGHUP or SIGQUIT unless
 * the caller listens to them and calls `restore`. On SIGHUP the terminal is gone, which `end` tells.
 */
export function openDenoTerminal(): Terminal {
  return new DenoTerminal();
}

class DenoTerminal implements Terminal {
  readonly interactive = Deno.stdin.isTerminal() && Deno.stdout.isTerminal() && Deno.env.get("TERM") !== "dumb";
  readonly #out = new PipeWriter(openSink("stdout"), (error) => this.#broken(error));
  readonly #errors = new PipeWriter(openSink("stderr"), () => {}); // no reason to leave: the data may still be read
  #handler: TerminalHandler | undefined;
  #raw = false;
  #gone = false;
  #ended = false;
  #hasFailed = false;

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  columns(): number {
    try {
      return Deno.consoleSize().columns || COLUMNS_DEFAULT;
    } catch {
      return COLUMNS_DEFAULT; // none of the three streams is a terminal
    }
  }

  write(text: string): boolean {
    if (this.#gone) return false;
    if (!this.interactive) {
      this.#out.write(text);
      return true;
    }
    try {
      writeAll(new TextEncoder().encode(text));
    } catch (error) {
      this.#broken(error);
    }
    return !this.#gone;
  }

  writeError(line: string): void {
    this.#errors.write(errorLine(line));
  }

  async flushed(): Promise<void> {
    await Promise.all([this.#out.flushed(FLUSH_MS), this.#errors.flushed(FLUSH_MS)]);
    if (this.#hasFailed) await this.#errors.flushed(FLUSH_MS); // it may have failed just now
  }

  listen(handler: TerminalHandler): void {
    if (this.#handler) throw new TypeError("The terminal is listened to already");
    this.#handler = handler;
    if (this.interactive) this.#enter();
    if (!WINDOWS) {
      Deno.addSignalListener("SIGWINCH", this.#onResize);
      Deno.addSignalListener("SIGCONT", this.#onContinue);
    }
    if (isPipe(STDIN)) this.#readPipe(handler);
    else void this.#read(handler);
  }

  suspend(): boolean {
    if (WINDOWS || !this.interactive) return false;
    this.#leave();
    const allowed = stopProcessGroup();
    // Here when continued, or at once where nobody could continue us and the signal is ignored.
    this.#onContinue();
    return allowed;
  }

  restore(): void {
    this.#leave();
    if (!this.#handler || WINDOWS) return;
    Deno.removeSignalListener("SIGWINCH", this.#onResize);
    Deno.removeSignalListener("SIGCONT", this.#onContinue);
    this.#ended = true;
  }

  readonly #onResize = () => this.#handler?.resized();

  readonly #onContinue = () => {
    if (this.#ended) return;
    if (this.interactive) this.#enter();
    this.#handler?.resized();
  };

  #enter(): void {
    this.#setRaw(true);
    this.write(BRACKETED_PASTE_ON);
  }

  #leave(): void {
    if (!this.#raw) return;
    this.write(BRACKETED_PASTE_OFF);
    this.#setRaw(false);
  }

  #setRaw(raw: boolean): void {
    try {
      Deno.stdin.setRaw(raw);
      this.#raw = raw;
    } catch {
      this.#gone = true; // hung up: the next read says so
    }
  }

  #readPipe(handler: TerminalHandler): void {
    readPipe(STDIN, READ_BYTES, {
      bytes: (bytes) => this.#ended || handler.bytes(bytes),
      ended: (error) => this.#readToEnd(error),
    });
  }

  async #read(handler: TerminalHandler): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    try {
      for (let count = await Deno.stdin.read(buffer); count !== null; count = await Deno.stdin.read(buffer)) {
        if (this.#ended) return;
        handler.bytes(buffer.slice(0, count));
      }
    } catch (error) {
      return this.#readToEnd(error);
    }
    this.#readToEnd();
  }

  #readToEnd(error?: unknown): void {
    if (error !== undefined && !isGone(error)) this.#fail("read the input", error); // a folder
    this.#end();
  }

  #broken(error: unknown): void {
    if (!isGone(error)) this.#fail("write the output", error); // a full disk
    this.#gone = true;
    queueMicrotask(() => this.#end()); // not amid the caller's work
  }

  #fail(what: string, error: unknown): void {
    this.#hasFailed = true;
    this.writeError(cannot(what, error));
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#handler?.end();
  }
}

/** The whole group, as the terminal itself would: `deno task` stands between the shell and us. False if forbidden. */
function stopProcessGroup(): boolean {
  try {
    Deno.kill(0, "SIGTSTP");
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return false; // sending signals takes the permission to run programs
    throw error;
  }
}

/** A write may take only a part. */
function writeAll(bytes: Uint8Array): void {
  let patienceMs = WRITE_PATIENCE_MS;
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock) || patienceMs-- === 0) throw error;
      sleepSync(1);
    }
  }
}

function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Whether this says that the other side left, which is no error of ours: a closed pipe, or a terminal hung up. */
function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.WouldBlock ||
    error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted ||
    (error instanceof Error && error.message.includes("Input/output error"));
}
