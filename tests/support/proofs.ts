/** A test that shows something: the file below `tests/`, and how the test's name begins, as it is written there. */
export type Proof = readonly [file: string, name: string];

const TESTS = new URL("../", import.meta.url);

/** How the names of the tests in a file below `tests/` begin, as they are written. */
export async function namesIn(file: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(file, TESTS));
  return [...text.matchAll(/\b(?:test\(|Deno\.test\(|name: )\s*["`]([^"`]*)/g)].map(([, name = ""]) => name);
}

/** Whether there is such a test. Rejects where not even the file is there. */
export async function isThere([file, beginning]: Proof): Promise<boolean> {
  return (await namesIn(file)).some((name) => name.startsWith(beginning));
}
