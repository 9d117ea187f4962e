import { realClock } from "../../actors/runtime/clock.ts";
import type { Progress } from "../../sim/run/run.ts";
import { clock } from "../../sim/scenario/clock.ts";

/** How often the line changes, and signals are let in, in ms of this machine. */
const SHOWN_EVERY_MS = 200;
const BREATHES_EVERY_MS = 50;

/** One line on a terminal's stderr that says where a run is; nothing where stderr is no terminal. */
export class ProgressLine {
  readonly #isShown: boolean = Deno.stderr.isTerminal();
  #shownAt = -Infinity;
  #breathedAt = realClock.now();
  #isOnScreen = false;

  /** Shows it, and lets the process see to other things. */
  async show(what: string, progress: Progress): Promise<void> {
    const now = realClock.now();
    if (this.#isShown && now - this.#shownAt >= SHOWN_EVERY_MS) {
      this.#shownAt = now;
      this.#write(`\r\x1b[K${lineOf(what, progress)}`);
      this.#isOnScreen = true;
    }
    if (now - this.#breathedAt < BREATHES_EVERY_MS) return;
    await new Promise<void>((resolve) => realClock.yieldThen(resolve));
    this.#breathedAt = realClock.now();
  }

  /** Takes it away, before something else is said. */
  clear(): void {
    if (this.#isOnScreen) this.#write("\r\x1b[K");
    this.#isOnScreen = false;
  }

  #write(text: string): void {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  }
}

function lineOf(what: string, { atMs, endsAtMs, running, wrong }: Progress): string {
  const where = atMs <= endsAtMs ? `${clock(atMs)} of ${clock(endsAtMs)}` : `${clock(atMs)}, the faults are over`;
  return `${what}: ${where}, ${running} run, ${wrong} wrong beliefs`.slice(0, 200);
}
