import type { CommandSetting } from "../actors/repl/command.ts";
import type { Profile } from "../actors/pool/profile.ts";
import { bindProblem } from "../config/peer_problems.ts";
import { configFilePath } from "../config/places.ts";
import {
  type Config,
  type Environment,
  gossipProblemOf,
  pathOf,
  profileOf,
  resolveConfig,
  saveText,
  settingsOf,
  showSettings,
  strictnessOf,
} from "../config.ts";
import type { Guard } from "../transport/guard.ts";
import { Keyring } from "../transport/wire/keyring.ts";
import { readKeyFile } from "./key_file.ts";

type PeerConfig = Config<"peer">;
type Key = keyof PeerConfig;

/** More than any configuration needs; what is larger is not one. */
const FILE_BYTES_MAX = 64 * 1024;

/** What holds from the next opening of the port on, besides the settings of the gossip. */
const LIVE: readonly string[] = ["bind", "advertise", "keyFile", "plaintextOnNetwork", "profile"] satisfies Key[];

/** Settings of the gossip by which actors were made already. */
const GOSSIP_AT_START: readonly string[] = [
  "delegateVersions",
  "handoffQueueDepth",
  "skipInboundLabelCheck",
] satisfies Key[];

/** What a peer goes by: as it was started, or by a file that was loaded since. */
export class PeerSettings {
  /** The numbers of the gossip. It is one object for as long as the peer runs, and changes with what is loaded. */
  readonly profile: Profile;
  readonly #guard: Guard;
  readonly #env: Environment;
  #config: PeerConfig;
  #file: string | undefined;

  constructor(config: PeerConfig, guard: Guard, env: Environment) {
    this.#config = config;
    this.#guard = guard;
    this.#env = env;
    this.#file = configFilePath(env);
    this.profile = profileOf(config);
  }

  get config(): PeerConfig {
    return this.#config;
  }

  /** For people. */
  get shown(): readonly CommandSetting[] {
    return showSettings(this.#config, this.#file);
  }

  /** The text of a file that gives another peer the same settings; a name that was an argument is not among them. */
  get text(): string {
    return saveText(this.#config);
  }

  /**
   * Goes by the settings in a file, and by defaults where it says nothing, as if the peer had been started so; the paths
   * of those that only a start can change, where the file wants them otherwise. Rejects with why not; then nothing
   * changed.
   */
  async load(path: string): Promise<readonly string[]> {
    const { next, keyring } = await this.#read(path);
    const [settled, paths] = keepingStart(this.#config, next);
    this.#config = settled;
    this.#file = path;
    Object.assign(this.profile, profileOf(settled));
    this.#guard.changeManners({ ...strictnessOf(settled), keyring }, { compress: settled.compression.value });
    return paths;
  }

  async #read(path: string): Promise<{ next: PeerConfig; keyring: Keyring }> {
    const file = await readText(path);
    // Variables that hold settings are not asked: the file is what was asked for.
    const env = Object.fromEntries(Object.entries(this.#env).filter(([name]) => !name.startsWith("PARLEY_")));
    const resolved = resolveConfig({ command: "peer", flags: new Map(), env, file });
    if (!resolved.ok) throw new Error(resolved.message.replace(/^configuration file: /, ""));
    const problem = bindProblem(resolved.config) ?? gossipProblemOf(resolved.config);
    if (problem !== undefined) throw new Error(problem);
    const { keyFile } = resolved.config;
    const keys = keyFile.value === undefined
      ? { ok: true, keyring: Keyring.EMPTY } as const
      : await readKeyFile(keyFile.value);
    if (!keys.ok) throw new Error(keys.why);
    return { next: resolved.config, keyring: keys.keyring };
  }
}

/** What a start alone can change stays as it is; with the paths of those that should have changed. */
function keepingStart(now: PeerConfig, next: PeerConfig): readonly [settled: PeerConfig, paths: readonly string[]] {
  const kept = settingsOf("peer").map(([key]) => key as Key).filter((key) => !isLive(key));
  const [before, after] = [valuesOf(now), valuesOf(next)];
  const paths = kept
    .filter((key) => key !== "name" && next[key].source === "file")
    .map((key) => pathOf(key))
    .filter((path) => before.get(path) !== after.get(path));
  return [{ ...next, ...Object.fromEntries(kept.map((key) => [key, now[key]])) }, paths];
}

function isLive(key: Key): boolean {
  return LIVE.includes(key) || (pathOf(key).startsWith("gossip.") && !GOSSIP_AT_START.includes(key));
}

function valuesOf(config: PeerConfig): ReadonlyMap<string, string> {
  return new Map(showSettings(config, undefined).map(({ path, value }) => [path, value]));
}

async function readText(path: string): Promise<string> {
  const { isFile, size } = await Deno.stat(path).catch((error) => {
    throw error instanceof Deno.errors.NotFound ? new Error("there is no such file") : error;
  });
  if (!isFile) throw new Error("it is not a file"); // a pipe would never end
  if (size > FILE_BYTES_MAX) throw new Error("too long for a configuration");
  return await Deno.readTextFile(path);
}
