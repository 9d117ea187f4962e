/**
 * One round of one kind of member: `run.ts CONTENDER OPTIONS`, the options in JSON. The last line on stdout is its
 * figures. It ends, and takes its members with it, when it is told to or when stdin does.
 */
import { writeData, writeError } from "../../commands/output.ts";
import { Place } from "../../tests/support/place.ts";
import { MEMBERS } from "./contenders.ts";
import { LineProcess } from "./line_process.ts";
import { measureMembers } from "./measure.ts";
import type { MembershipOptions } from "./options.ts";

const [contender = "", options = "{}"] = Deno.args;
const start = MEMBERS[contender];
if (start === undefined) throw new TypeError(`No members of the kind "${contender}"`);
const place = await Place.create();

/** Takes everything along; later calls wait for the first. */
let ending: Promise<void> | undefined;
function end(code: number): Promise<void> {
  return ending ??= LineProcess.killAll().then(() => place[Symbol.asyncDispose]()).finally(() => Deno.exit(code));
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.addSignalListener(signal, () => void end(130));
Deno.stdin.readable.pipeTo(new WritableStream()).finally(() => end(130));

const say = (text: string): void => void Deno.stderr.writeSync(new TextEncoder().encode(`${contender}, ${text}\n`));
try {
  const figures = await measureMembers(start, JSON.parse(options) as MembershipOptions, place, say);
  writeData(`${JSON.stringify(figures)}\n`);
  await end(0);
} catch (error) {
  if (ending === undefined) writeError(String(error));
  await end(1);
}
