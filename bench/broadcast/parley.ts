/** Peers as their users start them, with `--json` and pipes in place of a terminal. */
import { LineProcess } from "../line_process.ts";
import { until } from "../processes.ts";
import { messageIn } from "./message.ts";
import { type Peer, type StartGroup, startSome } from "./peer.ts";

/** Until all see all, in ms. */
const MEET_TIMEOUT_MS = 60_000;

export const startParley: StartGroup = async ({ size, place, heard }) => {
  const seenBy: Set<string>[] = Array.from({ length: size }, () => new Set());
  const startOne = async (index: number): Promise<Peer> => {
    const args = [`p${index}`, place.bootstrapFlag, "--json"];
    let isHere = false;
    const process = new LineProcess(place.commandLine("run", "peer", args), place.env, (line, atMs) => {
      const message = heardIn(line);
      if (message !== undefined) return heard(index, message, atMs);
      const name = joinedIn(line);
      if (name !== undefined) seenBy[index]!.add(name);
      if (line.includes('"text":"You are in #')) isHere = true;
    });
    if (!await until(() => isHere, MEET_TIMEOUT_MS)) throw new Error(`Peer ${index} does not come into its room`);
    return { pid: process.pid, say: (texts) => process.say(texts.join("\n")), kill: () => process.kill() };
  };
  const first = await startOne(0); // serves the registry, in which the others find it
  const others = await startSome(size - 1, (index) => startOne(index + 1));
  if (!await until(() => seenBy.every(({ size: seen }) => seen === size), MEET_TIMEOUT_MS)) {
    throw new Error("The peers do not all see each other");
  }
  return { peers: [first, ...others], helpers: [] };
};

/** The message that a line shows as said in a room. What the speaker is shown of its own words counts as its own. */
export function heardIn(line: string): number | undefined {
  return line.includes('"type":"chat"') && line.includes('"event":"said"') ? messageIn(line) : undefined;
}

/** Who is a member now. */
export function joinedIn(line: string): string | undefined {
  return /"type":"member",.*"event":"joined","name":"([^"]*)"/.exec(line)?.[1];
}
