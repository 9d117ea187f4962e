import { startGo } from "./go_member.ts";
import type { StartMember } from "./member.ts";
import { startParley } from "./parley_member.ts";

/** Both kinds of members, ours first. */
export const MEMBERS: Readonly<Record<string, StartMember>> = { parley: startParley, go: startGo };
