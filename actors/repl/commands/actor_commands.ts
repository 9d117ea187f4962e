import type { TreeNode } from "../../runtime/system.ts";
import { type Command, type CommandData, failed } from "../command.ts";
import type { Style } from "../style.ts";
import { visible } from "../visible.ts";

/** Looking into the peer, and breaking it on purpose. */
export const ACTOR_COMMANDS: readonly Command[] = [
  {
    name: "tree",
    summary: "Show the actors: state, messages waiting and handled, restarts",
    group: "actors",
    run({ peer, print, style }) {
      const actors = peer.tree();
      print(actors.flatMap((node) => drawTree(node, style)), { actors: actors.map(asData) });
    },
  },
  {
    name: "crash",
    usage: "PATH",
    summary: "Make an actor fail, to watch it being restarted",
    group: "actors",
    complete: (peer) => peer.tree().flatMap(pathsOf),
    run({ args, peer, print }) {
      if (args.length !== 1) return "usage";
      const path = args[0]!;
      switch (peer.crash(path)) {
        case "failed":
          return print(`${visible(path)} was made to fail`, { path });
        case "down":
          return failed(`${visible(path)} is down already, and about to start again`);
        case "unknown":
          return failed(`There is no actor at "${visible(path)}": tree shows them`);
      }
    },
  },
  {
    name: "counters",
    summary: "Show what was counted: traffic, and what was dropped and why",
    group: "actors",
    async run({ peer, print }) {
      const counters = (await peer.counters()).filter(([, count]) => count > 0);
      const lines = counters.map(([what, count]) => `${String(count).padStart(8)}  ${visible(what)}`);
      print(counters.length === 0 ? "Nothing was dropped" : lines, { counters: Object.fromEntries(counters) });
    },
  },
];

function pathsOf(node: TreeNode): string[] {
  return [node.path, ...node.children.flatMap(pathsOf)];
}

/** The node and those below it. */
function asData({ lastError, children, ...rest }: TreeNode): CommandData {
  return { ...rest, lastError: lastError ?? null, children: children.map(asData) };
}

/** The node and those below it, a line each, with the branches drawn. */
export function drawTree(node: TreeNode, style: Style, branch = "", below = ""): string[] {
  const label = `${branch}${node.name}`.padEnd(34);
  const restarts = `${node.restarts} restart${node.restarts === 1 ? "" : "s"}`;
  const state = node.busy ? "busy" : node.state;
  const line = `${label} ${state.padEnd(8)} ${node.mailboxDepth} waiting, ${node.received} handled ` +
    `in ${inMs(node.timeSpentMs)}, ${restarts}` +
    (node.stashed > 0 ? `, ${node.stashed} put aside` : "") +
    (node.dropped > 0 ? `, ${node.dropped} dropped` : "") +
    (node.blockages > 0 ? `, blocked the loop ${node.blockages} time${node.blockages === 1 ? "" : "s"}` : "");
  const children = node.children.flatMap((child, index) => {
    const isLast = index === node.children.length - 1;
    return drawTree(child, style, `${below}${isLast ? "└── " : "├── "}`, `${below}${isLast ? "    " : "│   "}`);
  });
  return [node.restarts > 0 || node.blockages > 0 ? style.yellow(line) : line, ...children];
}

function inMs(ms: number): string {
  return ms < 1 ? "<1 ms" : `${Math.round(ms)} ms`;
}
