/** `deno task bench [SUITE] [--json] [--rounds N]`: runs one suite or all, and says what came out. */
import { EXIT, type ExitCode } from "../commands/exit_code.ts";
import { writeData, writeError } from "../commands/output.ts";
import { runSuite } from "./harness.ts";
import { jsonLine, table } from "./report.ts";
import type { Suite } from "./suite.ts";
import { findSuite, SUITES } from "./suites.ts";

const ROUNDS_DEFAULT = 5;
const ROUNDS_MAX = 1_000;

const USAGE = `usage: deno task bench [${SUITES.map(({ name }) => name).join("|")}] [--json] [--rounds N]`;

type Request = Readonly<{ suites: readonly Suite[]; isJson: boolean; rounds: number }>;

/** What the arguments ask for; a text says what is wrong with them. */
function parse(args: readonly string[]): Request | string {
  const suites: Suite[] = [];
  let isJson = false;
  let rounds = ROUNDS_DEFAULT;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    const suite = findSuite(arg);
    if (suite !== undefined) suites.push(suite);
    else if (arg === "--json") isJson = true;
    else if (arg === "--rounds") {
      rounds = Number(args[++at]);
      if (!Number.isInteger(rounds) || rounds < 1 || rounds > ROUNDS_MAX) return `--rounds is 1 to ${ROUNDS_MAX}`;
    } else return `not understood: ${arg}`;
  }
  return { suites: suites.length === 0 ? SUITES : suites, isJson, rounds };
}

async function main(args: readonly string[]): Promise<ExitCode> {
  if (args.includes("--help") || args.includes("-h")) {
    writeData(`${USAGE}\n`);
    return EXIT.done;
  }
  const request = parse(args);
  if (typeof request === "string") {
    writeError(`${request}; ${USAGE}`);
    return EXIT.usage;
  }
  const { suites, isJson, rounds } = request;
  for (const suite of suites) {
    const results = await runSuite(
      suite,
      rounds,
      (round) => showProgress(`${suite.name}: round ${round} of ${rounds}`),
    );
    showProgress("");
    writeData(isJson ? results.map(jsonLine).join("") : `${table(suite, results, rounds)}\n`);
  }
  return EXIT.done;
}

/** Over the last one, and only for somebody who watches. */
function showProgress(text: string): void {
  if (Deno.stderr.isTerminal()) Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${text}`));
}

Deno.exit(await main(Deno.args));
