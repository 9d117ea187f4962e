import { LineProcess } from "../line_process.ts";
import type { Member, MemberOptions, Sighting, Traffic } from "./member.ts";

/** A peer as its users start it, that takes its steps one by one. */
export async function startParley({ name, bind, profile, place, saw }: MemberOptions): Promise<Member> {
  const flags = ["--manual", place.bootstrapFlag, "--bind", bind, "--profile", profile];
  const process = new LineProcess(place.commandLine("run", "peer", [name, ...flags]), place.env, (line, atMs) => {
    const sighting = sightingIn(line);
    if (sighting !== undefined) saw(sighting, atMs);
  });
  const begin = "memberlistconfigure\nmemberlistcreate\nmemberliststart";
  await process.ask(begin, (line) => line === `Local member ${bind}` ? line : undefined);
  let asked = 0;
  return {
    name,
    address: bind,
    pid: process.pid,
    join: (address) => process.say(`memberlistjoin ${address}`),
    traffic: () => readTraffic(process, `end of counters ${++asked}`),
    kill: () => process.kill(),
  };
}

/** The line in which a peer announces a change of the membership, if it is one of those. */
export function sightingIn(line: string): Sighting | undefined {
  const found = /^\* (\S+) (is a member now|does not answer and is suspected|failed: )/.exec(line);
  if (found === null) return undefined;
  const [, name, what] = found;
  const type = what === "failed: " ? "failed" : what === "is a member now" ? "joined" : "suspected";
  return { type, name: name! };
}

/** The command shows only what is above 0. */
async function readTraffic(process: LineProcess, mark: string): Promise<Traffic> {
  const counted = new Map<string, number>();
  await process.ask(`counters\necho ${mark}`, (line) => {
    const found = /^ *(\d+) {2}transport: (packet|stream) bytes sent$/.exec(line);
    if (found !== null) counted.set(found[2]!, Number(found[1]));
    return line === mark ? line : undefined;
  });
  return { packetBytes: counted.get("packet") ?? 0, streamBytes: counted.get("stream") ?? 0 };
}
