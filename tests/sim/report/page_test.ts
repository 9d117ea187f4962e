import { assert, assertEquals, assertThrows } from "@std/assert";
import { Markup, markup } from "../../../sim/report/markup.ts";
import { reportPage } from "../../../sim/report/page.ts";
import { plot } from "../../../sim/report/plot.ts";
import { thinned, ticks } from "../../../sim/report/scale.ts";
import { type Outcome, run } from "../../../sim/run/run.ts";

function small(seed: string, faults: readonly string[] = ["crash", "cut"]): Promise<Outcome> {
  const named = faults.map((name) => ({ name }));
  return run({ seed, peers: 5, minutes: 2, profile: "lan", faults: named, chatters: 3, rooms: 1 });
}

/** Elements that HTML does not close, and those of SVG that are written with a slash. */
const EMPTY = new Set(["meta", "br"]);

/** Checks that elements are closed in the order in which they were opened; their names. */
function elementsOf(page: string): readonly string[] {
  const names: string[] = [];
  const open: string[] = [];
  for (
    const [, close, name = "", attributes = ""] of page.matchAll(
      /<(\/?)([a-z0-9]+)((?:\s+[\w:-]+(?:="[^"<>]*")?)*)\s*\/?>/g,
    )
  ) {
    if (close === "/") {
      assertEquals(open.pop(), name);
    } else {
      names.push(name);
      const isEmpty = EMPTY.has(name) || page.includes(`<${name}${attributes}/>`);
      if (!isEmpty) open.push(name);
    }
  }
  assertEquals(open, []);
  return names;
}

Deno.test("the page of a run is whole, and has its parameters, verdict, figures and plots", async () => {
  const outcome = await small("1");
  const page = reportPage([outcome]);
  const names = elementsOf(page);
  assert(page.startsWith('<!doctype html>\n<html lang="en">'));
  assertEquals(names.filter((name) => name === "figure").length, 4);
  assertEquals(
    names.filter((name) => name === "path").length,
    4 + 1 + 2,
    "four plots, one of which has two lines and a legend",
  );
  const bands = outcome.plan.episodes.length;
  assertEquals(
    names.filter((name) => name === "rect").length,
    3 * bands,
    "a band for each fault in each plot over time",
  );
  for (
    const text of [
      "5 peers for 2 min of lan",
      "passed: seed 1",
      "deno task sim --seed 1 --peers 5",
      `${outcome.figures.deaths} death`,
      `${outcome.figures.rooms.said} messages`,
      "Detection: who knows of a death",
    ]
  ) assert(page.includes(text), text);
});

Deno.test("the page loads nothing and runs nothing", async () => {
  const page = reportPage([await small("1")]);
  for (const pattern of [/<script/i, /\bsrc=/i, /\bhref=/i, /url\(/i, /@import/i, /https?:/i, /\son\w+=/i]) {
    assertEquals(pattern.test(page), false, String(pattern));
  }
  assert(page.includes("default-src 'none'"));
});

Deno.test("the page has colours of its own for dark screens, and its lines differ by more than colour", async () => {
  const page = reportPage([await small("1")]);
  assert(page.includes("@media (prefers-color-scheme: dark)"));
  assert(/\.line1 \{[^}]*stroke-dasharray/.test(page));
});

Deno.test("what is text stays text", () => {
  assertEquals(markup`<b>${`<i a="1">&'`}</b>`.text, "<b>&lt;i a=&quot;1&quot;&gt;&amp;&#39;</b>");
  assertEquals(markup`${[markup`<b>`, new Markup("</b>")]}${1}`.text, "<b></b>1");
  const drawn = plot({ title: "<script>", xLabel: '"x', yLabel: "&y", series: [{ name: "<", points: [[0, 0]] }] }).text;
  assertEquals([drawn.includes("<script>"), drawn.includes("&lt;script&gt;")], [false, true]);
});

Deno.test("a violation's text is on the page as text", async () => {
  const outcome = await small("1", []);
  const violation = { invariant: "<img src=x>", atMs: 1_000, what: "p1 & p2" };
  const page = reportPage([{ ...outcome, verdict: { type: "failed", violation } }]);
  elementsOf(page);
  assert(page.includes("&lt;img src=x&gt;, at 00:01.000: p1 &amp; p2"));
  assertEquals(page.includes("<img"), false);
});

Deno.test("the page of many runs has a row for each, and the verdicts that were not good", async () => {
  const outcomes = [await small("1"), await small("2"), await small("3", ["loss"])];
  const bad = { ...outcomes[1]!, verdict: { type: "void", why: "it saw nothing" } } as const;
  const page = reportPage([outcomes[0]!, bad, outcomes[2]!]);
  const names = elementsOf(page);
  assertEquals(names.filter((name) => name === "tr").length, 1 + 3);
  assert(page.includes("void: seed 2: it saw nothing"));
  assert(page.includes("3 runs"));
});

Deno.test("a run in which nobody died has no plot of detections, and there is no page of no runs", async () => {
  const page = reportPage([await small("1", [])]);
  assert(page.includes("Nobody was declared dead who was."));
  assertEquals(elementsOf(page).filter((name) => name === "figure").length, 3);
  assertThrows(() => reportPage([]), RangeError);
});

Deno.test("ticks are round numbers from 0 to at least the greatest value", () => {
  assertEquals(ticks(35, 8), [0, 5, 10, 15, 20, 25, 30, 35]);
  assertEquals(ticks(0.9, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assertEquals(ticks(8_700, 5), [0, 2_000, 4_000, 6_000, 8_000, 10_000]);
  for (const nothing of [0, -1, NaN]) assertEquals(ticks(nothing, 5), [0, 1]);
});

Deno.test("of many points, each stretch keeps its least and its greatest, in their order", () => {
  const points = Array.from({ length: 1_000 }, (_, at) => [at, at === 501 ? 99 : at % 7] as const);
  const kept = thinned(points, 100);
  assert(kept.length <= 100);
  assert(kept.some(([x, y]) => x === 501 && y === 99));
  assert(kept.every(([x], at) => at === 0 || x > kept[at - 1]![0]));
  assertEquals(thinned(points.slice(0, 50), 100), points.slice(0, 50));
});
