/**
 * Runs every test, the pure ones without any permission, and sums up: the last line is `N passed, N failed`, taken from
 * the reports that the test runner writes. Exits 1 if anything failed, or if nothing ran.
 */
import { ignoredFile } from "./support/ignored.ts";

type Suite = Readonly<{ name: string; paths: readonly string[]; flags: readonly string[] }>;

/** Rules and actors need nothing of the machine; that they are given nothing proves it. */
const SUITES: readonly Suite[] = [
  {
    name: "without permissions",
    paths: [
      "tests/actors",
      "tests/transport/wire",
      "tests/transport/link",
      "tests/sim",
      "tests/bootstrap",
      "tests/campaign",
    ],
    flags: ["--parallel", "--no-prompt"],
  },
  {
    name: "examples",
    paths: ["docs/actors.md"],
    flags: ["--doc", "--no-prompt"],
  },
  {
    name: "the library's example",
    paths: ["actors/runtime/mod.ts"],
    // Deno imports all that the module exports into its examples, and the checker finds most of it unused.
    flags: ["--doc", "--no-check", "--no-prompt"],
  },
  {
    name: "with the machine",
    paths: ["tests"],
    flags: [
      "-P=test",
      "--ignore=tests/actors,tests/transport/wire,tests/transport/link,tests/sim,tests/bootstrap,tests/campaign",
    ],
  },
];

type Counts = Readonly<{ passed: number; failed: number; ignored: number }>;

async function runSuite({ name, paths, flags }: Suite, folder: string): Promise<Counts> {
  say(`\n# ${name}\n`);
  const report = `${folder}/${name.replaceAll(" ", "_")}.xml`;
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-q", "--reporter=dot", `--junit-path=${report}`, ...flags, ...paths],
    env: { PARLEY_TEST_FOLDER: folder }, // what tests build for each other is built once in a run, and goes with it
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  const counts = await countsIn(report);
  // A run that failed without a failed test (a file that does not load) is a failure all the same.
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

async function countsIn(report: string): Promise<Counts> {
  const text = await Deno.readTextFile(report).catch(() => "");
  const cases = (text.match(/<testcase /g) ?? []).length;
  const ignored = (text.match(/<skipped/g) ?? []).length;
  const failed = (text.match(/<(failure|error)[ >]/g) ?? []).length;
  return { passed: cases - ignored - failed, failed, ignored };
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

const folder = await Deno.makeTempDir();
let total: Counts = { passed: 0, failed: 0, ignored: 0 };
for (const suite of SUITES) {
  const counts = await runSuite(suite, folder);
  total = {
    passed: total.passed + counts.passed,
    failed: total.failed + counts.failed,
    ignored: total.ignored + counts.ignored,
  };
}
const reasons = new Set((await Deno.readTextFile(ignoredFile(folder)).catch(() => "")).split("\n"));
await Deno.remove(folder, { recursive: true });
if (total.ignored > 0) say(`\n${total.ignored} ignored\n${[...reasons].join("\n")}`);
say(`\n${total.passed} passed, ${total.failed} failed\n`);
Deno.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
