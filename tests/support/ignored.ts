/**
 * What a test puts after its name that cannot run here for `reasons`, each of the form "for want of …": it is ignored, and
 * says why, unless `PARLEY_REQUIRE_ALL=1` asks for every test. Without reasons it runs.
 */
export function ignoredFor(reasons: readonly string[]): { ignore: boolean } {
  const ignore = reasons.length > 0 && Deno.env.get("PARLEY_REQUIRE_ALL") !== "1";
  if (ignore) say(`Ignored ${reasons.join(" and ")}; PARLEY_REQUIRE_ALL=1 makes that a failure`);
  return { ignore };
}

/** Where `tests/run.ts` reads why tests were ignored: its reporter keeps what a file prints while it loads to itself. */
export function ignoredFile(folder: string): string {
  return `${folder}/ignored.txt`;
}

const said = new Set<string>();

function say(line: string): void {
  if (said.has(line)) return;
  said.add(line);
  const folder = Deno.env.get("PARLEY_TEST_FOLDER");
  if (folder !== undefined) return Deno.writeTextFileSync(ignoredFile(folder), `${line}\n`, { append: true });
  // deno-lint-ignore no-console
  console.warn(line);
}
