import type { Listing } from "../../peer/steps.ts";
import { type Command, type CommandCall, type CommandData, failed } from "../command.ts";
import { visible } from "../visible.ts";

/** The seed's commands around the bootstrap registry. */
export const BOOTSTRAP_COMMANDS: readonly Command[] = [
  {
    name: "bootstrapjoin",
    summary: "Register with the bootstrap, so that others find you",
    group: "bootstrap",
    async run({ peer, print }) {
      const result = await peer.steps.bootstrapJoin();
      if (!result.ok) return failed(result.why);
      const { peers, listed } = result.value;
      const others = peers.filter(({ name }) => name !== peer.steps.name).map(({ name }) => visible(name));
      const beside = others.length === 0 ? "Registered; nobody else is yet" : `Registered, beside ${others.join(", ")}`;
      print(listed ? beside : `The registry is full; it lists ${others.join(", ") || "nobody"}`, result.value);
    },
  },
  {
    name: "bootstrap",
    summary: "Show all that the bootstrap knows: its limits, and whom it lists",
    group: "bootstrap",
    async run({ peer, print }) {
      const result = await peer.steps.bootstrapList();
      if (!result.ok) return failed(result.why);
      const data = asSeedData(result.value);
      print(JSON.stringify(data, null, 2).split("\n").map(visible), data);
    },
  },
  {
    name: "bootstraplist",
    aliases: ["bootstrappeers"],
    summary: "List who is registered",
    group: "bootstrap",
    async run({ peer, print }) {
      const result = await peer.steps.bootstrapList();
      if (!result.ok) return failed(result.why);
      printList(result.value, print);
    },
  },
  {
    name: "bootstraplistlocal",
    summary: "List who was registered when the bootstrap was last heard, without asking it",
    group: "bootstrap",
    run({ peer, print }) {
      const result = peer.steps.bootstrapKnown;
      if (!result.ok) return failed(result.why);
      printList(result.value, print);
    },
  },
  {
    name: "bootstraprefill",
    summary: "Offer yourself to the bootstrap, in place of somebody who is gone or came later",
    group: "bootstrap",
    async run({ peer, print }) {
      const result = await peer.steps.bootstrapRefill();
      if (!result.ok) return failed(result.why);
      const { config, peers, listed } = result.value;
      const places = `${peers.length} of ${config.maxPeers} places are taken`;
      print(`${listed ? "Registered" : "The registry has others"}: ${places}`, result.value);
    },
  },
  {
    name: "bootstrapconfig",
    usage: "MAXPEERS MINREFILL",
    summary: "Set how many peers the bootstrap lists, and below how many others offer themselves",
    group: "bootstrap",
    async run({ args, peer, print }) {
      const [maxPeers = "", minRefill = ""] = args;
      if (args.length !== 2 || !/^\d{1,6}$/.test(maxPeers) || !/^\d{1,6}$/.test(minRefill)) return "usage";
      const result = await peer.steps.bootstrapConfig(Number(maxPeers), Number(minRefill));
      if (!result.ok) return failed(result.why);
      const { config } = result.value;
      print(
        `At most ${config.maxPeers} peers; below ${config.minRefillCandidates}, others offer themselves`,
        result.value,
      );
    },
  },
  {
    name: "bootstrapreset",
    summary: "Make the bootstrap forget everybody; its limits stay",
    group: "bootstrap",
    async run({ peer, print }) {
      const result = await peer.steps.bootstrapReset();
      if (!result.ok) return failed(result.why);
      print("Nobody is registered any more");
    },
  },
  {
    name: "bootstrapleave",
    summary: "Take yourself off the bootstrap's list",
    group: "bootstrap",
    async run({ peer, print }) {
      const result = await peer.steps.bootstrapLeave();
      if (!result.ok) return failed(result.why);
      print("No longer registered");
    },
  },
];

function printList(listing: Listing, print: CommandCall["print"]): void {
  const lines = listing.peers.map(({ name, ip, port }) => visible(`${name} at ${ip}:${port}`));
  print(lines.length === 0 ? "Nobody is registered" : lines, listing);
}

/** In the shape of the seed's data, which its own tools read. */
function asSeedData({ config, peers }: Listing): CommandData {
  return {
    Config: { maxpeers: config.maxPeers, minrefillcandidates: config.minRefillCandidates, numpeers: peers.length },
    Peers: Object.fromEntries(peers.toSorted((a, b) => a.id < b.id ? -1 : 1).map((peer) => [peer.id, peer])),
  };
}
