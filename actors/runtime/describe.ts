/** What was thrown, as text for people, with its stack. Anything can be thrown, also what cannot be made a text. */
export function describe(error: unknown): string {
  return error instanceof Error && error.stack !== undefined ? error.stack : inBrief(error);
}

/** What was thrown, on one line. */
export function inBrief(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "something that cannot be shown";
  }
}
