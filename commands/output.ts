/**
 * The two ways out of a command: data on stdout, talk on stderr. A reader that went away (`parley … | head`) ends the
 * output quietly.
 */
import { visible } from "../actors/repl/visible.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";

/** Data could not be written, as on a full disk; that nobody reads it is no such error. */
export class OutputError extends Error {}

/** Writes data as it is; throws an {@linkcode OutputError} where that cannot be. */
export function writeData(text: string): void {
  try {
    writeAll(Deno.stdout, text);
  } catch (error) {
    throw new OutputError(cannot("write the output", error));
  }
}

/** Writes one clear line about what went wrong, whatever is in `message`. */
export function writeError(message: string): void {
  writeTalk(errorLine(message));
}

/** Says more about what was just said, a line each. */
export function writeMore(lines: readonly string[]): void {
  writeTalk(lines.map((line) => `  ${visible(line)}\n`).join(""));
}

/** What went wrong with what came from the operating system, in words. */
export function cannot(doWhat: string, error: unknown): string {
  return `cannot ${doWhat}: ${error instanceof Error ? error.message : error}`;
}

/** Talk that cannot be written is lost: there is nowhere else to say so, and the exit code tells the rest. */
function writeTalk(text: string): void {
  try {
    writeAll(Deno.stderr, text);
  } catch { /* a full disk */ }
}

/** How an error looks, with its end: one line that says whose it is. */
export function errorLine(message: string): string {
  return `parley: ${oneLine(message)}\n`;
}

/** Says what went wrong; the exit code for it. */
export function failed(message: string, exitCode: ExitCode = EXIT.failed): ExitCode {
  writeError(message);
  return exitCode;
}

/** Longer than any message of ours; beyond it is only what we quote. */
const LINE_CHARACTERS_MAX = 500;

/** One line that is safe to print: control and invisible characters are named instead, and the end is cut. */
function oneLine(text: string): string {
  const cut = text.length > LINE_CHARACTERS_MAX ? `${text.slice(0, LINE_CHARACTERS_MAX)}…` : text;
  return visible(cut.replace(/\s+/g, " ").trim());
}

function writeAll(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let rest = new TextEncoder().encode(text);
  try {
    while (rest.length > 0) rest = rest.subarray(to.writeSync(rest)); // a pipe may take less than all
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
