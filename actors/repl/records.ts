import { Buffer } from "node:buffer";
import type { ChatEvent, HistoryEvent, PeopleEvent } from "../chat_room.ts";
import type { DirectEvent } from "../direct.ts";
import { shownIso } from "../history/clock_mark.ts";
import type { MembershipEvent } from "../membership.ts";
import type { SerfEvent } from "../serf.ts";
import type { CommandData } from "./command.ts";

/** What is said to a program instead of a line for a person. Fields are only added, never renamed. */
export type ReplRecord =
  /** What a command shows: what a person would read, and the same as data where there is any. */
  | CommandOutput
  /** What went wrong; what the peer says of itself. */
  | Readonly<{ type: "error" | "notice"; text: string }>
  | CommandDone
  | Happening;

/** What a command shows, for whoever reads it. */
export type CommandOutput = Readonly<{ type: "output"; command: string; text: string; data?: CommandData }>;

/** A command has ended; speech has the command "msg", an unknown one has none (""). */
export type CommandDone = Readonly<{ type: "done"; command: string; ok: boolean }>;

/** Something that happened, with what is known of it. */
type Happening =
  & Readonly<{ type: "chat" | "direct" | "history" | "member" | "people" | "serf"; event: string }>
  & Readonly<Record<string, string | number | boolean>>;

/** Version of the format, in each line. */
const VERSION = 1;

/**
 * One line of JSON. Of what is not printable ASCII, everything is escaped: a reader gets exactly what was said, and a
 * terminal nothing that it obeys.
 */
export function recordLine(record: ReplRecord, wallMs: number): string {
  const { type } = record;
  // Put together as text: an object of the head and the record would cost as much again. A record begins with its type.
  const fields = JSON.stringify(record).slice(`{"type":"${type}"`.length);
  const line = `{"v":${VERSION},"type":"${type}","time":"${shownIso(wallMs)}"${fields}`;
  if (isPrintable(line)) return line;
  return line.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Whether a line of JSON, in which what is below a blank is escaped, has nothing but printable ASCII. */
function isPrintable(line: string): boolean {
  return Buffer.byteLength(line) === line.length && !line.includes("\x7f");
}

/** What happened in a room. `saidAt` and `targetSaidAt` are by the author's clock. */
export function chatRecord({ type: event, wallMs, ...rest }: ChatEvent): ReplRecord {
  const record = { type: "chat", event, ...rest, saidAt: shownIso(wallMs) } as const;
  if (!("targetWallMs" in record)) return record;
  const { targetWallMs, ...others } = record;
  return { ...others, targetSaidAt: shownIso(targetWallMs) };
}

/** What became of a room's history. */
export function historyRecord({ type: event, ...rest }: HistoryEvent): ReplRecord {
  return { type: "history", event, ...rest };
}

/** What was said to us alone, or by us to one other. `saidAt` is by the author's clock. */
export function directRecord({ type: event, wallMs, ...rest }: DirectEvent): ReplRecord {
  return { type: "direct", event, ...rest, saidAt: shownIso(wallMs) };
}

/** Who somebody is, or is not. */
export function peopleRecord(event: PeopleEvent): ReplRecord {
  const { type, room } = event;
  const common = { type: "people", event: type, room } as const;
  switch (event.type) {
    case "key_changed": {
      const { name, known, other } = event;
      return { ...common, name, known, ...(other === undefined ? {} : { other }) };
    }
    case "renamed":
      return { ...common, from: event.from, to: event.to };
    case "refused":
      return { ...common, by: event.by, name: event.name, holder: event.holder };
  }
}

/** What happened to a member. */
export function memberRecord({ type: event, member, ...rest }: MembershipEvent): ReplRecord {
  const { name, address, state, incarnation } = member;
  return { type: "member", event, name, address, state, incarnation, ...rest };
}

/** What was said in a Serf cluster; a payload is in hexadecimal digits. */
export function serfRecord(event: SerfEvent): ReplRecord {
  const common = { type: "serf", event: event.type } as const;
  switch (event.type) {
    case "user_event":
      return { ...common, name: event.name, payload: event.payload.toHex() };
    case "query":
      return { ...common, name: event.name, payload: event.payload.toHex(), from: event.from };
    case "ruled_out":
      return { ...common, name: event.name };
    case "keys_changed":
      return { ...common, from: event.from };
  }
}
