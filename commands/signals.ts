/** Ctrl-C through a task runner arrives twice within milliseconds: this soon, a second one is the same one. */
const SAME_INTERRUPT_MS = 300;

/**
 * Calls `leave` with the exit code when the process is asked to end: INT and HUP as TERM do. Asked again, it calls it
 * again, which means now. Returns how to stop listening.
 */
export function onSignals(leave: (code: number) => void, now: () => number): () => void {
  let lastAt = Number.NEGATIVE_INFINITY;
  const listener = (code: number) => () => {
    if (now() - lastAt < SAME_INTERRUPT_MS) return;
    lastAt = now();
    leave(code);
  };
  const listeners = [["SIGINT", listener(130)], ["SIGTERM", listener(143)], ["SIGHUP", listener(129)]] as const;
  for (const [signal, listen] of listeners) Deno.addSignalListener(signal, listen);
  return () => {
    for (const [signal, listen] of listeners) Deno.removeSignalListener(signal, listen);
  };
}
