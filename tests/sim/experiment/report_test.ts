import { assert, assertEquals } from "@std/assert";
import type { LifeguardRow } from "../../../sim/experiment/lifeguard.ts";
import { findingsPage, findingsSvg } from "../../../sim/experiment/report.ts";
import type { SwimRow } from "../../../sim/experiment/swim.ts";

const SWIM: SwimRow = {
  peers: 16,
  crashes: 24,
  packetsPerSecond: 2,
  packetBytesPerSecond: 88,
  streamBytesPerSecond: 40,
  suspectedAfterPeriods: 2.05,
  standardErrorPeriods: 0.2,
  spreadMs: 300,
  deadAfterMs: 7_000,
};

const [held, none]: readonly LifeguardRow[] = ["SWIM", "Lifeguard"].map((variant, at) => ({
  seed: "7",
  variant,
  slowness: "held",
  slow: 4,
  slowMs: 16_384,
  falsePositives: 100 - 100 * at,
  falsePositivesAtHealthy: 90 - 90 * at,
  firstHand: 5 - 5 * at,
  firstHandAtHealthy: 0,
  packets: 1_000,
  bytes: 50_000,
}));

Deno.test("the page of an experiment has its plots, its table and the command, and loads nothing", () => {
  const swim = findingsPage({ name: "swim", seed: "7", rows: [SWIM, { ...SWIM, peers: 64 }] });
  const lifeguard = findingsPage({ name: "lifeguard", seed: "7", rows: [held!, none!] });
  for (const page of [swim, lifeguard]) {
    for (const pattern of [/<script/i, /\bsrc=/i, /\bhref=/i, /url\(/i, /@import/i, /https?:/i, /NaN|undefined/]) {
      assertEquals(pattern.test(page), false, String(pattern));
    }
    assert(page.includes("default-src 'none'"));
  }
  assert(swim.includes("<td>2.05 ± 0.20</td>") && swim.includes("deno task experiment swim --seed 7 --sizes 16,64<"));
  assert(lifeguard.includes("deno task experiment lifeguard --seed 7 --sizes 4<"));
  assertEquals([...swim.matchAll(/<tr>/g)].length, 1 + 2);
  assert(lifeguard.includes("by how many of the members are slow") && lifeguard.includes("the paper's") === false);
  assert(lifeguard.includes("the paper&#39;s"));
});

Deno.test("the command on the page is the one that was given, with its seeds and its loss", () => {
  const rows = [{ ...held!, loss: 0.1 }, { ...none!, seed: "8", slow: 8, loss: 0.1 }];
  const page = findingsPage({ name: "lifeguard", seed: "7", rows });
  assert(page.includes("deno task experiment lifeguard --seed 7 --sizes 4,8 --seeds 2 --loss 10%<"));
});

Deno.test("where SWIM has no false positives, shares of them are not drawn", () => {
  const svg = findingsSvg({ name: "lifeguard", seed: "7", rows: [{ ...held!, falsePositives: 0, firstHand: 0 }] });
  assertEquals(/NaN|Infinity/.test(svg), false);
});

Deno.test("an experiment that was stopped before its first row has a report too", () => {
  for (const name of ["swim", "lifeguard"] as const) {
    const findings = { name, seed: "1", rows: [] };
    assert(findingsPage(findings).includes("</html>"));
    assertEquals(/NaN|undefined|Infinity/.test(findingsSvg(findings)), false);
  }
});
