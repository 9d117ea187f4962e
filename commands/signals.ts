import { EXIT, type ExitCode } from "./exit_code.ts";

/** Ctrl-C through a task runner arrives twice within milliseconds: this soon, a second one is the same one. */
const SAME_INTERRUPT_MS = 300;

/**
 * Calls `leave` with the exit code when the process is asked to end: INT and HUP as TERM do. Asked again, it calls it
 * again, which means now. Returns how to stop listening.
 */
export function onSignals(leave: (code: ExitCode) => void, now: () => number): () => void {
  let lastAt = Number.NEGATIVE_INFINITY;
  const listener = (code: ExitCode) => () => {
    if (now() - lastAt < SAME_INTERRUPT_MS) return;
    lastAt = now();
    leave(code);
  };
  const listeners = [
    ["SIGINT", listener(EXIT.interrupted)],
    ["SIGTERM", listener(EXIT.terminated)],
    ["SIGHUP", listener(EXIT.hung_up)],
  ] as const;
  for (const [signal, listen] of listeners) Deno.addSignalListener(signal, listen);
  return () => {
    for (const [signal, listen] of listeners) Deno.removeSignalListener(signal, listen);
  };
}
