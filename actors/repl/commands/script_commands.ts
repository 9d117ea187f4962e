import { type Command, failed } from "../command.ts";
import { visible } from "../visible.ts";

/** An hour: whoever needs longer sleeps twice. */
const SLEEP_SECONDS_MAX = 3_600;

/** What scripts are made of. */
export const SCRIPT_COMMANDS: readonly Command[] = [
  {
    name: "execute",
    usage: "FILE",
    summary: "Run the commands in a file, a line each; # begins a comment",
    group: "scripts",
    complete: (peer, stem) => peer.desk.files(stem),
    run: ({ text, session }) => text === "" ? "usage" : session.execute(text),
  },
  {
    name: "sleep",
    usage: "[SECONDS]",
    summary: "Wait (1 s)",
    group: "scripts",
    async run({ args, session }) {
      const seconds = args.length === 0 ? 1 : Number(args[0]);
      if (args.length > 1) return "usage";
      if (!(seconds >= 0 && seconds <= SLEEP_SECONDS_MAX)) {
        return failed(`Not a number of seconds from 0 to ${SLEEP_SECONDS_MAX}: "${visible(args[0]!)}"`);
      }
      if (!await session.sleep(seconds * 1_000)) return failed("Interrupted");
    },
  },
  {
    name: "echo",
    usage: "[TEXT…]",
    summary: "Show the text",
    group: "scripts",
    run: ({ text, print }) => print(visible(text), { text }),
  },
];
