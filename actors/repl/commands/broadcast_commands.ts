import type { Entries } from "../../items.ts";
import { type Command, type CommandData, type CommandOutcome, type CommandPeer, failed } from "../command.ts";
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
      const pairs = result.value.map(([key, text]) => visible(`${key}:${text}`));
      print(`items: map[${pairs.join(" ")}]`, { items: asData(result.value) });
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
        print(`${index}:`.padEnd(8) + visible(`items[${JSON.stringify(key)}] deleted`), { index, key });
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
      const lines = result.value.map(([key, text]) => visible(`${key}: ${text}`));
      print(lines.length === 0 ? "Nothing is set: broadcastadd sets a key" : lines, { items: asData(result.value) });
    },
  },
];

/** In order, as pairs: a key may be called as no field of an object should be. */
function asData(entries: Entries): readonly CommandData[] {
  return entries.map(([key, text]) => ({ key, text }));
}

async function keys({ steps }: CommandPeer): Promise<readonly string[]> {
  const result = await steps.broadcastList();
  return result.ok ? result.value.map(([key]) => key) : [];
}
