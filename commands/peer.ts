import type { RoomName } from "../actors/chat_room/entry.ts";
import type { Retention } from "../actors/history/store.ts";
import { MEMBERSHIP } from "../actors/membership.ts";
import { type NodeName, parseNodeName } from "../actors/membership/member.ts";
import { peer, type PeerMessage, type PeerOptions } from "../actors/peer.ts";
import type { Cast } from "../actors/peer/cast.ts";
import { readCounters } from "../actors/peer/counters.ts";
import { lastRunOf, newMemory, type PeerMemory } from "../actors/peer/memory.ts";
import type { Steps } from "../actors/peer/steps.ts";
import { parsePeerName, type PeerName } from "../actors/peer_name.ts";
import { repl, type ReplMessage, type SessionEnd } from "../actors/repl.ts";
import { COMMANDS } from "../actors/repl/command_table.ts";
import type { Desk } from "../actors/repl/desk.ts";
import { createEditor } from "../actors/repl/line_editor/editor.ts";
import { Screen } from "../actors/repl/screen.ts";
import { createStyle, type Style, wantsColour } from "../actors/repl/style.ts";
import type { Terminal } from "../actors/repl/terminal.ts";
import type { Behavior } from "../actors/runtime/behavior.ts";
import { realClock } from "../actors/runtime/clock.ts";
import { systemRandom } from "../actors/runtime/random.ts";
import type { ActorRef } from "../actors/runtime/ref.ts";
import { ActorSystem } from "../actors/runtime/system.ts";
import { plainAnswer } from "../actors/gateway/web_socket.ts";
import { bootstrapAt } from "../bootstrap/place.ts";
import { bindProblem, compatProblem } from "../config/peer_problems.ts";
import { parseKeyFilePath, stateDirectory } from "../config/places.ts";
import { type Config, type Environment, gossipProblemOf, strictnessOf } from "../config.ts";
import { isWildcard, splitAddress } from "../transport/address.ts";
import { advertising } from "../transport/advertise.ts";
import { openDenoTransport } from "../transport/deno_transport.ts";
import type { Guard } from "../transport/guard.ts";
import type { Keyring } from "../transport/wire/keyring.ts";
import { VERSION } from "../version.ts";
import { pageResponse } from "../web/page.ts";
import type { CommandCall } from "./command.ts";
import { configure, usageError } from "./configuration.ts";
import { openDenoTerminal } from "./deno_terminal.ts";
import { EXIT, type ExitCode, exitCodeOf } from "./exit_code.ts";
import { guardFor } from "./guard.ts";
import { HistoryFile, historyFilePath } from "./history_file.ts";
import { httpPost } from "./http_post.ts";
import { readKeyFile } from "./key_file.ts";
import { openDesk } from "./desk.ts";
import { openLog } from "./log_sink.ts";
import { LogSwitch } from "./log_switch.ts";
import { openPeerHistory } from "./peer_history.ts";
import { PeerSettings } from "./peer_settings.ts";
import { failed } from "./output.ts";
import { readScript } from "./script_file.ts";
import { onSignals } from "./signals.ts";
import { loadState, saveState, stateFilePath } from "./state_file.ts";

/** What is known of others is written so long after it changed: a crowd that comes is written once. */
const SAVE_CONTACTS_AFTER_MS = 1_000;

type PeerConfig = Config<"peer">;

/** `parley peer NAME`: a peer with a person at the terminal, until one of the two goes. */
export async function run(call: CommandCall): Promise<ExitCode> {
  const configured = await configure("peer", call);
  if (!configured.ok) return configured.exitCode;
  const { config, positionals } = configured;
  const named = nameOf(positionals, config.name.value);
  if (!named.ok) return usageError("peer", named.why);
  const problem = bindProblem(config) ?? gossipProblemOf(config) ?? compatProblem(config);
  if (problem !== undefined) return usageError("peer", problem);
  const guarded = await guardFor(config.keyFile.value, config.label.value, {
    strictness: strictnessOf(config),
    compress: config.compression.value,
  });
  if (!guarded.ok) return failed(guarded.why, EXIT.refused);
  const [argument] = positionals;
  const settled = argument === undefined ? config : { ...config, name: given(named.name) };
  return await runPeer(named.name, settled, guarded.guard, call.env);
}

function given(name: NodeName): PeerConfig["name"] {
  return { value: name as string as PeerName, source: "argument" };
}

type Named = { readonly ok: true; readonly name: NodeName } | { readonly ok: false; readonly why: string };

/** The argument is the name; the setting is for those who always go by the same one. */
function nameOf(positionals: readonly string[], setting: PeerName | undefined): Named {
  const [argument, surplus] = positionals;
  if (surplus !== undefined) return { ok: false, why: `unexpected argument ${JSON.stringify(surplus)}` };
  const parsed = argument === undefined ? undefined : parsePeerName(argument);
  if (parsed?.ok === false) {
    return { ok: false, why: `${JSON.stringify(argument?.slice(0, 40))} cannot be a peer's name: ${parsed.why}` };
  }
  const name = parseNodeName(parsed?.name ?? setting ?? "");
  return name === undefined ? { ok: false, why: "a peer needs a name" } : { ok: true, name };
}

async function runPeer(name: NodeName, config: PeerConfig, guard: Guard, env: Environment): Promise<ExitCode> {
  const state = await openState(name, stateDirectory(env));
  const kept = await openPeerHistory(name as string as PeerName, config.label.value, env, (why) => {
    person.warnOnce(why); // not before there is somebody to tell: what is wrong at the start is among the notes
  });
  if (!kept.ok) return failed(kept.why, EXIT.refused);
  const opened = openLog(config.logFile.value, config.logLevel.value, env);
  if ("why" in opened) return failed(opened.why);
  const log = new LogSwitch(opened, config.logLevel.value, env);
  const settings = new PeerSettings(config, guard, env);
  const desk = openDesk({ name, settings, log, env, allowShell: config.allowShell.value });
  const system = new ActorSystem({
    clock: realClock,
    random: systemRandom(),
    log: log.sink,
    supervision: { maxRestarts: 0 }, // a peer that its own supervision cannot keep up has to say so, not to flap
  });
  if (!config.manual.value) Object.assign(state.memory.repl, { mode: "chat", arriving: true });
  const person = new Person({
    name,
    system,
    terminal: openDenoTerminal(),
    memory: state.memory,
    guard,
    settings,
    desk,
    env,
  });
  for (const note of [state.trouble, ...kept.notes]) person.warnOnce(note);
  await person.recall();
  const ended = Promise.withResolvers<{ code: number; why: string | undefined }>();

  const self = system.spawn<PeerMessage>(
    "peer",
    peer({
      name,
      version: VERSION,
      get bind() {
        return settings.config.bind.value;
      },
      profile: settings.profile,
      room: config.room.value as RoomName,
      contacts: config.join.value,
      memory: state.memory,
      history: kept.history,
      retention: retentionOf(config),
      cliChat: config.compat.value.includes("cli-chat"),
      clock: realClock,
      ...whereabouts(() => settings.config),
      ...(config.gateway.value &&
        { http: (request) => Promise.resolve(plainAnswer(request) ?? pageResponse(request)) }),
      guard,
      ...doorsOf(config),
      bootstrap: bootstrapAt(config.bootstrap.value, {
        openTransport: openDenoTransport,
        guard,
        httpPost,
        config: { maxPeers: config.maxPeers.value, minRefillCandidates: config.minRefillCandidates.value },
      }),
      repl: (steps, cast, quit) => person.repl(steps, cast, quit),
      exit: (code, why) => ended.resolve({ code, why }),
    }),
  );
  let cancelSave: (() => void) | undefined;
  system.events.subscribe(MEMBERSHIP, ({ member }) => {
    const save = (): void => void state.save().then((why) => person.warnOnce(why));
    if (member.name === name) return save();
    cancelSave ??= realClock.after(SAVE_CONTACTS_AFTER_MS, () => {
      cancelSave = undefined;
      save();
    });
  });
  system.onStopped((failure) =>
    ended.resolve({ code: EXIT.failed, why: failure === undefined ? undefined : String(failure) })
  );
  const forgetSignals = onSignals((code) => self.tell({ type: "quit", code }), () => realClock.now());
  if (!config.manual.value) self.tell({ type: "arrive" });

  const { code, why } = await ended.promise;
  forgetSignals();
  cancelSave?.();
  await state.save();
  await system.stop({ mode: "drain" }); // what was said in the same breath is still carried
  kept.close();
  const hadItsSay = await person.leave(why);
  log.close();
  return code === EXIT.done && !hadItsSay ? EXIT.failed : exitCodeOf(code);
}

function retentionOf({ historyAge: { value: ageMs }, historyMax: { value: bytesMax } }: PeerConfig): Retention {
  return { ...(ageMs !== undefined && { ageMs }), ...(bytesMax !== undefined && { bytesMax }) };
}

/** How the peer's sockets are opened, and whether the address that others are told is still this machine's. */
function whereabouts(config: () => PeerConfig): Required<Pick<PeerOptions, "openTransport" | "isHere">> {
  return {
    openTransport: (bind, handler) => {
      const asked = config().advertise.value;
      return advertising(openDenoTransport, { asked, ofMachine: machineAddresses })(bind, handler);
    },
    isHere: (address) => {
      const { bind, advertise } = config();
      if (advertise.value !== undefined || !isWildcard(bind.value)) return true; // not ours to judge
      return machineAddresses().includes(splitAddress(address).hostname);
    },
  };
}

/** Where clients of older systems are let in, if anywhere. */
function doorsOf(config: PeerConfig): Pick<PeerOptions, "gateway" | "http"> {
  const { tcp: { value: tcp }, ws: { value: ws } } = config;
  const talks = config.compat.value.includes("talks");
  // Who asks for Talks' clients and names no port for them means the peer's own.
  const onPeersPort = config.gateway.value || (talks && tcp === undefined && ws === undefined);
  if (!onPeersPort && tcp === undefined && ws === undefined) return {};
  return {
    gateway: { onPeersPort, tcp, ws, talks, openTransport: openDenoTransport },
    ...(onPeersPort && { http: (request) => Promise.resolve(plainAnswer(request) ?? pageResponse(request)) }),
  };
}

function machineAddresses(): readonly string[] {
  return Deno.networkInterfaces().map(({ address }) => address);
}

/** What an earlier run left behind, and what this one leaves. */
async function openState(name: NodeName, directory: string | undefined) {
  const path = directory === undefined ? undefined : stateFilePath(directory, name as string as PeerName);
  const loaded = path === undefined ? undefined : await loadState(path);
  const memory = newMemory(loaded?.ok ? loaded.state : {});
  let saving: Promise<string | undefined> = Promise.resolve(undefined);

  /** Saves what is to be known next time; resolves with why that failed, which costs the next run its old port. */
  const save = (): Promise<string | undefined> => {
    if (path === undefined) return saving;
    saving = saving.then(async (before) => { // one after the other, each with what is to be known by then
      const last = lastRunOf(memory);
      if (last === undefined) return before;
      const { port, incarnation = 0, contacts } = last;
      const saved = await saveState(path, { v: 1, port, incarnation, contacts });
      return saved.ok ? undefined : saved.why;
    });
    return saving;
  };
  const trouble = loaded?.ok === false && loaded.reason !== "missing" ? loaded.why : undefined;
  return { memory, save, trouble };
}

type PersonDeps = Readonly<{
  name: NodeName;
  system: ActorSystem;
  terminal: Terminal;
  memory: PeerMemory;
  guard: Guard;
  settings: PeerSettings;
  desk: Desk;
  env: Environment;
}>;

/** Different things that go wrong with files in one run, and are told. */
const WARNINGS_MAX = 8;

/** The terminal and its REPL, across restarts of the actor. */
class Person {
  readonly #name: NodeName;
  readonly #system: ActorSystem;
  readonly #terminal: Terminal;
  readonly #memory: PeerMemory;
  readonly #guard: Guard;
  readonly #style: Style;
  readonly #settings: PeerSettings;
  readonly #desk: Desk;
  readonly #history: HistoryFile | undefined;
  readonly #env: Environment;
  #ref: ActorRef<ReplMessage> | undefined;
  /** Told so far, or as soon as there is somebody to tell. */
  readonly #warnings = new Set<string>();

  constructor(deps: PersonDeps) {
    this.#name = deps.name;
    this.#system = deps.system;
    this.#terminal = deps.terminal;
    this.#memory = deps.memory;
    this.#guard = deps.guard;
    this.#style = styleFor(deps.settings.config, deps.env);
    this.#settings = deps.settings;
    this.#desk = deps.desk;
    this.#env = deps.env;
    const directory = stateDirectory(deps.env);
    const path = directory === undefined ? undefined : historyFilePath(directory, deps.name as string as PeerName);
    this.#history = path === undefined ? undefined : new HistoryFile(path);
  }

  /** What was typed in earlier runs; who writes into a pipe types nothing. */
  async recall(): Promise<void> {
    if (!this.#terminal.interactive || this.#history === undefined) return;
    this.#memory.repl.screen = { editor: createEditor(await this.#history.load()) };
  }

  repl(steps: Steps, cast: Cast, quit: (end: SessionEnd) => void): Behavior<ReplMessage> {
    const behavior = repl({
      name: this.#name,
      terminal: this.#terminal,
      memory: this.#memory.repl,
      style: this.#style,
      json: this.#settings.config.json.value,
      bell: this.#settings.config.bell.value === "mentions",
      strangersMayChat: this.#settings.config.compat.value.includes("cli-chat"),
      commands: COMMANDS,
      peer: {
        steps,
        settings: () => this.#settings.shown,
        desk: this.#desk,
        guard: this.#guard,
        readKeys: (path) => readKeys(path, this.#env),
        tree: () => this.#system.tree(),
        crash: (path) => this.#system.crash(path),
        counters: () => readCounters(cast, this.#system.deadLetterCounts),
      },
      readFile: (path) => readScript(path, this.#env["INIT_CWD"]),
      keepLine: (line) => void this.#history?.keep(line).then((why) => this.warnOnce(why)),
      quit,
    });
    return (ctx) => {
      const isFirst = this.#ref === undefined;
      this.#ref = ctx.self;
      if (isFirst) {
        this.#listen();
        this.#warnings.forEach((why) => this.#warn(why));
      }
      return behavior(ctx);
    };
  }

  /** Tells the person, the first time that there is something to tell. */
  warnOnce(why: string | undefined): void {
    if (why === undefined || this.#warnings.has(why) || this.#warnings.size >= WARNINGS_MAX) return;
    this.#warnings.add(why);
    this.#warn(why);
  }

  /**
   * Draws for the last time, gives the terminal back, and says what went wrong, if anything did. False if something that
   * was to be read or shown could not be.
   */
  async leave(why: string | undefined): Promise<boolean> {
    new Screen(this.#terminal, this.#memory.repl.screen).close();
    if (why !== undefined) this.#terminal.writeError(why);
    await Promise.all([this.#terminal.flushed(), this.#history?.written()]);
    return !this.#terminal.hasFailed;
  }

  /** Before the first start there is nobody to tell yet. */
  #warn(why: string): void {
    this.#ref?.tell({ type: "notice", text: why, tone: "bad" });
  }

  #listen(): void {
    this.#terminal.listen({
      bytes: (bytes) => this.#ref?.tell({ type: "typed", bytes }),
      end: () => this.#ref?.tell({ type: "input_ended" }),
      resized: () => this.#ref?.tell({ type: "resized" }),
    });
  }
}

/** The keys in a file that was typed at the prompt: what holds of `--key-file` holds of it too. */
async function readKeys(path: string, env: Environment): Promise<Keyring> {
  const full = parseKeyFilePath(path, env);
  if (!full.ok) throw new Error(full.why);
  const file = await readKeyFile(full.value);
  if (!file.ok) throw new Error(file.why);
  return file.keyring;
}

function styleFor({ color, json }: PeerConfig, env: Environment): Style {
  const when = json.value ? "never" : color.value; // a program does not see colours
  return createStyle(wantsColour({
    flag: when === "auto" ? undefined : when === "always",
    forceColor: env["FORCE_COLOR"],
    noColor: env["NO_COLOR"],
    term: env["TERM"],
    terminal: Deno.stdout.isTerminal(),
  }));
}
