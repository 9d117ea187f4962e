import { assert, assertEquals, assertRejects } from "@std/assert";
import { lifeguardCases, type LifeguardRow, measureLifeguard, VARIANTS } from "../../../sim/experiment/lifeguard.ts";
import {
  lifeguardLoadTable,
  LifeguardSums,
  lifeguardTable,
  swimTable,
  tableLines,
} from "../../../sim/experiment/tables.ts";

function measure(
  variant: string,
  { slowness = "held", slowMs = 16_384, loss = 0 }: Partial<Pick<LifeguardRow, "slowness" | "slowMs" | "loss">> = {},
): Promise<LifeguardRow> {
  return measureLifeguard({ seed: "1", variant, slowness, slow: 2, slowMs, loss, peers: 24 });
}

Deno.test("Lifeguard: with none of its parts members slow at messages have the healthy declared dead, with all hardly", async () => {
  const [swim, lifeguard] = [await measure("SWIM"), await measure("Lifeguard")];
  assert(swim.falsePositives > 100, `${swim.falsePositives}`);
  assert(swim.falsePositivesAtHealthy > 0 && swim.falsePositivesAtHealthy < swim.falsePositives);
  assert(swim.firstHand > 0 && swim.firstHand < swim.falsePositives, `${swim.firstHand}`);
  assert(swim.firstHandAtHealthy < swim.firstHand / 4, `${swim.firstHandAtHealthy}: the healthy believe the slow`);
  assert(swim.packets > 24 * 2 * 120 && swim.bytes > 40 * swim.packets, `${swim.packets}, ${swim.bytes}`);
  assert(lifeguard.falsePositives < swim.falsePositives / 10, `${lifeguard.falsePositives}`);
});

Deno.test("whose whole process stands still notices it, and has nobody declared dead even without Lifeguard", async () => {
  const { falsePositives } = await measure("SWIM", { slowness: "stopped" });
  assertEquals(falsePositives, 0);
});

Deno.test("who is slow for less than a suspicion lasts has nobody declared dead, with all parts off", async () => {
  const { falsePositives, packets } = await measure("SWIM", { slowMs: 2_048 });
  assertEquals(falsePositives, 0);
  assert(packets > 0);
});

Deno.test("lost packets are lost on all, so that more is sent and another story told", async () => {
  const [whole, lossy] = [await measure("Lifeguard"), await measure("Lifeguard", { loss: 0.1 })];
  assert(lossy.packets > whole.packets, `${lossy.packets}, ${whole.packets} without loss`);
  assertEquals([whole.loss, lossy.loss], [0, 0.1]);
});

Deno.test("each variant has what it is called by, and nothing else of Lifeguard or of what we added", () => {
  const parts = Object.entries(VARIANTS).map(([name, profile]) => [
    name,
    profile.awarenessMaxMultiplier > 1,
    profile.suspicionMaxTimeoutMult > 1,
    profile.buddySystem,
    profile.mends.suspectsAsked || profile.mends.accusersAnswered || profile.mends.suspicionsRenewed,
  ]);
  assertEquals(parts, [
    ["SWIM", false, false, false, false],
    ["LHA-Probe", true, false, false, false],
    ["LHA-Suspicion", false, true, false, false],
    ["Buddy System", false, false, true, false],
    ["Lifeguard", true, true, true, false],
    ["without Buddy System", true, true, false, false],
    ["Parley", true, true, true, true],
  ]);
});

Deno.test("what is tried: each variant on the same, one seed after the other; stopped processes without all parts", () => {
  const cases = [...lifeguardCases(["1", "2"], [4, 8], 0.1)];
  const variants = Object.keys(VARIANTS);
  assertEquals(cases.length, 2 * (2 * 2 * variants.length + 2 * 2));
  assertEquals(cases.slice(0, variants.length).map(({ variant }) => variant), variants);
  const before = { seed: "1", slowness: "held", slow: 4, slowMs: 16_384, loss: 0.1 };
  for (const { variant, ...same } of cases.slice(0, variants.length)) assertEquals([variant, same], [variant, before]);
  assertEquals(cases.map(({ seed }) => seed), cases.map((_, at) => at < cases.length / 2 ? "1" : "2"));
  const stopped = cases.filter(({ slowness }) => slowness === "stopped");
  assertEquals(stopped.map(({ variant, slow, slowMs }) => [variant, slow, slowMs]).slice(0, 4), [
    ["SWIM", 4, 16_384],
    ["SWIM", 4, 32_768],
    ["SWIM", 8, 16_384],
    ["SWIM", 8, 32_768],
  ]);
});

Deno.test("a variant that there is not is an error, and so are more slow ones than members", async () => {
  await assertRejects(() => measure("SWIN"), RangeError);
  const all = { seed: "1", variant: "SWIM", slowness: "held", slow: 24, slowMs: 1_000, peers: 24 } as const;
  await assertRejects(() => measureLifeguard(all), RangeError);
});

function row(variant: string, seed: string, slow: number, falsePositives: number): LifeguardRow {
  const tried = { seed, variant, slowness: "held", slow, slowMs: 16_384 } as const;
  return {
    ...tried,
    falsePositives,
    falsePositivesAtHealthy: 0,
    firstHand: falsePositives / 10,
    firstHandAtHealthy: 0,
    packets: 1_000,
    bytes: 50_000,
  };
}

const ROWS = [
  row("SWIM", "1", 4, 900),
  row("Lifeguard", "1", 4, 20),
  row("SWIM", "1", 8, 1_100),
  row("Lifeguard", "1", 8, 0),
  row("SWIM", "2", 4, 1_000),
  row("Lifeguard", "2", 4, 0),
];

Deno.test("the table adds up what was tried with a seed, tells how far seeds lie apart, and has the paper's beside it", () => {
  assertEquals(lifeguardTable(ROWS).slice(1), [
    ["held", "SWIM", "1,500 (1,000–2,000)", "100 % (100 %)", "0 (0–0)", "– (100 %)", "150 (100–200)", "100 %"],
    ["held", "Lifeguard", "10 (0–20)", "0.67 % (1.53 %)", "0 (0–0)", "– (1.89 %)", "1 (0–2)", "0.67 %"],
  ]);
  const stopped = lifeguardTable([{ ...row("SWIM", "1", 4, 5), slowness: "stopped" }]).at(-1)!;
  assertEquals(stopped.slice(0, 4), ["stopped", "SWIM", "5", "100 %"], "the paper stopped nobody");
  const one = lifeguardTable([row("without Buddy System", "1", 4, 5)]).at(-1)!;
  assertEquals(one.slice(1, 4), ["without Buddy System", "5", "100 %"], "of which the paper has nothing");
});

Deno.test("the table of what is sent has it as a share of what the first variant sends, beside the paper's", () => {
  assertEquals(
    lifeguardLoadTable([...ROWS, { ...row("LHA-Probe", "1", 4, 1), packets: 1_500, bytes: 75_000 }]).slice(1),
    [
      ["held", "SWIM", "100 % (100 %)", "100 % (100 %)"],
      ["held", "Lifeguard", "100 % (110.59 %)", "100 % (97.97 %)"],
      ["held", "LHA-Probe", "50 % (98.46 %)", "50 % (90.03 %)"],
    ],
  );
});

Deno.test("by how many were slow, a variant's figure is the mean over the seeds", () => {
  const sums = new LifeguardSums(ROWS);
  assertEquals([sums.slow, sums.seeds, sums.variants], [[4, 8], ["1", "2"], ["SWIM", "Lifeguard"]]);
  assertEquals([4, 8].map((slow) => sums.withSlow("SWIM", slow, "falsePositives")), [950, 550]);
});

Deno.test("a table is one of Markdown, its columns as wide as their widest cell", () => {
  assertEquals(tableLines([["a", "size"], ["longer", "1"]]), [
    "| a      | size |",
    "| ------ | ---- |",
    "| longer | 1    |",
  ]);
  assertEquals(tableLines(swimTable([])).length, 2);
});
