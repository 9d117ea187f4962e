import { type Command, type CommandOutcome, type CommandPeer, failed } from "../command.ts";
import { visible } from "../visible.ts";

/** Keys and texts that all peers keep alike. */
export const BROADCAST_COMMANDS: readonly Command[] = [
  {
    name: "broadcastadd",
    usage: "KEY TEXT…",
    summary: "Set a key to a text, at all peers",
    group: "broadcast",
    complete: keys,
    async run({ text, peer, print }) {
      const [, key, value] = /^(\S+)\s+([\s\S]+)$/.exec(text) ?? [];
      if (key === undefined || value === undefined) return "usage";
      const result = await peer.steps.broadcastAdd(key, value);
      if (!result.ok) return failed(result.why);
      print(`items: map[${result.value.map(([key, text]) => visible(`${key}:${text}`)).join(" ")}]`);
    },
  },
  {
    name: "broadcastdel",
    usage: "KEY…",
    summary: "Delete keys, at all peers",
    group: "broadcast",
    complete: keys,
    async run({ args, peer, print }): Promise<CommandOutcome> {
      if (args.length === 0) return "usage";
      for (const [index, key] of args.entries()) {
        const result = await peer.steps.broadcastDelete(key);
        if (!result.ok) return failed(result.why);
        print(visible(`${index}:`).padEnd(8) + visible(`items[${JSON.stringify(key)}] deleted`));
      }
    },
  },
  {
    name: "broadcastlist",
    summary: "List the keys that peers have set, with their texts",
    group: "broadcast",
    async run({ peer, print }) {
      const result = await peer.steps.broadcastList();
      if (!result.ok) return failed(result.why);
      if (result.value.length === 0) return print("Nothing is set: broadcastadd sets a key");
      for (const [key, text] of result.value) print(visible(`${key}: ${text}`));
    },
  },
];

async function keys({ steps }: CommandPeer): Promise<readonly string[]> {
  const result = await steps.broadcastList();
  return result.ok ? result.value.map(([key]) => key) : [];
}
