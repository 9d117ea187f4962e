import { type Command, failed } from "../command.ts";
import { visible } from "../visible.ts";

/** The seed's commands around the bootstrap registry. */
export const BOOTSTRAP_COMMANDS: readonly Command[] = [
  {
    name: "bootstrapjoin",
    summary: "Register with the bootstrap, so that others find you",
    group: "bootstrap",
    async run({ peer, print }) {
      const result = await peer.steps.bootstrapJoin();
      if (!result.ok) return failed(result.why);
      const { peers, listed } = result.value;
      const others = peers.filter(({ name }) => name !== peer.steps.name).map(({ name }) => visible(name));
      if (!listed) return print(`The registry is full; it lists ${others.join(", ") || "nobody"}`);
      print(others.length === 0 ? "Registered; nobody else is yet" : `Registered, beside ${others.join(", ")}`);
    },
  },
  {
    name: "bootstraplist",
    summary: "List who is registered",
    group: "bootstrap",
    async run({ peer, print }) {
      const result = await peer.steps.bootstrapList();
      if (!result.ok) return failed(result.why);
      const { peers } = result.value;
      if (peers.length === 0) print("Nobody is registered");
      for (const entry of peers) print(visible(`${entry.name} at ${entry.ip}:${entry.port}`));
    },
  },
  {
    name: "bootstrapleave",
    summary: "Take yourself off the bootstrap's list",
    group: "bootstrap",
    async run({ peer, print }) {
      const result = await peer.steps.bootstrapLeave();
      if (!result.ok) return failed(result.why);
      print("No longer registered");
    },
  },
];
