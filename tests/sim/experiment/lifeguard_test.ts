import { assert, assertEquals, assertRejects } from "@std/assert";
import { type LifeguardRow, measureLifeguard, VARIANTS } from "../../../sim/experiment/lifeguard.ts";
import { lifeguardTable, swimTable, tableLines } from "../../../sim/experiment/tables.ts";

function measure(variant: string, slowness: LifeguardRow["slowness"] = "held"): Promise<LifeguardRow> {
  return measureLifeguard({ seed: "1", variant, slowness, slow: 2, peers: 24 });
}

Deno.test("Lifeguard: with none of its parts members slow at messages have the healthy declared dead, with all hardly", async () => {
  const [swim, lifeguard] = [await measure("SWIM"), await measure("Lifeguard")];
  assert(swim.falsePositives > 100, `${swim.falsePositives}`);
  assert(swim.falsePositivesAtHealthy > 0 && swim.falsePositivesAtHealthy < swim.falsePositives);
  assert(lifeguard.falsePositives < swim.falsePositives / 10, `${lifeguard.falsePositives}`);
});

Deno.test("whose whole process stands still notices it, and has nobody declared dead even without Lifeguard", async () => {
  const { falsePositives } = await measure("SWIM", "stopped");
  assertEquals(falsePositives, 0);
});

Deno.test("each variant has what it is called by, and nothing else of Lifeguard", () => {
  const parts = Object.entries(VARIANTS).map(([name, profile]) => [
    name,
    profile.awarenessMaxMultiplier > 1,
    profile.suspicionMaxTimeoutMult > 1,
    profile.buddySystem,
  ]);
  assertEquals(parts, [
    ["SWIM", false, false, false],
    ["LHA-Probe", true, false, false],
    ["LHA-Suspicion", false, true, false],
    ["Buddy System", false, false, true],
    ["Lifeguard", true, true, true],
  ]);
});

Deno.test("a variant that there is not is an error", async () => {
  await assertRejects(() => measure("SWIN"), RangeError);
});

Deno.test("the table adds up what members were slow, and says what is left of the first variant's", () => {
  const row = (variant: string, falsePositives: number, falsePositivesAtHealthy: number): LifeguardRow => ({
    variant,
    slowness: "held",
    slow: 1,
    falsePositives,
    falsePositivesAtHealthy,
  });
  const rows = [row("SWIM", 900, 0), row("Lifeguard", 9, 0), row("SWIM", 1_100, 0), row("Lifeguard", 1, 0)];
  assertEquals(lifeguardTable(rows).slice(1), [
    ["held", "SWIM", "2,000", "100 %", "0", "–"],
    ["held", "Lifeguard", "10", "0.5 %", "0", "–"],
  ]);
});

Deno.test("a table is one of Markdown, its columns as wide as their widest cell", () => {
  assertEquals(tableLines([["a", "size"], ["longer", "1"]]), [
    "| a      | size |",
    "| ------ | ---- |",
    "| longer | 1    |",
  ]);
  assertEquals(tableLines(swimTable([])).length, 2);
});
