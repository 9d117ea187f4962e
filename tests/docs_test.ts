/** A page of promises is worth as much as its tests: each promise of docs/actors.md is the name of one. */
import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

/** Within a section that has this line, list items are talk. */
const NO_PROMISES = "<!-- no promises -->";

/** The list items of a page, each on one line, outside code and outside sections that promise nothing. */
function promisesOf(page: string): string[] {
  return page.replace(/^```[\s\S]*?^```$/gm, "").split(/^## /m)
    .filter((section) => !section.includes(NO_PROMISES))
    .flatMap((section) => [...section.matchAll(/^- (.*(?:\n {2}.*)*)/gm)].map(([, item = ""]) => item))
    .map((item) => item.replace(/\s+/g, " ").trim());
}

async function testNames(folder: URL): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const entry of Deno.readDir(folder)) {
    const url = new URL(entry.isDirectory ? `${entry.name}/` : entry.name, folder);
    if (entry.isDirectory) { for (const name of await testNames(url)) names.add(name); }
    if (!entry.name.endsWith("_test.ts")) continue;
    for (const [, quoted = ""] of (await Deno.readTextFile(url)).matchAll(/\bDeno\.test\(\s*("(?:[^"\\]|\\.)*")/g)) {
      names.add(JSON.parse(quoted));
    }
  }
  return names;
}

Deno.test("every promise of docs/actors.md is the name of a test", async () => {
  const names = await testNames(new URL("tests/", ROOT));
  const promises = promisesOf(await Deno.readTextFile(new URL("docs/actors.md", ROOT)));
  assert(promises.length > 100, `only ${promises.length} promises found`);
  assertEquals(promises.filter((promise) => !names.has(promise)), []);
  assertEquals(promises.filter((promise, at) => promises.indexOf(promise) !== at), [], "said twice");
});

Deno.test("every test of the runtime that reads as a promise is on the page", async () => {
  const page = new Set(promisesOf(await Deno.readTextFile(new URL("docs/actors.md", ROOT))));
  const names = [...await testNames(new URL("tests/actors/runtime/", ROOT))];
  assertEquals(names.filter((name) => !page.has(name) && !INTERNAL.test(name)), []);
});

/** Parts that are tested by themselves, and details nobody relies on. */
const INTERNAL =
  /\(\)|^Fifo|^Mailbox|^Deadlines|^the same seed|^neighbouring seeds|^the limit can be set|^random trees/;

Deno.test("promises are list items outside code, outside sections without promises, joined over lines", () => {
  const page = [
    "# Page",
    "- one",
    "  and a half",
    "```ts",
    "- code",
    "```",
    "## Talk",
    "",
    NO_PROMISES,
    "- **talk**",
    "## More",
    "* no item of ours",
    "- two",
  ];
  assertEquals(promisesOf(page.join("\n")), ["one and a half", "two"]);
});
