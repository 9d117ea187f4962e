import { type Command, type CommandOutcome, type CommandPeer, failed } from "../command.ts";
import { visible } from "../visible.ts";

/** A longer value moves what stands behind it, and nothing else. */
const VALUE_COLUMN_MAX = 24;

/** What this peer was told to do. */
export const SETTINGS_COMMANDS: readonly Command[] = [
  {
    name: "showconfig",
    usage: "[PART]",
    summary: "Show the settings, or those with PART in their name, and where each value came from",
    group: "session",
    complete: ({ settings }) => settings().map(({ path }) => path),
    run({ args, text, peer, print }) {
      if (args.length > 1) return "usage";
      const part = text.toLowerCase();
      const rows = rowsOf(peer).filter(([path]) => path.toLowerCase().includes(part));
      if (rows.length === 0) return failed(`No setting has "${visible(text)}" in its name`);
      const pathColumn = Math.max(...rows.map(([path]) => path.length));
      const valueColumn = Math.min(VALUE_COLUMN_MAX, Math.max(...rows.map(([, value]) => visible(value).length)));
      const lines = rows.map(([path, value, origin]) =>
        `${path.padEnd(pathColumn)}  ${visible(value).padEnd(valueColumn)}  ${visible(origin)}`
      );
      print(lines, { settings: rows.map(([path, value, origin]) => ({ path, value, origin })) });
    },
  },
  {
    name: "saveconfig",
    usage: "[FILE]",
    summary: "Write the settings into a file, by default one of your name, for loadconfig or the next start",
    group: "session",
    complete: (peer, stem) => peer.desk.files(stem),
    async run({ text, peer, print }) {
      const file = await peer.desk.saveSettings(text === "" ? undefined : text);
      print(`Saved to ${visible(file)}`, { file });
    },
  },
  {
    name: "loadconfig",
    usage: "FILE",
    summary: "Go by the settings in a file, and open the port: instead of memberlistconfigure",
    group: "session",
    complete: (peer, stem) => peer.desk.files(stem),
    async run({ text, peer, print }): Promise<CommandOutcome> {
      if (text === "") return "usage";
      const { steps } = peer;
      if (steps.created) return failed("There is a membership already: memberlistdelete comes first");
      const onlyAtStart = await peer.desk.loadSettings(text);
      if (steps.address !== undefined) await steps.shutdownTransport(); // it may want another port
      const opened = await steps.configure();
      if (onlyAtStart.length > 0) {
        print(`Only a start can change ${onlyAtStart.join(", ")}: those stay as they are`, { onlyAtStart });
      }
      if (!opened.ok) return failed(opened.why);
      print(`Listening on ${opened.value}`, { address: opened.value });
    },
  },
  {
    name: "log",
    usage: "on FILE | off",
    summary: "Log into a file, or no more",
    group: "session",
    complete: (peer, stem) => peer.desk.files(stem),
    async run({ text, peer, print }): Promise<CommandOutcome> {
      const [, word, file = ""] = /^(on|off)(?:\s+([\s\S]+))?$/.exec(text) ?? [];
      if (word === undefined || (word === "on") !== (file !== "")) return "usage";
      const path = await peer.desk.log(word === "on" ? file : undefined);
      print(path === undefined ? "Logging no more" : `Logging to ${visible(path)}`, { file: path ?? null });
    },
  },
];

type Row = readonly [path: string, value: string, origin: string];

/** The settings, and what became of the key file since: keys may be installed and removed while the peer runs. */
function rowsOf({ settings, guard }: CommandPeer): readonly Row[] {
  const { keys } = guard.protection.keyring;
  const fingerprints = keys.map(({ fingerprint }) => fingerprint).join(" ");
  return settings().flatMap(({ path, value, origin }): readonly Row[] => {
    const row = [path, value, origin] as const;
    return path === "keyFile" && keys.length > 0 ? [row, ["keyFile (now)", fingerprints, "the first seals"]] : [row];
  });
}
