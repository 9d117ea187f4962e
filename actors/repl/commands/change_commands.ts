import type { RoomName } from "../../chat_room/entry.ts";
import type { Writable } from "../../history/refusal.ts";
import type { EntryHash } from "../../history/values.ts";
import { type Command, type CommandCall, type CommandOutcome, failed } from "../command.ts";
import { NO_ROOM } from "../no_room.ts";
import { isTarget, targetOf, type Whose } from "../target.ts";

/** How far back a message may be that is meant by `last` or by its id. */
const LOOKED_BACK_AT = 1_000;

/** Saying something about what was said before. Everybody is shown it, and their histories show the outcome. */
export const CHANGE_COMMANDS: readonly Command[] = [
  {
    name: "edit",
    usage: "[N | ID | last] TEXT…",
    summary: "Say something else instead of what you said last, or in line N of the history",
    group: "chat",
    run(call) {
      const { word, rest } = firstOf(call.text);
      if (rest === "") return "usage";
      return change(call, word, "own", (target) => ({ type: "edited", target, text: rest }));
    },
  },
  {
    name: "redact",
    usage: "[N | ID | last]",
    summary: "Take back what you said last, or in line N of the history",
    group: "chat",
    run(call) {
      const [word, more] = call.args;
      if (more !== undefined || (word !== undefined && !isTarget(word))) return "usage";
      return change(call, word, "own", (target) => ({ type: "redacted", target }));
    },
  },
  {
    name: "react",
    usage: "[N | ID | last] SIGN",
    summary: "Give a sign to what another said last, or to line N of the history; the same again takes it back",
    group: "chat",
    run(call) {
      const { word, rest: sign } = firstOf(call.text);
      if (sign === "" || /\s/.test(sign)) return "usage";
      return change(call, word, "others", (target) => ({ type: "reacted", target, sign }));
    },
  },
];

/** The word that says which message is meant, if there is one, and the rest. */
function firstOf(text: string): Readonly<{ word: string | undefined; rest: string }> {
  const [, word = "", rest = ""] = /^(\S+)\s+([\s\S]+)$/.exec(text) ?? [];
  return isTarget(word) ? { word, rest } : { word: undefined, rest: text };
}

async function change(
  { peer, session }: CommandCall,
  word: string | undefined,
  whose: Whose,
  contentOf: (target: EntryHash) => Writable,
): Promise<CommandOutcome> {
  const room: RoomName | undefined = session.room();
  if (room === undefined) return failed(NO_ROOM);
  const latest = await peer.steps.history(room, LOOKED_BACK_AT);
  if (!latest.ok) return failed(latest.why);
  const meant = targetOf(word, whose, { listed: session.listed(room), latest: latest.value });
  if (!meant.ok) return failed(meant.why);
  const reply = await peer.steps.talk.write(room, contentOf(meant.target));
  if (!reply.ok) return failed(reply.why);
}
