import type { Guard } from "../../transport/guard.ts";
import type { Keyring } from "../../transport/wire/keyring.ts";
import type { Steps } from "../peer/steps.ts";
import type { RoomName } from "../chat_room/entry.ts";
import type { EntryHash } from "../history/values.ts";
import type { TreeNode } from "../runtime/system.ts";
import type { Desk } from "./desk.ts";
import type { Style } from "./style.ts";

/** One command of the REPL. Adding one means adding an entry to the table in `command_table.ts`. */
export type Command = Readonly<{
  name: string;
  /** Other spellings, such as IRC's. */
  aliases?: readonly string[];
  /** Where plain text is speech, its name means this command; its aliases still mean it. */
  inChat?: string;
  /** The arguments, as help shows them; a command without takes none. */
  usage?: string;
  summary: string;
  group: CommandGroup;
  /** Not offered for a word that is mistyped, because it can do anything. */
  isDangerous?: boolean;
  /** What could stand where an argument is being typed that begins with `stem`. */
  complete?(peer: CommandPeer, stem: string): readonly string[] | Promise<readonly string[]>;
  /** The only argument is a name, which may have blanks and is quoted then: `complete` gives names as they are. */
  takesName?: true;
  run(call: CommandCall): CommandOutcome | Promise<CommandOutcome>;
}>;

/** How commands are grouped in help, in this order. */
export const COMMAND_GROUPS = [
  "chat",
  "people",
  "membership",
  "bootstrap",
  "broadcast",
  "scripts",
  "keys",
  "actors",
  "session",
] as const;
type CommandGroup = (typeof COMMAND_GROUPS)[number];

/** Done, or one sentence that says why not. `usage` shows how the command is called. */
export type CommandOutcome = void | Readonly<{ failed: string }> | "usage";

/** What a command gets. */
export type CommandCall = Readonly<{
  args: readonly string[];
  /** Everything after the command's name, as typed. */
  text: string;
  peer: CommandPeer;
  session: CommandSession;
  style: Style;
  /**
   * Shows lines to a person, in which names and texts of others have been made visible. A program gets `data` besides,
   * which says the same in fields, exactly; what only says that something is done has none.
   */
  print(lines: string | readonly string[], data?: CommandData): void;
}>;

/** What a command shows, for a program. Fields are only added, never renamed. */
export type CommandData = Readonly<{ [field: string]: JsonValue }>;

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | CommandData;

/** What a setting is called in the configuration file, its value as one types it, and where that came from. */
export type CommandSetting = Readonly<{ path: string; value: string; origin: string }>;

/** What commands may do with the peer. */
export type CommandPeer = Readonly<{
  steps: Steps;
  /** What the peer goes by now. Of keys only where they are. */
  settings(): readonly CommandSetting[];
  desk: Desk;
  /** Has the keys. */
  guard: Guard;
  /** The keys in a file; rejects with an `Error` that says why not, and nothing of what is in it. */
  readKeys(path: string): Promise<Keyring>;
  tree(): readonly TreeNode[];
  /** Makes the actor at a path fail, unless there is none or it is down already. */
  crash(path: string): "failed" | "down" | "unknown";
  /** Everything that was counted so far, by where and what. */
  counters(): Promise<readonly (readonly [string, number])[]>;
}>;

/** What commands may do with the REPL itself. */
export type CommandSession = Readonly<{
  /** The room that speech goes to. */
  room(): RoomName | undefined;
  /** How much others have said in a room since it was the one that speech goes to. */
  unread(room: RoomName): number;
  /** Rooms where they have, also such as we were in when the last process ended. */
  unreadRooms(): readonly RoomName[];
  /** What the last look at a room's history showed, by its lines' numbers from 1. */
  listed(room: RoomName): readonly EntryHash[];
  list(room: RoomName, entries: readonly EntryHash[]): void;
  enter(room: RoomName, mode: "chat" | "as_is"): void;
  leave(room: RoomName): void;
  /** The peer is no member any more. */
  left(): void;
  /** Waits; false when it was interrupted. */
  sleep(ms: number): Promise<boolean>;
  /** Runs the lines of a file in command mode. */
  execute(file: string): Promise<CommandOutcome>;
  quit(): void;
  /** All commands, for help. */
  commands: readonly Command[];
}>;

export function failed(why: string): CommandOutcome {
  return { failed: why };
}
