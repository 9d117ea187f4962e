/** Agents of Serf, whose user events the gossip carries. What one hears it says over its RPC, and not in lines. */
import { LineProcess } from "../line_process.ts";
import { until } from "../processes.ts";
import { messageIn } from "./message.ts";
import { ownNetwork, type StartGroup, startSome } from "./peer.ts";
import { SerfRpc } from "./serf_rpc.ts";

const START_TIMEOUT_MS = 60_000;
const PORT = 7946;
const RPC_PORT = 7373;

export const startSerf: StartGroup = async ({ size, place, heard }) => {
  const addressOf = ownNetwork();
  const seenBy: Set<string>[] = Array.from({ length: size }, () => new Set());
  const peers = await startSome(size, async (index) => {
    const [own, first] = [addressOf(index + 1), addressOf(1)];
    let isRunning = false;
    const join = index === 0 ? [] : [`-retry-join=${first}:${PORT}`, "-retry-interval=1s"];
    const flags = [
      `-node=p${index}`,
      `-bind=${own}:${PORT}`,
      `-rpc-addr=${own}:${RPC_PORT}`,
      "-profile=local",
      ...join,
    ];
    const process = new LineProcess(["serf", "agent", ...flags], place.env, (line) => {
      if (line.includes("Serf agent running!")) isRunning = true;
      const name = /EventMemberJoin: (\S+)/.exec(line)?.[1];
      if (name !== undefined) seenBy[index]!.add(name);
    });
    if (!await until(() => isRunning, START_TIMEOUT_MS)) throw new Error("serf does not start");
    const rpc = await SerfRpc.connect(own, RPC_PORT, (payload) => {
      const message = messageIn(payload);
      if (message !== undefined) heard(index, message, performance.now());
    });
    return {
      pid: process.pid,
      say: async (texts: readonly string[]) => {
        for (const text of texts) await rpc.event(text);
      },
      kill: () => process.kill(),
    };
  });
  if (!await until(() => seenBy.every(({ size: seen }) => seen === size), START_TIMEOUT_MS)) {
    throw new Error("The agents do not all see each other");
  }
  return { peers, helpers: [] };
};
