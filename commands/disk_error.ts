/** What a disk, or the system before it, says in refusing. */
export function wordsOf(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return "it is not permitted"; // Deno's own words advise flags
  return error instanceof Error ? error.message : String(error);
}
