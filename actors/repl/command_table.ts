import type { Command } from "./command.ts";
import { ACTOR_COMMANDS } from "./commands/actor_commands.ts";
import { ARCHIVE_COMMANDS } from "./commands/archive_commands.ts";
import { BOOTSTRAP_COMMANDS } from "./commands/bootstrap_commands.ts";
import { BROADCAST_COMMANDS } from "./commands/broadcast_commands.ts";
import { CHANGE_COMMANDS } from "./commands/change_commands.ts";
import { CHAT_COMMANDS } from "./commands/chat_commands.ts";
import { HISTORY_COMMANDS } from "./commands/history_commands.ts";
import { KEY_COMMANDS } from "./commands/key_commands.ts";
import { MEMBERSHIP_COMMANDS } from "./commands/membership_commands.ts";
import { PEOPLE_COMMANDS } from "./commands/people_commands.ts";
import { ROOM_COMMANDS } from "./commands/room_commands.ts";
import { SCRIPT_COMMANDS } from "./commands/script_commands.ts";
import { SEARCH_COMMANDS } from "./commands/search_commands.ts";
import { SESSION_COMMANDS } from "./commands/session_commands.ts";
import { SETTINGS_COMMANDS } from "./commands/settings_commands.ts";

/** Every command of the REPL. */
export const COMMANDS: readonly Command[] = [
  ...CHAT_COMMANDS,
  ...ROOM_COMMANDS,
  ...HISTORY_COMMANDS,
  ...CHANGE_COMMANDS,
  ...SEARCH_COMMANDS,
  ...ARCHIVE_COMMANDS,
  ...PEOPLE_COMMANDS,
  ...MEMBERSHIP_COMMANDS,
  ...BOOTSTRAP_COMMANDS,
  ...BROADCAST_COMMANDS,
  ...SCRIPT_COMMANDS,
  ...KEY_COMMANDS,
  ...ACTOR_COMMANDS,
  ...SETTINGS_COMMANDS,
  ...SESSION_COMMANDS,
];
