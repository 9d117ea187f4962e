import { assert, assertEquals } from "@std/assert";
import { FORMS, parseScenario } from "../../sim/scenario/parse.ts";

const PAGE = Deno.readTextFileSync(new URL("../../docs/scenarios.md", import.meta.url));

const BLOCKS = [...PAGE.matchAll(/^```scenario\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);

Deno.test("every statement of docs/scenarios.md is one", () => {
  assert(BLOCKS.length >= 6);
  for (const block of BLOCKS) {
    const parsed = parseScenario(block);
    assertEquals(parsed.ok ? [] : parsed.errors, [], block);
  }
});

Deno.test("every statement that there is stands on the page", () => {
  const words = new Set(BLOCKS.join("").split("\n").map((line) => /^ *([a-z]+)\b/.exec(line)?.[1]));
  assertEquals(Object.keys(FORMS).filter((word) => !words.has(word)), []);
});
