import { CHAT, type ChatEvent, HISTORY, type HistoryEvent, PEOPLE, type PeopleEvent } from "./chat_room.ts";
import type { RoomName } from "./chat_room/entry.ts";
import { DIRECT, type DirectEvent } from "./direct.ts";
import type { Unread } from "./history/unread.ts";
import type { EntryHash } from "./history/values.ts";
import { MEMBERSHIP, type MembershipEvent } from "./membership.ts";
import { SERF, type SerfEvent } from "./serf.ts";
import type { Command, CommandOutcome, CommandPeer } from "./repl/command.ts";
import type { CommandDone, CommandOutput } from "./repl/records.ts";
import type { CompletionAnswer, CompletionRequest } from "./repl/line_editor/completion.ts";
import type { ScreenState } from "./repl/screen.ts";
import { Session } from "./repl/session.ts";
import type { Style } from "./repl/style.ts";
import type { Terminal } from "./repl/terminal.ts";
import type { Behavior } from "./runtime/behavior.ts";

/** What the REPL understands. */
export type ReplMessage =
  /** From the terminal. */
  | Readonly<{ type: "typed"; bytes: Uint8Array }>
  | Readonly<{ type: "input_ended" }>
  | Readonly<{ type: "resized" }>
  /** Somebody has something to show. */
  | Readonly<{ type: "notice"; text: string; tone?: "plain" | "bad" }>
  | Readonly<{ type: "chat"; event: ChatEvent }>
  | Readonly<{ type: "history"; event: HistoryEvent }>
  | Readonly<{ type: "direct"; event: DirectEvent }>
  | Readonly<{ type: "people"; event: PeopleEvent }>
  | Readonly<{ type: "member"; event: MembershipEvent }>
  | Readonly<{ type: "serf"; event: SerfEvent }>
  /** The peer has arrived in this room; plain text is speech from now on. */
  | Readonly<{ type: "arrived"; room: RoomName }>
  | Readonly<{ type: "completed"; request: CompletionRequest; answer: CompletionAnswer }>
  /** From a command that outlived the life it began in. */
  | CommandOutput
  | CommandDone
  /** What was unread when the last process ended. */
  | Readonly<{ type: "unread"; unread: Unread }>
  | Readonly<{ type: "command_done"; outcome: CommandOutcome; isSpeech: boolean; command?: Command }>
  /** Timers. */
  | Readonly<{ type: "frame" }>
  | Readonly<{ type: "keys" }>
  | Readonly<{ type: "keep_unread" }>
  | Readonly<{ type: "woken" }>;

/** In `chat` mode plain text is speech and `/word` a command; in `command` mode every line is a command. */
export type ReplMode = "chat" | "command";

/** What of the REPL outlives a crash: nothing typed or printed is lost, and the reader notices nothing. */
export type ReplMemory = {
  mode: ReplMode;
  /** The peer is on its way to a room: what is typed or piped in waits until it is there. */
  arriving: boolean;
  screen?: Partial<ScreenState>;
  room?: RoomName;
  /** How much was said in the other rooms since they were left for this one. */
  readonly unread: Map<RoomName, number>;
  /** What was unread in an earlier process is among it. */
  hasFormerUnread?: true;
  /** What each room's history showed when it was last looked at. */
  readonly listed: Map<RoomName, readonly EntryHash[]>;
  /** Members that were announced. */
  readonly shown: Set<string>;
  /** Lines typed, or piped in, ahead of the command that runs; and whether those are all. */
  readonly lines: string[];
  inputEnded: boolean;
  /** Something that was asked for was not done. */
  failed: boolean;
};

/** How a session ended: `failed` if it was a pipe's, and something that it asked for was not done. */
export type SessionEnd = "well" | "failed";

export type ReplDeps = Readonly<{
  name: string;
  terminal: Terminal;
  memory: ReplMemory;
  style: Style;
  /** Lines are for a program: one JSON object each. */
  json?: boolean;
  /** Whether it rings when somebody names the person, or tells them something alone; without, it does. */
  bell?: boolean;
  /** Members that are no peers of ours may come into a room all the same, as guests. */
  strangersMayChat?: boolean;
  commands: readonly Command[];
  peer: CommandPeer;
  /** The text of a file; rejects with an `Error` that says why not. */
  readFile(path: string): Promise<string>;
  /** Keeps a line for the history of the next run. */
  keepLine?(line: string): void;
  quit(end: SessionEnd): void;
}>;

/** The person's side of the peer: lines in, lines out. It holds no chat state; its terminal is handed in. */
export function repl(deps: ReplDeps): Behavior<ReplMessage> {
  return (ctx) => {
    const session = new Session(ctx, deps);
    ctx.subscribe(CHAT, (event) => ({ type: "chat", event }));
    ctx.subscribe(HISTORY, (event) => ({ type: "history", event }));
    ctx.subscribe(DIRECT, (event) => ({ type: "direct", event }));
    ctx.subscribe(PEOPLE, (event) => ({ type: "people", event }));
    ctx.subscribe(MEMBERSHIP, (event) => ({ type: "member", event }));
    ctx.subscribe(SERF, (event) => ({ type: "serf", event }));
    ctx.onStop(() => session.remember());
    session.resume();
    session.refresh();
    return (message) => {
      session.handle(message);
      session.refresh();
    };
  };
}
