import { type Address, parseAddress } from "../../../transport/address.ts";
import type { MemberView } from "../../membership.ts";
import type { Command, CommandCall, CommandData, CommandOutcome, CommandPeer } from "../command.ts";
import { failed } from "../command.ts";
import { decodeTags, isParley } from "../../serf/tags.ts";
import { shownName } from "../announce.ts";
import { LookAlikes } from "../look_alikes.ts";
import { inMs } from "../in_ms.ts";
import { readName } from "../quoted_name.ts";
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
      print(`Listening on ${result.value}`, { address: result.value });
    },
  },
  {
    name: "memberlistcreate",
    summary: "Become a member, of a cluster of one",
    group: "membership",
    async run({ peer, print }) {
      const result = await peer.steps.create();
      if (!result.ok) return failed(result.why);
      print(`local node name: ${result.value.name}`, { member: memberData(result.value) });
    },
  },
  {
    name: "memberliststart",
    summary: "Start to spread what is said",
    group: "membership",
    async run({ peer, print }) {
      const result = await peer.steps.start();
      if (!result.ok) return failed(result.why);
      print(`Local member ${result.value}`, { address: result.value });
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
      const lines = members.map((member, index) => describeMember(member, index, looks));
      print(lines, { members: members.map(memberData) });
    },
  },
  {
    name: "memberlistleave",
    usage: "[SECONDS]",
    summary: "Say goodbye to the other members, in at most so many seconds (2)",
    group: "membership",
    async run({ args, peer, session, print }) {
      const withinMs = parseSeconds(args, 2);
      if (withinMs === undefined) return "usage";
      const result = await peer.steps.leave(withinMs);
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
  {
    name: "memberlistupdate",
    usage: "[SECONDS]",
    summary: "Tell the others anew what you are, in at most so many seconds (5)",
    group: "membership",
    async run({ args, peer, print }) {
      const withinMs = parseSeconds(args, 5);
      if (withinMs === undefined) return "usage";
      const result = await peer.steps.update(withinMs);
      if (!result.ok) return failed(result.why);
      const told = result.value === "told" ? "all" : "some";
      print(told === "all" ? "The others were told" : "Some were told by now; gossip tells the rest", { told });
    },
  },
  {
    name: "memberlistshutdowntransport",
    summary: "Close the port and stay a member, whom others will miss; memberlistconfigure opens it again",
    group: "membership",
    async run({ peer, print }) {
      const result = await peer.steps.shutdownTransport();
      if (!result.ok) return failed(result.why);
      print("The port is closed");
    },
  },
  {
    name: "memberlistdelete",
    summary: "Stop being a member, without a word; the port stays open",
    group: "membership",
    async run({ peer, session, print }) {
      const result = await peer.steps.forget();
      if (!result.ok) return failed(result.why);
      session.left();
      print("The membership is forgotten");
    },
  },
  {
    name: "memberlisthealthscore",
    summary: "Show how well this peer hears others; 0 is best",
    group: "membership",
    async run({ peer, print }) {
      const result = await peer.steps.soundings.standing();
      if (!result.ok) return failed(result.why);
      const { healthScore } = result.value;
      print(`Health Score: ${healthScore}`, { healthScore });
    },
  },
  {
    name: "localnode",
    summary: "Show what this peer is called, and where",
    group: "membership",
    async run({ peer, print }) {
      const result = await peer.steps.soundings.standing();
      if (!result.ok) return failed(result.why);
      const { name, address } = result.value;
      print([`localNode.Name: ${visible(name)}`, `localNode.Address: ${address}`], { name, address });
    },
  },
  {
    name: "showmemberlist",
    summary: "Show how this peer stands in the membership, and what it knows of each member",
    group: "membership",
    async run({ peer, print }) {
      const result = await peer.steps.soundings.standing();
      if (!result.ok) return failed(result.why);
      const { name, address, incarnation, members, healthScore } = result.value;
      const looks = looksOf(members);
      const rows = [
        ["name", shownName(name, looks)],
        ["address", address],
        ["incarnation", String(incarnation)],
        ["healthScore", String(healthScore)],
        ["members", String(members.length)],
        ...members.flatMap((member, index) => rowsOf(member, `members.${index}`, looks)),
      ] as const;
      const column = Math.max(...rows.map(([path = ""]) => path.length));
      print(rows.map(([path = "", value = ""]) => `${path.padEnd(column)}  ${value}`), {
        ...result.value,
        members: members.map(memberData),
      });
    },
  },
  {
    name: "ping",
    usage: "MEMBER",
    summary: "Ask a member by a packet whether it is there, and show how long the answer took",
    group: "membership",
    complete: memberNames,
    takesName: true,
    async run({ text, peer, print }) {
      const named = readName(text);
      if (named === undefined) return "usage";
      const result = await peer.steps.soundings.ping(named);
      if (!result.ok) return failed(result.why);
      print(`${visible(result.value.name)} answered after ${inMs(result.value.roundTripMs)}`, result.value);
    },
  },
  {
    name: "play",
    usage: "MEMBER",
    summary: "Connect to a member's port and close again, and show how long that took",
    group: "membership",
    complete: memberNames,
    takesName: true,
    async run({ text, peer, print }) {
      const named = readName(text);
      if (named === undefined) return "usage";
      const result = await peer.steps.soundings.connect(named);
      if (!result.ok) return failed(result.why);
      const { name, address, roundTripMs } = result.value;
      print(`${visible(name)} takes connections at ${address}, this one after ${inMs(roundTripMs)}`, result.value);
    },
  },
];

/** Names of members, for Tab. */
async function memberNames({ steps }: CommandPeer): Promise<readonly string[]> {
  return (await steps.members()).map(({ name }) => name);
}

/** The longest that a goodbye or an update is waited for. */
const WAIT_SECONDS_MAX = 60;

/** `[SECONDS]` in ms; nonsense, and no time at all, is `undefined`. */
function parseSeconds(args: readonly string[], fallback: number): number | undefined {
  const [word = String(fallback)] = args;
  const seconds = /^\d{1,3}(\.\d{1,3})?$/.test(word) ? Number(word) : NaN;
  return args.length <= 1 && seconds > 0 && seconds <= WAIT_SECONDS_MAX ? seconds * 1_000 : undefined;
}

/** Everything that is known of a member but for its bytes, as paths and values. */
function rowsOf(member: MemberView, path: string, looks: LookAlikes): (readonly [string, string])[] {
  return [
    [`${path}.name`, shownName(member.name, looks)],
    [`${path}.address`, member.address],
    [`${path}.state`, member.state],
    [`${path}.incarnation`, String(member.incarnation)],
    [`${path}.tags`, describeTags(member)],
  ];
}

/** Who of them only looks like another. */
function looksOf(members: readonly MemberView[]): LookAlikes {
  const looks = new LookAlikes();
  for (const { name } of members) looks.meet(name);
  return looks;
}

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
  const data = { contacted, members: members.map(memberData) };
  if (contacted === 0) {
    return print(
      `Nothing to join: ${args.length === 0 ? "nobody else is registered" : "you listen there yourself"}`,
      data,
    );
  }
  const names = members.map(({ name }) => visible(name)).join(" ");
  print([`${contacted} host(s) successfully contacted`, `Known nodes: [${names}]`], data);
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

/** A member for a program; tags that cannot be read are `null`. */
function memberData({ name, address, state, incarnation, meta }: MemberView): CommandData {
  const tags = decodeTags(meta);
  const tagsData = tags.ok ? Object.fromEntries(tags.value) : null;
  return { name, address, state, incarnation, tags: tagsData, parley: isParley(meta) };
}

/** As `serf members` shows them, and whether it is a peer of ours. */
function describeTags({ meta }: MemberView): string {
  const tags = decodeTags(meta);
  const pairs = tags.ok ? [...tags.value].map(([tag, value]) => `${visible(tag)}=${visible(value)}`) : ["not readable"];
  return `${pairs.join(" ") || "none"}${isParley(meta) ? "" : " (no Parley peer)"}`;
}
