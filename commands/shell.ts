import type { ShellCut, ShellResult } from "../actors/repl/desk.ts";
import { realClock } from "../actors/runtime/clock.ts";

/** A command that takes longer is not one to wait for at a prompt. */
const TIMEOUT_MS = 10_000;

/** What it may write, on both streams together. */
const OUTPUT_BYTES_MAX = 64 * 1024;

type ShellOptions = Readonly<{ cwd: string; signal: AbortSignal; timeoutMs?: number }>;

/**
 * Runs a command by `sh`, without input, with all processes that it starts in a group of its own, which is killed when
 * it takes too long, writes too much or is interrupted. Rejects when there is no shell, or no leave to run one.
 */
export async function runInShell(command: string, options: ShellOptions): Promise<ShellResult> {
  const { cwd, signal, timeoutMs = TIMEOUT_MS } = options;
  const pipes = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command("sh", { args: ["-c", command], cwd, detached: true, ...pipes }).spawn();
  const readers = [child.stdout, child.stderr].map((stream) => stream.getReader());
  let [output, bytes] = ["", 0];
  let cut: ShellCut | undefined;

  const stop = (why: ShellCut): void => {
    cut = why;
    killGroup(child);
    for (const reader of readers) reader.cancel().catch(() => {}); // whoever left the group may hold a pipe open
  };
  const interrupt = (): void => stop("interrupted");
  const read = async (reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder();
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      const taken = chunk.value.subarray(0, OUTPUT_BYTES_MAX - bytes);
      bytes += taken.length;
      output += decoder.decode(taken, { stream: true });
      if (taken.length < chunk.value.length) stop("too_much");
    }
  };

  const forgetTimeout = realClock.after(timeoutMs, () => stop("too_late"));
  signal.addEventListener("abort", interrupt);
  if (signal.aborted) interrupt();
  globalThis.addEventListener("unload", interrupt); // nothing goes on when the peer has ended
  try {
    await Promise.all(readers.map(read));
    const { code } = await child.status;
    return { output, end: cut ?? code };
  } finally {
    forgetTimeout();
    signal.removeEventListener("abort", interrupt);
    globalThis.removeEventListener("unload", interrupt);
  }
}

/** Ending a group takes leave to run anything, which whoever may run a shell has all but in name. */
function killGroup(child: Deno.ChildProcess): void {
  try {
    Deno.kill(-child.pid, "SIGKILL");
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) child.kill("SIGKILL");
    // else all of it has ended
  }
}
