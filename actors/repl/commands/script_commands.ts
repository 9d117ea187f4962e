import { type Command, failed } from "../command.ts";
import type { ShellCut } from "../desk.ts";
import { visible } from "../visible.ts";

/** An hour: whoever needs longer sleeps twice. */
const SLEEP_SECONDS_MAX = 3_600;

const CUTS: Readonly<Record<ShellCut, string>> = {
  interrupted: "Interrupted",
  too_late: "The command took too long and was ended",
  too_much: "The command wrote too much and was ended",
};

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
  {
    name: "shell",
    usage: "COMMAND…",
    summary: "Run a command of this machine's shell, where --allow-shell allows it",
    group: "scripts",
    isDangerous: true,
    async run({ text, peer, session, print }) {
      if (text === "") return "usage";
      if (peer.desk.shell === undefined) return failed("No shell here: a peer started with --allow-shell has it");
      const interruption = new AbortController();
      void session.sleep(SLEEP_SECONDS_MAX * 1_000).then((slept) => slept ? undefined : interruption.abort());
      const { output, end } = await peer.desk.shell(text, interruption.signal);
      const lines = output.replace(/\r?\n$/, "").split(/\r?\n/).map((line) => visible(line.replaceAll("\t", "    ")));
      print(output === "" ? [] : lines, { output, code: typeof end === "number" ? end : null });
      if (typeof end !== "number") return failed(CUTS[end]);
      if (end !== 0) return failed(`The command ended with ${end}`);
    },
  },
];
