/** A page of promises is worth as much as its tests: each promise of docs/actors.md is the name of one. */
import { assert, assertEquals } from "@std/assert";
import { type AnySetting, SETTINGS } from "../config.ts";
import { FAULTS } from "../sim/faults/table.ts";
import { INVARIANTS } from "../sim/invariants/table.ts";
import { DEFECTS } from "./seeds/defects.ts";
import { FEATURES, MISSING } from "./seeds/features.ts";
import type { Proof } from "./support/proofs.ts";

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

/** The rows of a page's table under a heading, without the blanks that only make them straight. */
function rowsUnder(page: string, heading: string): string[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  return section.split("\n").filter((line) => line.startsWith("|")).slice(2)
    .map((line) => line.split("|").map((cell) => cell.trim()).join("|"));
}

Deno.test("docs/settings.md has the row of each setting of a peer, as the table of settings has it", async () => {
  const page = await Deno.readTextFile(new URL("docs/settings.md", ROOT));
  const rows = (section: string | undefined) =>
    Object.entries(SETTINGS as unknown as Record<string, AnySetting>)
      .filter(([, setting]) => setting.section === section)
      .map(([key, { fallbackText, help }]) => `|\`${key}\`|${fallbackText}|${help.replaceAll("|", "\\|")}|`);
  assertEquals(rowsUnder(page, "Every day"), rows(undefined));
  assertEquals(rowsUnder(page, "Gossip"), rows("gossip"));
  assertEquals(rowsUnder(page, "Simulator"), rows("sim"));
});

Deno.test("docs/simulator.md has each fault with its default, and all that must never happen", async () => {
  const page = await Deno.readTextFile(new URL("docs/simulator.md", ROOT));
  assertEquals(
    rowsUnder(page, "What breaks"),
    FAULTS.map(({ name, summary, amount }) =>
      `|\`${amount === undefined ? name : `${name}=${amount.fallback}`}\`|${summary}|`
    ),
  );
  assertEquals(promisesOf(page.split(/^(?=## )/m).find((text) => text.startsWith("## What must never happen"))!), [
    ...INVARIANTS.map(({ name }) => name),
  ]);
});

/** The rows of a table that begin with a number: the number, and the tests in the row, as files below `tests/`. */
function numbered(rows: readonly string[]): Map<number, readonly string[]> {
  return new Map(rows.flatMap((row) => {
    const number = /^\|(\d+)\|/.exec(row)?.[1];
    return number === undefined
      ? []
      : [[Number(number), [...row.matchAll(/`tests\/([^`]+)`/g)].map(([, file]) => file!)]];
  }));
}

Deno.test("docs/seeds.md has a row for every feature of a seed program and for each of the 36 defects, with a test that shows it", async () => {
  const page = await Deno.readTextFile(new URL("docs/seeds.md", ROOT));
  const features = numbered(page.split("## Defects")[0]!.split("\n").map((line) => line.replace(/ *\| */g, "|")));
  const known = [...Object.keys(FEATURES), ...Object.keys(MISSING)].map(Number).toSorted((a, b) => a - b);
  assertEquals([...features.keys()], known);
  const defects = numbered(rowsUnder(page, "Defects"));
  assertEquals([...defects.keys()], Array.from({ length: 36 }, (_, i) => i + 1));
  const filesOf = (proofs: readonly Proof[] = []): readonly string[] => proofs.map(([file]) => file);
  for (const [number, files] of features) {
    assertEquals(files.length, number in MISSING ? 0 : 1, `feature ${number}`);
    for (const file of files) assert(filesOf(FEATURES[number]).includes(file), `feature ${number}: ${file}`);
  }
  for (const [number, files] of defects) {
    const proofs = DEFECTS[number]!.flatMap(([, ...proofs]) => proofs);
    assertEquals(files.length, 1, `defect ${number}`);
    for (const file of files) assert(filesOf(proofs).includes(file), `defect ${number}: ${file}`);
  }
});

Deno.test("docs/seeds.md names only tests that there are", async () => {
  const page = await Deno.readTextFile(new URL("docs/seeds.md", ROOT));
  const named = [...page.matchAll(/`(tests\/[^`]+)`/g)].map(([, path]) => path!);
  assert(named.length > 0);
  for (const path of named) await Deno.stat(new URL(path, ROOT));
});
