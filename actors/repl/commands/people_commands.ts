import { AWAY_BYTES_MAX } from "../../chat_room/entry.ts";
import { DIRECT_ROOM } from "../../direct/letter.ts";
import { fingerprintOf } from "../../history/fingerprint.ts";
import type { AuthorId } from "../../history/author.ts";
import type { Whois } from "../../history/people.ts";
import type { MemberView } from "../../membership.ts";
import { parseNodeName } from "../../membership/member.ts";
import type { Decision } from "../../rooms.ts";
import { type Command, type CommandCall, type CommandData, type CommandOutcome, failed } from "../command.ts";
import { dateTime } from "../clock_time.ts";
import { readName } from "../quoted_name.ts";
import { isolated, visible, visibleName } from "../visible.ts";

/** Logs of one author that are shown. */
const LOGS_SHOWN_MAX = 16;

/** Who one is, who others are, and whose word one wants to read. */
export const PEOPLE_COMMANDS: readonly Command[] = [
  {
    name: "whoami",
    summary: "Show your name, your key's fingerprint, and the rooms you are in",
    group: "people",
    async run({ peer: { steps }, print }) {
      const { author, name } = await steps.talk.whoami();
      const nick = name === steps.name ? "" : `, speaking as ${shown(name)}`;
      const rooms = steps.rooms.length === 0 ? "none" : steps.rooms.map((room) => `#${room}`).join(", ");
      print([`You are ${shown(steps.name)}${nick}`, ...keyLines(author), `Rooms: ${rooms}`], {
        name: steps.name,
        nick: name,
        ...keyData(author),
        rooms: steps.rooms,
      });
    },
  },
  {
    name: "whois",
    usage: "NAME",
    summary: "Show whose a name is: the key's fingerprint, since when it is known, where its logs are",
    group: "people",
    complete: knownNames,
    takesName: true,
    async run({ text, peer: { steps }, print }) {
      const name = readName(text);
      if (name === undefined) return "usage";
      const [whois, members] = await Promise.all([steps.talk.whois(name), steps.members()]);
      const names = whois?.names ?? [name];
      const member = members.find((one) => names.includes(one.name));
      const away = member === undefined ? undefined : await awayOf(steps, member.name);
      if (whois === null && member === undefined) return failed(`Nobody called "${shown(name)}" is known here`);
      const awayLine = away === undefined ? [] : [`Away${away === "" ? "" : `: ${isolated(visible(away))}`}`];
      print([...linesOf(name, whois), memberLine(member), ...awayLine], {
        name,
        known: whois === null ? null : dataOf(whois),
        address: member?.address ?? null,
        away: away ?? null,
      });
    },
  },
  {
    name: "tell",
    aliases: ["dm", "query"],
    usage: "NAME TEXT…",
    summary: "Say something to one other alone, sealed; who is away gets it on return",
    group: "people",
    complete: knownNames,
    async run({ text, peer, print }) {
      const [, first = "", said = ""] = /^("(?:[^"\\]|\\.)*"|\S+)\s+([\s\S]*\S)\s*$/.exec(text) ?? [];
      const name = readName(first);
      if (name === undefined) return "usage";
      const reply = await peer.steps.talk.tell(name, said);
      if (!reply.ok) return failed(reply.why);
      const away = await awayOf(peer.steps, name);
      if (away !== undefined) print(`${shown(name)} is away${away === "" ? "" : `: ${isolated(visible(away))}`}`);
    },
  },
  {
    name: "accept",
    usage: "NAME",
    summary: "Give a name to who goes by it now with another key; first compare the fingerprints with them",
    group: "people",
    complete: knownNames,
    takesName: true,
    run: (call) => decide(call, "accept", (name) => `${name} is who goes by that name now: whois shows the key`),
  },
  {
    name: "ignore",
    usage: "[NAME]",
    summary: "Show nothing any more of what this one says, by whatever name; or list whom you ignore",
    group: "people",
    complete: knownNames,
    takesName: true,
    async run(call) {
      if (call.text !== "") return await decide(call, "ignore", (name) => `You ignore ${name}: unignore ends that`);
      const names = await call.peer.steps.talk.ignored();
      call.print(names.length === 0 ? "You ignore nobody" : names.map(shown), { names });
    },
  },
  {
    name: "unignore",
    usage: "NAME",
    summary: "Show again what this one says",
    group: "people",
    complete: ({ steps }) => steps.talk.ignored(),
    takesName: true,
    run: (call) => decide(call, "unignore", (name) => `You ignore ${name} no longer`),
  },
  {
    name: "away",
    usage: "[TEXT…]",
    summary: "Tell the others that you are away from the screen, and where; who and whois show it",
    group: "people",
    async run({ text, peer, print }) {
      if (Buffer.byteLength(text) > AWAY_BYTES_MAX) return failed("That is too long a line");
      await peer.steps.talk.setAway(text.toWellFormed());
      print("You are away: back ends that", { away: text });
    },
  },
  {
    name: "back",
    summary: "Tell the others that you are back",
    group: "people",
    async run({ peer, print }) {
      await peer.steps.talk.setAway(undefined);
      print("You are back", { away: null });
    },
  },
  {
    name: "nick",
    usage: "[NAME]",
    summary: "Speak by another name from now on; your name among the members stays",
    group: "people",
    async run(call) {
      const { text, peer: { steps }, print } = call;
      if (text === "") {
        const { name } = await steps.talk.whoami();
        return print(`You speak as ${shown(name)}`, { name });
      }
      if (parseNodeName(text) === undefined) return failed(`Nobody can be called "${shown(text)}"`);
      const isMember = text !== steps.name && (await steps.members()).some(({ name }) => name === text);
      if (isMember) return failed(`A member is called ${shown(text)}`);
      return await decide(call, "nick", (name) => `You speak as ${name} from now on`);
    },
  },
];

/** Where a member is, who has said in one of our rooms to be away from the screen. */
async function awayOf(steps: CommandCall["peer"]["steps"], member: string): Promise<string | undefined> {
  for (const room of steps.rooms) {
    const occupants = await steps.occupants(room);
    const there = occupants.ok
      ? occupants.value.find(({ name, via }) => name === member && via === undefined)
      : undefined;
    if (there !== undefined) return there.away;
  }
  return undefined;
}

async function decide(
  { text, peer, print }: CommandCall,
  decision: Decision,
  done: (name: string) => string,
): Promise<CommandOutcome> {
  const name = readName(text);
  if (name === undefined) return "usage";
  const reply = await peer.steps.talk.decide(decision, name);
  if (!reply.ok) return failed(reply.why);
  print(done(shown(name)), { name });
}

/** Names of members, for Tab. */
async function knownNames({ steps }: CommandCall["peer"]): Promise<readonly string[]> {
  return (await steps.members()).map(({ name }) => name);
}

/** Direct messages have a room of their own, which nobody can enter. */
function placeOf(room: string): string {
  return room === DIRECT_ROOM ? "of direct messages" : `in #${room}`;
}

function linesOf(name: string, whois: Whois | null): readonly string[] {
  if (whois === null) return [`${shown(name)} has shown no key here`];
  const { author, names, sinceWallMs, lastWallMs, claimant, isIgnored, logs } = whois;
  const others = names.filter((other) => other !== name).map(shown);
  const more = logs.length > LOGS_SHOWN_MAX ? [`  and ${logs.length - LOGS_SHOWN_MAX} more`] : [];
  return [
    `${shown(name)}${isIgnored ? ", whom you ignore" : ""}`,
    ...keyLines(author),
    `Known since ${dateTime(sinceWallMs)}, last seen ${dateTime(lastWallMs)}`,
    ...(others.length === 0 ? [] : [`Also called ${others.join(", ")}`]),
    ...(claimant === undefined ? [] : [`Another key goes by that name: ${fingerprintOf(claimant).words}`]),
    ...logs.slice(0, LOGS_SHOWN_MAX).map(({ room, log, last }) =>
      `Log ${log.slice(-LOG_DIGITS_SHOWN)} ${placeOf(room)}: ${last} ${last === 1 ? "entry" : "entries"}`
    ),
    ...more,
  ];
}

/** When the log began tells the logs of one author apart. */
const LOG_DIGITS_SHOWN = 13;

function memberLine(member: MemberView | undefined): string {
  return member === undefined ? "Not a member now" : `Member ${shown(member.name)}, at ${member.address}`;
}

function keyLines(author: AuthorId): readonly string[] {
  const { words, hex } = fingerprintOf(author);
  return [`Fingerprint: ${words} (${hex})`];
}

function keyData(author: AuthorId): CommandData {
  return { key: author, fingerprint: fingerprintOf(author).words };
}

function dataOf({ author, names, sinceWallMs, lastWallMs, claimant, isIgnored, logs }: Whois): CommandData {
  return {
    ...keyData(author),
    names,
    since: new Date(sinceWallMs).toISOString(),
    lastSeen: new Date(lastWallMs).toISOString(),
    claimant: claimant ?? null,
    ignored: isIgnored,
    logs: logs.map(({ room, log, last }) => ({ room, log, last })),
  };
}

function shown(name: string): string {
  return isolated(visibleName(name));
}
