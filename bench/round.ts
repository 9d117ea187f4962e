/** A round of a suite that starts processes is itself a process: `ROUND CONTENDER OPTIONS`, the options in JSON. */
import { writeData, writeError } from "../commands/output.ts";
import { Place } from "../tests/support/place.ts";
import { LineProcess } from "./line_process.ts";
import type { Figures } from "./suite.ts";

/** Hears what is being done. */
export type Progress = (text: string) => void;

/** One round of one contender. Its waits are bounded, and it ends with us: we hold its stdin. */
export async function measureRound(script: URL, contender: string, options: unknown): Promise<Figures> {
  // -A: what a process has used is read in /proc, which Deno allows to those only who may do everything.
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", script.pathname, contender, JSON.stringify(options)],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const [{ code }, text] = await Promise.all([child.status, new Response(child.stdout).text()]);
  await child.stdin.abort().catch(() => {}); // its reader is gone
  const lastLine = text.trim().split("\n").at(-1) ?? "";
  if (code !== 0 || !lastLine.startsWith("{")) throw new Error(`${contender} did not finish its round`);
  return JSON.parse(lastLine) as Figures;
}

/**
 * The round itself, in the process that {@linkcode measureRound} starts: the last line on stdout is its figures. It ends,
 * and takes its processes with it, when it is told to or when stdin does.
 */
export async function runRound<Options>(
  measure: (contender: string, options: Options, place: Place, say: Progress) => Promise<Figures>,
): Promise<void> {
  const [contender = "", options = "{}"] = Deno.args;
  const place = await Place.create();

  /** Takes everything along; later calls wait for the first. */
  let ending: Promise<void> | undefined;
  const end = (code: number): Promise<void> =>
    ending ??= LineProcess.killAll().then(() => place[Symbol.asyncDispose]()).finally(() => Deno.exit(code));

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.addSignalListener(signal, () => void end(130));
  Deno.stdin.readable.pipeTo(new WritableStream()).finally(() => end(130));

  const say = (text: string): void => void Deno.stderr.writeSync(new TextEncoder().encode(`${contender}, ${text}\n`));
  try {
    const figures = await measure(contender, JSON.parse(options) as Options, place, say);
    writeData(`${JSON.stringify(figures)}\n`);
    await end(0);
  } catch (error) {
    if (ending === undefined) writeError(String(error));
    await end(1);
  }
}
