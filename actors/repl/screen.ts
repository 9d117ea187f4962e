import { inColumns } from "./columns.ts";
import type { CompletionAnswer, CompletionRequest } from "./line_editor/completion.ts";
import {
  complete,
  createEditor,
  type Editor,
  type EditorEffect,
  searchPrompt,
  type Step,
  step,
} from "./line_editor/editor.ts";
import { frame, lastFrame } from "./line_editor/frame.ts";
import type { History } from "./line_editor/history.ts";
import { type Key, KeyDecoder, type KeysPending } from "./line_editor/keys.ts";
import { LINE_LENGTH_MAX } from "./line_editor/line.ts";
import { shownAs } from "./line_editor/width.ts";
import { type LinePending, LineSplitter, type SplitLine } from "./line_splitter.ts";
import { type OutputPending, OutputQueue } from "./output_queue.ts";
import type { Terminal } from "./terminal.ts";
import { onlyColours, visible } from "./visible.ts";

/** The least time between two frames, in ms: thirty a second look immediate and cost little at any rate of output. */
export const FRAME_INTERVAL_MS = 33;

/** What the person at the terminal wants. */
export type ScreenEffect =
  /** A line was entered. It holds "\n" only where several lines were pasted: they are one text. */
  | { readonly type: "submit"; readonly text: string }
  /** Tab: answer with `completed`, now or later. */
  | { readonly type: "complete"; readonly request: CompletionRequest }
  /** Ctrl-C with nothing typed: stop what runs, or say that once more quits. */
  | { readonly type: "interrupt" }
  /** Ctrl-C with nothing typed, again. */
  | { readonly type: "quit" }
  /** Ctrl-D with nothing typed, or the end of a pipe. */
  | { readonly type: "end" }
  /** A line or paste of `length` UTF-16 units was not taken; say so. */
  | { readonly type: "refused"; readonly length: number; readonly lengthMax: number };

/** Does what the person wants. */
export type Perform = (effect: ScreenEffect) => void;

/** The prompt, and how it looks. */
export interface Prompt {
  readonly text: string;
  readonly paint?: (text: string) => string;
  /** Whether an entered line stays on the screen behind its prompt; false where it comes back as a message anyway. */
  readonly echo?: boolean;
}

/** What the next screen needs so that nothing typed and nothing printed is lost. Plain data. */
export interface ScreenState {
  readonly editor: Editor;
  readonly keys: KeysPending;
  readonly input: LinePending;
  readonly output: OutputPending;
}

/**
 * One terminal's contents: lines that scroll by above, and one line that is being typed, which they never disturb. On a
 * terminal output waits for `flushFrame`; otherwise lines go straight out, and no escape code is ever written.
 *
 * There is no timer in it. The caller listens to the terminal and hands in what it says, calls `flushFrame` while
 * `dirty` at most every {@linkcode FRAME_INTERVAL_MS}, and `flushKeys` `ESCAPE_FLUSH_MS` after the last bytes while
 * `waitingForKeys`.
 */
export class Screen {
  readonly #terminal: Terminal;
  readonly #keys: KeyDecoder;
  readonly #input: LineSplitter;
  readonly #output: OutputQueue;
  #editor: Editor;
  #prompt: Prompt = { text: "> " };
  #dirty = true;
  #clear = false;
  #bell = false;

  constructor(terminal: Terminal, state: Partial<ScreenState> = {}) {
    this.#terminal = terminal;
    this.#editor = state.editor ?? createEditor();
    this.#keys = new KeyDecoder(state.keys);
    this.#input = new LineSplitter(state.input);
    this.#output = new OutputQueue(state.output);
  }

  /** What to construct the next screen from, if this one has to go. */
  get state(): ScreenState {
    return {
      editor: this.#editor,
      keys: this.#keys.pending,
      input: this.#input.pending,
      output: this.#output.pending,
    };
  }

  /** The lines entered so far that are worth keeping, oldest first. */
  get history(): History {
    return this.#editor.history;
  }

  /** Whether `flushFrame` has something to draw. */
  get dirty(): boolean {
    return this.#dirty && this.#terminal.interactive;
  }

  /** Whether half a key was read, which `flushKeys` would end. */
  get waitingForKeys(): boolean {
    return this.#keys.waiting;
  }

  /** Shows `text`, a line or several; of control characters only colours pass. Names and texts of others come visible. */
  print(text: string): void {
    for (const line of text.split("\n")) this.printLine(onlyColours(line));
  }

  /** Shows a line in which nothing is that a terminal obeys, but colours. */
  printLine(line: string): void {
    if (!this.#terminal.interactive) {
      this.#terminal.write(line + "\n");
      return;
    }
    this.#output.push(line);
    this.#dirty = true;
  }

  /** Shows one line that says what went wrong, `paint`ed for a person; a pipe's reader finds it apart from the data. */
  printError(text: string, paint: (text: string) => string): void {
    if (this.#terminal.interactive) this.print(paint(text));
    else this.#terminal.writeError(text.replace(/\s*\n\s*/g, " "));
  }

  /** Rings with the next frame, once; a pipe has no bell. */
  ring(): void {
    this.#bell = true;
    this.#dirty = true;
  }

  /** Shows this prompt from the next frame on. */
  setPrompt(prompt: Prompt): void {
    this.#prompt = { ...prompt, text: visible(prompt.text) };
    this.#dirty = true;
  }

  /**
   * What the terminal read. `perform` is called for each thing the person wants by it before the next key counts, so
   * that Tab Tab in one read finds the first Tab answered, and a line entered behind another finds its prompt.
   */
  bytes(chunk: Uint8Array, perform: Perform): void {
    if (this.#terminal.interactive) this.#press(this.#keys.push(chunk), perform);
    else this.#input.push(chunk).forEach((line) => perform(inputEffect(line)));
  }

  /** No more bytes came in time: what was read of a key is all of it. */
  flushKeys(perform: Perform): void {
    this.#press(this.#keys.flush(), perform);
  }

  /** The terminal ended: a last line that was not ended itself, then the end. */
  end(perform: Perform): void {
    if (!this.#terminal.interactive) this.#input.end().forEach((line) => perform(inputEffect(line)));
    perform({ type: "end" });
  }

  /** The candidates for a `complete` effect; ignored if something was typed meanwhile. */
  completed(request: CompletionRequest, answer: CompletionAnswer): void {
    this.#take(complete(this.#editor, request, answer));
  }

  /** The terminal has another size or was used by somebody else: draw again. */
  resized(): void {
    this.#dirty = true;
  }

  /** Draws everything that changed since the last frame, in one write. */
  flushFrame(): void {
    if (!this.dirty) return;
    const { line, search } = this.#editor;
    const drawn = frame({
      above: this.#output.take(),
      prompt: search ? searchPrompt(search) : this.#prompt.text,
      paintPrompt: this.#paint,
      line,
      columns: this.#terminal.columns(),
      clear: this.#clear,
    });
    this.#terminal.write(drawn + (this.#bell ? BELL : ""));
    this.#dirty = this.#clear = this.#bell = false;
  }

  /** Draws for the last time and restores the terminal. A half-typed line stays readable. */
  close(): void {
    if (this.#terminal.interactive) {
      const above = this.#output.take();
      this.#terminal.write(
        lastFrame({ above, prompt: this.#prompt.text, paintPrompt: this.#paint, line: this.#editor.line }),
      );
    }
    this.#dirty = false;
    this.#terminal.restore();
  }

  readonly #paint = (text: string): string => this.#prompt.paint?.(text) ?? text;

  #press(keys: readonly Key[], perform: Perform): void {
    for (const key of keys) this.#take(step(this.#editor, key)).forEach(perform);
  }

  #take([editor, effects]: Step): ScreenEffect[] {
    this.#editor = editor;
    this.#dirty = true;
    return effects.filter((effect) => this.#performed(effect));
  }

  /** Does what concerns only the screen; what is left is for the caller. */
  #performed(effect: EditorEffect): effect is ScreenEffect {
    switch (effect.type) {
      case "bell":
        this.#bell = true;
        return false;
      case "clear_screen":
        this.#clear = true;
        return false;
      case "list":
        inColumns(effect.candidates, this.#terminal.columns()).forEach((row) => this.printLine(row));
        return false;
      case "suspend":
        this.#suspend();
        return false;
      case "submit":
        if (this.#prompt.echo ?? true) this.printLine(this.#paint(this.#prompt.text) + shownAs(effect.text));
        return true;
      case "complete":
      case "interrupt":
      case "quit":
      case "end":
      case "refused":
        return true;
    }
  }

  /** What waits is shown first: the shell's screen may stay for long. */
  #suspend(): void {
    this.flushFrame();
    this.#terminal.write("\r\n");
    if (!this.#terminal.suspend()) this.printLine("Cannot stop here: the program may not send signals");
  }
}

const BELL = "\x07";

function inputEffect(line: SplitLine): ScreenEffect {
  if (line.type === "line") return { type: "submit", text: line.text };
  return { type: "refused", length: line.length, lengthMax: LINE_LENGTH_MAX };
}
