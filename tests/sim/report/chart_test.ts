import { assert, assertEquals } from "@std/assert";
import { type Chart, chartsFile, chartsMarkup } from "../../../sim/report/chart.ts";
import { powersOfTen } from "../../../sim/report/scale.ts";

const CHART: Chart = {
  title: "A & B",
  xLabel: "members",
  columns: ["16", "64", "256"],
  series: [{ name: "a", values: [1, 2, 3], errors: [0, 0.5, 1] }, { name: "b", values: [2, undefined, 0] }],
};

/** Where the marks of a series stand. */
function marksOf(svg: string, series: number): readonly (readonly [x: number, y: number])[] {
  const [drawn] = svg.split(`M0 5L5 4`); // all of it; legends come after the marks of their series
  return [...drawn!.matchAll(new RegExp(`class="mark s${series}" transform="translate\\(([\\d.]+) ([\\d.]+)\\)"`, "g"))]
    .map(([, x, y]) => [Number(x), Number(y)] as const);
}

Deno.test("a value stands above its column, the greater the higher, and what was not measured nowhere", () => {
  const svg = chartsFile([CHART]);
  const [one, two, three, legendMark] = marksOf(svg, 0);
  assert(one![0] < two![0] && two![0] < three![0]);
  assertEquals(two![1] - three![1], one![1] - two![1], "at the same distance");
  assert(one![1] > two![1]);
  assert(legendMark !== undefined, "and in the legend");
  assertEquals(marksOf(svg, 1).length, 2 + 1);
});

Deno.test("the axis has room for the errors, which are lines through their points", () => {
  const svg = chartsFile([CHART]);
  assert(svg.includes(">4</text>"), "3 and 1 more");
  assertEquals([...svg.matchAll(/class="line s0" d="M[\d.]+ ([\d.]+)V([\d.]+)"/g)].length, 2, "none where it is 0");
});

Deno.test("on a logarithmic axis ten times more is one step higher, and 0 is a step below the least", () => {
  const values = [0, 10, 100, 1_000];
  const svg = chartsFile([{
    ...CHART,
    columns: ["a", "b", "c", "d"],
    series: [{ name: "a", values }],
    isLogarithmic: true,
  }]);
  const [zero, ten, hundred, thousand] = marksOf(svg, 0).map(([, y]) => y);
  for (const step of [zero! - ten!, ten! - hundred!]) assert(Math.abs(step - (hundred! - thousand!)) < 0.2, `${step}`);
  assert(svg.includes(">0</text>") && !svg.includes(">1</text>"), "a step below the least");
  assert(svg.includes(">1,000</text>"));
});

Deno.test("an error greater than its value ends at the bottom, also on a logarithmic axis", () => {
  const svg = chartsFile([{
    ...CHART,
    series: [{ name: "a", values: [10, 20, 30], errors: [20, 20, 20] }],
    isLogarithmic: true,
  }]);
  assertEquals(svg.includes("NaN"), false);
});

Deno.test("marks that no line joins stand beside each other, so that none hides another", () => {
  const same = [5, 5, 5];
  const series = [{ name: "a", values: same }, { name: "b", values: same }];
  const [joined, apart] = [true, false].map((isJoined) => chartsFile([{ ...CHART, series, isJoined }]));
  const distance = (svg: string): number => marksOf(svg, 1)[0]![0] - marksOf(svg, 0)[0]![0];
  assertEquals(distance(joined!), 0);
  assert(distance(apart!) > 8);
});

Deno.test("powers of ten enclose what they are for, and are two at least", () => {
  assertEquals(powersOfTen([3, 250]), [1, 10, 100, 1_000]);
  assertEquals(powersOfTen([0.2, 1]), [0.1, 1]);
  assertEquals(powersOfTen([100]), [100, 1_000]);
  assertEquals(powersOfTen([]), [1, 10]);
});

Deno.test("a file of SVG says what it is, and in a page it is an element like others; text stays text", () => {
  assert(chartsFile([CHART]).startsWith('<svg xmlns="http://www.w3.org/2000/svg" '));
  assert(chartsMarkup([CHART, CHART]).text.startsWith("<svg viewBox="));
  assert(chartsFile([CHART]).includes(">A &amp; B</text>"));
});

Deno.test("charts stand one below the other, and their series differ by more than colour", () => {
  const svg = chartsFile([CHART, CHART]);
  const [first, second] = [...svg.matchAll(/<g transform="translate\(0 ([\d.]+)\)"/g)].map(([, top]) => Number(top));
  assertEquals([first, second! * 2], [0, Number(/viewBox="0 0 760 ([\d.]+)"/.exec(svg)![1])]);
  const shapes = [...svg.matchAll(/class="mark s(\d)" [^>]*d="([^"]+)"/g)];
  assertEquals(new Set(shapes.map(([, series, shape]) => `${series} ${shape}`)).size, 2);
  assertEquals(new Set(shapes.map(([, , shape]) => shape)).size, 2);
});
