import type { CommandSetting } from "../../actors/repl/command.ts";
import { COMMANDS } from "../../actors/repl/command_table.ts";
import { repl, type ReplMessage } from "../../actors/repl.ts";
import { type Desk, NO_DESK } from "../../actors/repl/desk.ts";
import { createStyle } from "../../actors/repl/style.ts";
import { readCounters } from "../../actors/peer/counters.ts";
import type { ActorRef } from "../../actors/runtime/ref.ts";
import { parseKeyFile } from "../../config/key_file.ts";
import { resolveConfig, showSettings } from "../../config.ts";
import type { SimulatedPeer, StartOptions, World } from "../../sim/world.ts";
import { FakeTerminal } from "./fake_terminal.ts";

/** Files that a person in the simulation can execute; reading another one fails as on a disk. */
export type Files = Readonly<Record<string, string>>;

type SeatOptions =
  & Omit<StartOptions, "repl">
  & Readonly<{
    interactive?: boolean;
    files?: Files;
    settings?: readonly CommandSetting[];
    desk?: Desk;
    keepLine?: (line: string) => void;
    json?: boolean;
    bell?: boolean;
  }>;

/** What a peer without flags, variables and file was told to do. */
function defaultSettings(): readonly CommandSetting[] {
  const resolved = resolveConfig({ command: "peer", flags: new Map(), env: {}, file: undefined });
  return resolved.ok ? showSettings(resolved.config, undefined) : [];
}

/** A person at the terminal of a simulated peer. */
export class Seat {
  readonly terminal: FakeTerminal;
  readonly peer: SimulatedPeer;
  readonly #world: World;
  #ref: ActorRef<ReplMessage> | undefined;
  #read = 0;

  constructor(
    world: World,
    name: string,
    {
      interactive = false,
      files = {},
      settings = defaultSettings(),
      desk = NO_DESK,
      keepLine = () => {},
      json = false,
      bell,
      ...options
    }: SeatOptions = {},
  ) {
    this.#world = world;
    this.terminal = new FakeTerminal(interactive);
    const peer = world.start(name, {
      ...options,
      repl: (steps, cast, quit) => (ctx) => {
        this.#ref = ctx.self;
        return repl({
          name,
          terminal: this.terminal,
          memory: peer.memory.repl,
          style: createStyle(false),
          json,
          ...(bell === undefined ? {} : { bell }),
          strangersMayChat: options.cliChat ?? false,
          commands: COMMANDS,
          peer: {
            steps,
            settings: () => settings,
            desk,
            guard: peer.guard,
            readKeys: (path) => {
              const parsed = parseKeyFile(files[path] ?? "");
              return parsed.ok ? Promise.resolve(parsed.value) : Promise.reject(new Error(parsed.why));
            },
            tree: () => peer.system.tree(),
            crash: (path) => peer.system.crash(path),
            counters: () => readCounters(cast, peer.system.deadLetterCounts),
          },
          readFile: (path) => {
            const text = files[path];
            return text === undefined ? Promise.reject(new Error("there is no such file")) : Promise.resolve(text);
          },
          keepLine,
          quit,
        })(ctx);
      },
    });
    this.peer = peer;
    if (options.manual !== true) Object.assign(peer.memory.repl, { mode: "chat", arriving: true });
  }

  /** Types keys, or writes into the pipe, as they are. */
  async keys(text: string): Promise<void> {
    await this.#settle();
    this.#ref!.tell({ type: "typed", bytes: new TextEncoder().encode(text) });
    await this.#settle();
  }

  /** Ends the input. */
  async end(): Promise<void> {
    await this.#settle();
    this.#ref!.tell({ type: "input_ended" });
    await this.#settle();
  }

  /** Enters a line, gives it `forMs` of time, and returns the lines that were shown since the last look. */
  async enter(line: string, forMs = 100): Promise<readonly string[]> {
    await this.keys(this.terminal.interactive ? `${line}\r` : `${line}\n`);
    await this.#world.clock.advance(forMs);
    return this.look();
  }

  /** What the last frame left on the row that is typed: prompt, text before the cursor, text after it. */
  get typedRow(): string {
    const { text } = this.terminal;
    const frame = text.slice(text.lastIndexOf("\r\x1b[J"));
    // deno-lint-ignore no-control-regex
    return frame.slice(frame.lastIndexOf("\r\n") + 1).replace(/\x1b(?:\[[?\d;]*[A-Za-z]|[78])|[\r\n]/g, "");
  }

  /** The lines shown since the last look; for a terminal without keys. */
  look(): readonly string[] {
    const lines = this.terminal.text.slice(this.#read).split("\n").filter((line) => line !== "");
    this.#read = this.terminal.text.length;
    return lines;
  }

  /** Lets what was said to the actor arrive; a started peer needs a moment to have one. */
  async #settle(): Promise<void> {
    await this.#world.clock.advance(1);
  }
}
