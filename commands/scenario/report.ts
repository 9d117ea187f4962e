import { clock } from "../../sim/scenario/clock.ts";
import type { Failure, RunEvent } from "../../sim/scenario/run.ts";
import type { ScenarioError } from "../../sim/scenario/parse.ts";

/** What is said of a mistake in a file. */
export function errorText(file: string, { line, why }: ScenarioError): string {
  return `${file}:${line}: ${why}`;
}

/** What a run is replayed with. */
export type Replay = Readonly<{ file: string; seed: string; flags: readonly string[] }>;

/** The headline of a failure: where, what was expected, what was instead. */
export function failureHead(file: string, { statement, why }: Failure): string {
  return `${file}:${statement.line}: ${statement.text}: ${why}`;
}

/** All that is known besides, a line each. */
export function failureLines({ atMs, rounds, screens, faults, network }: Failure, replay: Replay): readonly string[] {
  const round = rounds.map((one) => `, in round ${one}`).join("");
  return [
    `at ${clock(atMs)}${round}, seed ${replay.seed}`,
    ...screens.flatMap(([peer, lines]) =>
      lines.length === 0 ? [`${peer} has shown nothing`] : [
        `last on ${peer}'s screen:`,
        ...lines.map(({ atMs, text }) => `  ${clock(atMs)}  ${text}`),
      ]
    ),
    `the network: ${faults.length === 0 ? "whole" : faults.join("; ")}`,
    ...network.map((line) => `  ${line}`),
    `again: ${replayCommand(replay)}`,
  ];
}

/** The one command that does the same again. */
function replayCommand({ file, seed, flags }: Replay): string {
  return ["deno task scenario", quoted(file), "--seed", seed, ...flags].join(" ");
}

/** As a shell wants it. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** One line of what happens: a step of the scenario, or a line on a peer's screen. */
export function eventLine(event: RunEvent, nameWidth: number): string {
  if (event.type === "step") return `${clock(event.atMs)}  ${event.statement.text}`;
  return `${clock(event.atMs)}    ${event.peer.padEnd(nameWidth)} │ ${event.text}`;
}
