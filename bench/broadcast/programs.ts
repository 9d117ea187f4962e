/** Groups of the programs beside this file, which have nothing of their own but a protocol. */
import { LineProcess } from "../line_process.ts";
import { messageIn } from "./message.ts";
import { type GroupOptions, type Peer, type Started, type StartGroup, startSome } from "./peer.ts";

/** What Deno is told besides to run everything without a question. */
const FLAGS = ["run", "-q", "-A"];

/** Every peer has a connection to every other, and nothing else. */
export const startTcpMesh: StartGroup = (options) => startMesh(options, [programPath("tcp_mesh.ts")]);

/** libp2p with signed messages, which is how it is by default, or without. */
export function startGossipsub(kind: "signed" | "unsigned"): StartGroup {
  const config = `--config=${programPath("gossipsub/deno.json")}`;
  return (options) => startMesh(options, [config, programPath("gossipsub/gossipsub.ts"), kind]);
}

/** Clients of one server. */
export async function startNats(options: GroupOptions): Promise<Started> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const server = new LineProcess(["nats-server", "-a", "127.0.0.1", "-p", "-1"], options.place.env, (line) => {
    const found = /Listening for client connections on (\S+)$/.exec(line);
    if (found !== null) resolve(found[1]!);
  });
  const address = await within(START_TIMEOUT_MS, promise, "nats-server");
  const members = await startSome(options.size, (index) => startMember(options, index, [programPath("nats.ts")]));
  await Promise.all(members.map(({ meet }) => meet([address])));
  return { peers: members.map(({ peer }) => peer), helpers: [server] };
}

/** For loaded machines, in ms. */
const START_TIMEOUT_MS = 60_000;

async function startMesh(options: GroupOptions, args: readonly string[]): Promise<Started> {
  const members = await startSome(options.size, (index) => startMember(options, index, args));
  const addresses = members.map(({ address }) => address);
  await Promise.all(members.map(({ meet }, index) => meet(addresses.slice(0, index))));
  return { peers: members.map(({ peer }) => peer), helpers: [] };
}

type Member = Readonly<{ peer: Peer; address: string; meet(addresses: readonly string[]): Promise<void> }>;

/** One of them, as `program.ts` has it. */
async function startMember(
  { size, place, heard }: GroupOptions,
  index: number,
  args: readonly string[],
): Promise<Member> {
  const listening = Promise.withResolvers<string>();
  const process = new LineProcess([Deno.execPath(), ...FLAGS, ...args], place.env, (line, atMs) => {
    const message = messageIn(line);
    if (message !== undefined) heard(index, message, atMs);
    else if (line.startsWith("at ")) listening.resolve(line.slice(3));
  });
  return {
    address: await within(START_TIMEOUT_MS, listening.promise, args.join(" ")),
    meet: async (addresses) => {
      await process.ask([size, ...addresses].join(" "), (line) => line === "ready" ? line : undefined);
    },
    peer: {
      pid: process.pid,
      say: (texts) => process.say(texts.join("\n")),
      kill: () => process.kill(),
    },
  };
}

async function within<T>(ms: number, promise: Promise<T>, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${what} does not start`)), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function programPath(file: string): string {
  return new URL(file, import.meta.url).pathname;
}
