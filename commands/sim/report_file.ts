/** Writes a report, if one is wanted; why it could not be written, if so. */
export function writeReport(path: string | undefined, text: string): string | undefined {
  if (path === undefined) return undefined;
  try {
    Deno.writeTextFileSync(path, text);
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      return `cannot write ${path}: under deno task only below the folder where you are, and /tmp`;
    }
    return `cannot write ${path}: ${error instanceof Error ? error.message : error}`;
  }
}
