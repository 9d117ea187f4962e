import type { Command } from "./command.ts";

/** Every command. What they need is loaded when they run, so that help and a typing error cost nothing. */
export const COMMANDS: readonly Command[] = [
  {
    name: "peer",
    summary: "Start a peer and chat",
    usage: "parley peer NAME [FLAGS]",
    examples: [
      ["parley peer alice", "the first one here serves the registry"],
      ["parley peer bob", "in another terminal: they find each other"],
      ["parley peer carol --room dev --join 127.0.0.1:7946", "another room, a contact of one's own"],
      ["parley peer dave --bootstrap http://127.0.0.1:8080", "with a registry that runs elsewhere"],
    ],
    run: async (call) => (await import("./peer.ts")).run(call),
  },
  {
    name: "bootstrap",
    summary: "Run the bootstrap registry alone",
    usage: "parley bootstrap [FLAGS]",
    examples: [
      ["parley bootstrap", "answer where local peers ask by default"],
      ["parley bootstrap --listen 127.0.0.1:8080 --max-peers 3", "another port, fewer contacts"],
    ],
    run: async (call) => (await import("./bootstrap.ts")).run(call),
  },
  {
    name: "scenario",
    summary: "Play scenarios: who starts, what they type, what breaks, what is expected",
    usage: "parley scenario FILE… [FLAGS]",
    examples: [
      ["parley scenario split.scenario", "several peers on virtual time, as the file says"],
      ["parley scenario split.scenario --processes", "the same with real processes on this machine"],
      ["parley scenario --seed 7 --quiet *.scenario", "other chances, only the verdicts"],
    ],
    run: async (call) => (await import("./scenario.ts")).run(call),
  },
  {
    name: "sim",
    summary: "Run a cluster on virtual time, break it, and measure what becomes of it",
    usage: "parley sim [FLAGS]",
    examples: [
      ["parley sim", "100 peers, 10 minutes, some crash"],
      ["parley sim --faults all --seeds 20", "all breaks, in twenty other ways"],
      ["parley sim --peers 16 --faults cut --seed 7 --report run.html", "plots of one run"],
    ],
    run: async (call) => (await import("./sim.ts")).run(call),
  },
  {
    name: "experiment",
    summary: "Do an experiment of the papers again on virtual time, and print its table",
    usage: "parley experiment swim|lifeguard [FLAGS]",
    examples: [
      ["parley experiment swim --sizes 16,64,256,1024", "load and detection time of each size"],
      ["parley experiment lifeguard --sizes 4", "false positives with 4 of 128 slow, part by part"],
    ],
    run: async (call) => (await import("./experiment.ts")).run(call),
  },
];

/** The command of that name. */
export function findCommand(name: string): Command | undefined {
  return COMMANDS.find((command) => command.name === name);
}
