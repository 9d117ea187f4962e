import type { Line } from "./line.ts";
import { cutToWidth, shownAs } from "./width.ts";

/** What one frame shows. */
interface Frame {
  /** Finished lines that scroll away above, already safe to show; they may wrap. */
  readonly above: readonly string[];
  /** Plain text; it is cut where the terminal is narrow. */
  readonly prompt: string;
  /** Colours the prompt, after it was cut. */
  readonly paintPrompt: (prompt: string) => string;
  readonly line: Line;
  readonly columns: number;
  /** Empty the screen first (Ctrl-L). */
  readonly clear: boolean;
}

/** What the line may count on when the prompt is long, in columns. */
const LINE_COLUMNS_MIN = 10;

const BEGIN_SYNCHRONIZED = "\x1b[?2026h";
const END_SYNCHRONIZED = "\x1b[?2026l";
const CLEAR_SCREEN = "\x1b[H\x1b[2J";
/** Down to the end of the screen, for a narrower terminal may have folded the row. */
const CLEAR_ROW_AND_BELOW = "\r\x1b[J";
const SAVE_CURSOR = "\x1b7";
const RESTORE_CURSOR = "\x1b8";

/**
 * The one string to write for a frame. The line takes one row and scrolls sideways in it; the terminal itself remembers
 * where the cursor is, for it alone knows how wide it draws a character.
 */
export function frame({ above, prompt, paintPrompt, line, columns, clear }: Frame): string {
  const free = Math.max(0, columns - 1); // in the last column some terminals wrap already
  const cutPrompt = cutToWidth(prompt, Math.max(0, free - LINE_COLUMNS_MIN), "end");
  const [before, after] = aroundCursor(line, free - cutPrompt.width);
  return BEGIN_SYNCHRONIZED + (clear ? CLEAR_SCREEN : CLEAR_ROW_AND_BELOW) +
    above.map((text) => text + "\r\n").join("") +
    (cutPrompt.text === "" ? "" : paintPrompt(cutPrompt.text)) +
    before + SAVE_CURSOR + after + RESTORE_CURSOR + END_SYNCHRONIZED;
}

/** The last frame: what is queued, and the half-typed line if there is one, left readable above the shell's prompt. */
export function lastFrame(
  { above, prompt, paintPrompt, line }: Pick<Frame, "above" | "prompt" | "paintPrompt" | "line">,
) {
  const text = shownAs(line.before + line.after);
  return CLEAR_ROW_AND_BELOW + above.map((row) => row + "\r\n").join("") +
    (text === "" ? "" : paintPrompt(prompt) + text + "\r\n");
}

/** What is shown left and right of the cursor; up to a third of the room looks ahead. */
function aroundCursor({ before, after }: Line, room: number): [before: string, after: string] {
  const ahead = cutToWidth(after, Math.floor(room / 3), "start");
  const behind = cutToWidth(before, room - ahead.width, "end");
  return [behind.text, cutToWidth(after, room - behind.width, "start").text];
}
