import { readCounters } from "../../actors/peer/counters.ts";
import { COMMANDS } from "../../actors/repl/command_table.ts";
import { NO_DESK } from "../../actors/repl/desk.ts";
import { createStyle } from "../../actors/repl/style.ts";
import { repl, type ReplMessage } from "../../actors/repl.ts";
import type { ActorRef } from "../../actors/runtime/ref.ts";
import type { SimulatedPeer, StartOptions, World } from "../world.ts";
import { PipeTerminal } from "./pipe_terminal.ts";

type SeatOptions = Omit<StartOptions, "repl"> & Readonly<{ readFile(path: string): string }>;

/** A simulated peer with its REPL at a pipe, and who writes into that. */
export class SimulatedSeat {
  readonly terminal: PipeTerminal;
  readonly peer: SimulatedPeer;
  #ref: ActorRef<ReplMessage> | undefined;
  /** What was typed before there was a REPL. */
  #typedEarly = "";

  constructor(world: World, name: string, { readFile, ...options }: SeatOptions) {
    this.terminal = new PipeTerminal(() => world.clock.now());
    this.peer = world.start(name, {
      ...options,
      repl: (steps, cast, quit) => (ctx) => {
        this.#ref = ctx.self;
        if (this.#typedEarly !== "") ctx.self.tell(typed(this.#typedEarly));
        this.#typedEarly = "";
        const { peer } = this;
        return repl({
          name,
          terminal: this.terminal,
          memory: peer.memory.repl,
          style: createStyle(false),
          commands: COMMANDS,
          peer: {
            steps,
            settings: () => [],
            desk: NO_DESK,
            guard: peer.guard,
            readKeys: () => Promise.reject(new Error("there are no key files in a scenario")),
            tree: () => peer.system.tree(),
            crash: (path) => peer.system.crash(path),
            counters: () => readCounters(cast, peer.system.deadLetterCounts),
          },
          readFile: (path) => Promise.try(() => readFile(path)),
          quit,
        })(ctx);
      },
    });
    if (options.manual !== true) Object.assign(this.peer.memory.repl, { mode: "chat", arriving: true });
  }

  /** Types a line and Enter. */
  type(line: string): void {
    if (this.#ref === undefined) this.#typedEarly += `${line}\n`;
    else this.#ref.tell(typed(`${line}\n`));
  }
}

function typed(text: string): ReplMessage {
  return { type: "typed", bytes: new TextEncoder().encode(text) };
}
