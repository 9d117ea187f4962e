/** `deno task bench [SUITE] [--json] [--rounds N]`: runs one suite or all, and says what came out. */
import { EXIT, type ExitCode } from "../commands/exit_code.ts";
import { writeData, writeError, writeMore } from "../commands/output.ts";
import { BROADCAST, runBroadcast } from "./broadcast.ts";
import * as broadcastOptions from "./broadcast/options.ts";
import { runSuite } from "./harness.ts";
import { MEMBERSHIP, runMembership } from "./membership.ts";
import * as membershipOptions from "./membership/options.ts";
import { jsonLine, table } from "./report.ts";
import type { Description, Result, Suite } from "./suite.ts";
import { findSuite, SUITES } from "./suites.ts";

/** Of the suites that measure within a process; a round of members takes minutes. */
const ROUNDS_DEFAULT = 5;
const ROUNDS_MAX = 1_000;

const USAGE = [
  `usage: deno task bench [${SUITES.map(({ name }) => name).join("|")}] [--json] [--rounds N]`,
  `       deno task bench ${MEMBERSHIP} [--json] [--rounds N] ${membershipOptions.MEMBERSHIP_USAGE}`,
  `       deno task bench ${BROADCAST} [--json] [--rounds N] ${broadcastOptions.BROADCAST_USAGE}`,
].join("\n");

type Request = Readonly<{
  suites: readonly Suite[];
  /** Only if they are asked for by name: they take many minutes. */
  membership: membershipOptions.MembershipOptions | undefined;
  broadcast: broadcastOptions.BroadcastOptions | undefined;
  isJson: boolean;
  rounds: number | undefined;
}>;

/** What the arguments ask for; a text says what is wrong with them. */
function parse(args: readonly string[]): Request | string {
  const suites: Suite[] = [];
  let membership: Request["membership"];
  let broadcast: Request["broadcast"];
  let isJson = false;
  let rounds: number | undefined;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    const suite = findSuite(arg);
    const value = (): string => args[++at] ?? "";
    const ofMembership = membership && membershipOptions.withFlag(membership, arg, value);
    const ofBroadcast = broadcast && broadcastOptions.withFlag(broadcast, arg, value);
    if (typeof ofMembership === "string") return ofMembership;
    if (typeof ofBroadcast === "string") return ofBroadcast;
    if (ofMembership !== undefined) membership = ofMembership;
    else if (ofBroadcast !== undefined) broadcast = ofBroadcast;
    else if (suite !== undefined) suites.push(suite);
    else if (arg === MEMBERSHIP) membership = membershipOptions.MEMBERSHIP_DEFAULTS;
    else if (arg === BROADCAST) broadcast = broadcastOptions.BROADCAST_DEFAULTS;
    else if (arg === "--json") isJson = true;
    else if (arg === "--rounds") {
      rounds = Number(args[++at]);
      if (!Number.isInteger(rounds) || rounds < 1 || rounds > ROUNDS_MAX) return `--rounds is 1 to ${ROUNDS_MAX}`;
    } else return `not understood: ${arg}`;
  }
  const isAll = suites.length === 0 && membership === undefined && broadcast === undefined;
  return { suites: isAll ? SUITES : suites, membership, broadcast, isJson, rounds };
}

async function main(args: readonly string[]): Promise<ExitCode> {
  if (args.includes("--help") || args.includes("-h")) {
    writeData(`${USAGE}\n`);
    return EXIT.done;
  }
  const request = parse(args);
  if (typeof request === "string") {
    writeError(request);
    writeMore(USAGE.split("\n"));
    return EXIT.usage;
  }
  const { suites, membership, broadcast, isJson } = request;
  const show = (description: Description, results: readonly Result[], rounds: number): void =>
    writeData(isJson ? results.map(jsonLine).join("") : `${table(description, results, rounds)}\n`);
  for (const suite of suites) {
    const rounds = request.rounds ?? ROUNDS_DEFAULT;
    const results = await runSuite(
      suite,
      rounds,
      (round) => showProgress(`${suite.name}: round ${round} of ${rounds}`),
    );
    showProgress("");
    show(suite, results, rounds);
  }
  if (membership !== undefined) {
    const rounds = request.rounds ?? 1;
    const { description, results } = await runMembership(membership, rounds);
    show(description, results, rounds);
  }
  if (broadcast !== undefined) {
    const rounds = request.rounds ?? 1;
    const { description, results } = await runBroadcast(broadcast, rounds, writeError);
    show(description, results, rounds);
  }
  return EXIT.done;
}

/** Over the last one, and only for somebody who watches. */
function showProgress(text: string): void {
  if (Deno.stderr.isTerminal()) Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${text}`));
}

Deno.exit(await main(Deno.args));
