/**
 * Aborts, and tells `failed` what a listener throws. By itself that would be an uncaught exception, which ends the
 * process: the platform calls listeners of a signal as it does those of events.
 */
export function abort(controller: AbortController, failed: (error: unknown) => void): void {
  const hear = (event: ErrorEvent): void => {
    event.preventDefault();
    failed(event.error);
  };
  globalThis.addEventListener("error", hear);
  try {
    controller.abort();
  } finally {
    globalThis.removeEventListener("error", hear);
  }
}
