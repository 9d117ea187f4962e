/**
 * What the chat program cli-chat says, byte for byte: records of its members in gossip and in the state that goes with
 * tables, both as Go's plain JSON of a protobuf struct, and one line of text for each message. Nothing here throws.
 */
import * as v from "valibot";
import { compareAsGo, goString } from "../../transport/go_json.ts";
import { type Address, parseAddress, splitAddress } from "../../transport/address.ts";
import { isTextTooLong, TEXT_BYTES_MAX } from "../chat_room/entry.ts";
import { parseGuestName } from "../chat_room/guest_name.ts";
import { visible } from "../repl/visible.ts";

/** When something was said, as protobuf has it. */
export type Timestamp = Readonly<{ seconds: number; nanos: number }>;

/** A member of the chat: its name among the nodes, and where it takes lines. */
export type ChatRecord = Readonly<{ name: string; sender: Address; timestamp: Timestamp }>;

/** What one member gossips. A ping is a record of its target, and so is the answer. */
export type CliChatMessage = Readonly<{ type: "join" | "leave" | "ping"; record: ChatRecord }>;

const MESSAGE_TYPES = ["join", "leave", "ping"] as const;

/** Longest name of a node of theirs: host name, peer name and UUID. */
const NAME_CHARACTERS_MAX = 256;

/** Members in one state. */
export const RECORDS_MAX = 1_024;

/** Names are read by people, at their terminals too. */
const UNFIT = /[\s\p{Cc}\p{Cs}\p{Co}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u;

const count = v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), 0);
const MEMBER = v.object({
  msgType: v.optional(v.picklist([0, 1, 2]), 0),
  name: v.string(),
  sender: v.string(),
  timestamp: v.optional(v.object({ seconds: count, nanos: count }), {}),
});

/** A timestamp of our clock. */
export function timestampOf(wallMs: number): Timestamp {
  const seconds = Math.floor(wallMs / 1_000);
  return { seconds, nanos: Math.floor((wallMs - seconds * 1_000) * 1_000_000) };
}

/** Whether `one` was said after `other`. */
export function isLater(one: Timestamp, other: Timestamp): boolean {
  return one.seconds > other.seconds || one.seconds === other.seconds && one.nanos > other.nanos;
}

/** Which of two members came first; of two at the same time, it is the one whose name does. */
export function isBefore(one: ChatRecord, other: ChatRecord): boolean {
  if (isLater(other.timestamp, one.timestamp)) return true;
  return !isLater(one.timestamp, other.timestamp) && one.name < other.name;
}

/** The payload of a message: what is zero is left out, and who joins is zero. */
export function encodeMember({ type, record }: CliChatMessage): Uint8Array {
  return new TextEncoder().encode(memberJson(type, record));
}

/** The message in a payload; `undefined` when there is none, or an empty or an impossible one. */
export function decodeMember(payload: Uint8Array): CliChatMessage | undefined {
  return memberOf(parseJson(payload));
}

/** The state that goes with a table: all members by their names. */
export function encodeState(records: Iterable<ChatRecord>): Uint8Array {
  const sorted = [...records].sort((a, b) => compareAsGo(a.name, b.name)).slice(0, RECORDS_MAX);
  return new TextEncoder().encode(
    `{${sorted.map((one) => `${goString(one.name)}:${memberJson("join", one)}`).join(",")}}`,
  );
}

/** What a state says; entries that are empty, impossible or under another's name are left out. */
export function decodeState(state: Uint8Array): readonly CliChatMessage[] {
  const value = parseJson(state);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).slice(0, RECORDS_MAX).flatMap(([name, member]: [string, unknown]) => {
    const message = memberOf(member);
    return message === undefined || message.record.name !== name ? [] : [message];
  });
}

function memberJson(type: CliChatMessage["type"], { name, sender, timestamp: { seconds, nanos } }: ChatRecord): string {
  const code = MESSAGE_TYPES.indexOf(type);
  const when = [seconds === 0 ? "" : `"seconds":${seconds}`, nanos === 0 ? "" : `"nanos":${nanos}`].filter((s) =>
    s !== ""
  );
  return `{${code === 0 ? "" : `"msgType":${code},`}"name":${goString(name)},"sender":${goString(sender)},` +
    `"timestamp":{${when.join(",")}}}`;
}

function memberOf(value: unknown): CliChatMessage | undefined {
  const parsed = v.safeParse(MEMBER, value);
  if (!parsed.success) return undefined;
  const { msgType, name, timestamp } = parsed.output;
  const sender = parseAddress(parsed.output.sender);
  if (name === "" || name.length > NAME_CHARACTERS_MAX || UNFIT.test(name)) return undefined;
  if (sender === undefined || splitAddress(sender).port === 0 || timestamp.nanos >= 1_000_000_000) return undefined;
  return { type: MESSAGE_TYPES[msgType], record: { name, sender, timestamp } };
}

/** What is no JSON is `undefined`. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

// Lines

/** All lines begin with this. */
export const LINE_START = "<".charCodeAt(0);

/** The longest text with a long prompt. */
export const LINE_BYTES_MAX = TEXT_BYTES_MAX + 512;

/** What somebody said, by the name that they claim. */
export type Line = Readonly<{ name: string; text: string }>;

/** `<Nov 20 20:53:36.494 alice> hi`; later versions leave the time out. */
const LINE = /^<(?:[A-Z][a-z]{2} [ \d]?\d \d\d:\d\d:\d\d\.\d{3} )?([^<>]{1,128})> ?(.*)$/su;

/** Notices of later versions, which the gossip says as well. */
const NOTICES: ReadonlySet<string> = new Set(["info", "warn", "error", "joined", "left"]);

/** Reads a line, without its end; `undefined` where nobody says anything. */
export function parseLine(bytes: Uint8Array): Line | undefined {
  const match = LINE.exec(new TextDecoder().decode(bytes).replace(/\r$/, ""));
  const [, name = "", text = ""] = match ?? [];
  return match === null || NOTICES.has(name) || text.trim() === "" || isTextTooLong(text) ? undefined : { name, text };
}

/**
 * The line that says `text`. Their terminals obey whatever comes, so what they should not is written out; they read up to
 * the first line end, so a text of several lines becomes one.
 */
export function formatLine(wallMs: number, { name, text }: Line): Uint8Array {
  const plain = visible(text.split(/\r\n|[\r\n\u2028\u2029]/).join(" "));
  return new TextEncoder().encode(`<${promptTime(wallMs)} ${visible(name).replace(/[<>]/g, "")}> ${plain}\n`);
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Go's layout `Jan 2 15:04:05.000`, in this machine's zone. */
function promptTime(wallMs: number): string {
  const date = new Date(wallMs);
  const two = (part: number): string => String(part).padStart(2, "0");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${MONTHS[date.getMonth()]} ${date.getDate()} ${time}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

// Names

const UUID = /-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What a person is called whose node is `HOST-NAME-UUID`, as far as that can be told: hosts and names may have dashes. */
export function personOf(node: string): string {
  const rest = node.replace(UUID, "");
  return rest === node ? node : rest.slice(rest.lastIndexOf("-") + 1);
}

/** Whether the person at this node may be called so; later versions have names and hosts the other way round. */
export function isNameOf(name: string, node: string): boolean {
  const rest = node.replace(UUID, "");
  return rest === name || rest !== node && (rest.endsWith(`-${name}`) || rest.startsWith(`${name}-`));
}

/** How somebody of cli-chat may be called in a room, in the order of preference. */
export function guestNamesOf(node: string): readonly string[] {
  const person = personOf(node);
  const names = [person, `${person}-cli`, ...[2, 3, 4, 5, 6, 7, 8].map((number) => `${person}-cli-${number}`)];
  return [...new Set(names.map(parseGuestName).filter((name) => name !== undefined))];
}
