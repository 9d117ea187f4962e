import { type Address, parseAddress } from "../../../transport/address.ts";
import type { MemberView } from "../../membership.ts";
import type { Command, CommandCall, CommandOutcome } from "../command.ts";
import { failed } from "../command.ts";
import { decodeTags, isParley } from "../../serf/tags.ts";
import { shownName } from "../announce.ts";
import { LookAlikes } from "../look_alikes.ts";
import { visible } from "../visible.ts";

/** The seed's commands around the membership, one step each. */
export const MEMBERSHIP_COMMANDS: readonly Command[] = [
  {
    name: "memberlistconfigure",
    usage: "[BindPort N]",
    summary: "Open the port that other peers talk to",
    group: "membership",
    async run({ args, peer, print }) {
      const port = parseBindPort(args);
      if (port === undefined) return "usage";
      const result = await peer.steps.configure(port === "any" ? undefined : port);
      if (!result.ok) return failed(result.why);
      print(`Listening on ${result.value}`);
    },
  },
  {
    name: "memberlistcreate",
    summary: "Become a member, of a cluster of one",
    group: "membership",
    async run({ peer, print }) {
      const result = await peer.steps.create();
      if (!result.ok) return failed(result.why);
      print(`local node name: ${result.value.name}`);
    },
  },
  {
    name: "memberliststart",
    summary: "Start to spread what is said",
    group: "membership",
    async run({ peer, print }) {
      const result = await peer.steps.start();
      if (!result.ok) return failed(result.why);
      print(`Local member ${result.value}`);
    },
  },
  {
    name: "memberlistjoin",
    usage: "[IP:PORT …]",
    summary: "Join those that listen there, or those that the bootstrap lists",
    group: "membership",
    run: joinMembers,
  },
  {
    name: "memberlist",
    aliases: ["members", "peers"],
    summary: "List the members",
    group: "membership",
    async run({ peer, print }) {
      if (!peer.steps.created) return failed("There is no membership yet: memberlistcreate makes one");
      const members = await peer.steps.members();
      const looks = new LookAlikes();
      for (const name of [peer.steps.name, ...members.map(({ name }) => name)]) looks.meet(name);
      members.forEach((member, index) => print(describeMember(member, index, looks)));
    },
  },
  {
    name: "memberlistleave",
    summary: "Say goodbye to the other members",
    group: "membership",
    async run({ peer, session, print }) {
      const result = await peer.steps.leave();
      if (!result.ok) return failed(result.why);
      session.left();
      print("You left the membership");
    },
  },
  {
    name: "memberlistshutdown",
    summary: "Stop being a member, without a word, and close the port",
    group: "membership",
    async run({ peer, session, print }) {
      const result = await peer.steps.shutdown();
      if (!result.ok) return failed(result.why);
      session.left();
      print("The membership is shut down");
    },
  },
];

async function joinMembers({ args, peer, print }: CommandCall): Promise<CommandOutcome> {
  const addresses: Address[] = [];
  for (const arg of args) {
    const address = parseAddress(arg);
    if (address === undefined) return failed(`Not an address of the form IP:PORT: "${visible(arg)}"`);
    addresses.push(address);
  }
  const result = await peer.steps.join(args.length === 0 ? undefined : addresses);
  if (!result.ok) return failed(result.why);
  const { contacted, members } = result.value;
  if (contacted === 0) {
    return print(`Nothing to join: ${args.length === 0 ? "nobody else is registered" : "you listen there yourself"}`);
  }
  print(`${contacted} host(s) successfully contacted`);
  print(`Known nodes: [${members.map(({ name }) => visible(name)).join(" ")}]`);
}

/** `BindPort N`; nothing means any port, nonsense is `undefined`. */
function parseBindPort(args: readonly string[]): number | "any" | undefined {
  if (args.length === 0) return "any";
  const [key, value = ""] = args;
  if (args.length !== 2 || key?.toLowerCase() !== "bindport" || !/^\d{1,5}$/.test(value)) return undefined;
  return Number(value) <= 65_535 ? Number(value) : undefined;
}

function describeMember(member: MemberView, index: number, looks: LookAlikes): string {
  const state = member.state === "alive" ? "" : ` (${member.state})`;
  const number = `${index}:`.padEnd(8);
  const indent = `\n${" ".repeat(8)}`;
  return `${number}Name: ${shownName(member.name, looks)}${state}${indent}Address: ${member.address}${indent}Tags: ${
    describeTags(member)
  }`;
}

/** As `serf members` shows them, and whether it is a peer of ours. */
function describeTags({ meta }: MemberView): string {
  const tags = decodeTags(meta);
  const pairs = tags.ok ? [...tags.value].map(([tag, value]) => `${visible(tag)}=${visible(value)}`) : ["not readable"];
  return `${pairs.join(" ") || "none"}${isParley(meta) ? "" : " (no Parley peer)"}`;
}
