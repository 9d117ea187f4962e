/**
 * Every setting there is: its flag, its environment variable, its default and who takes it. Whatever a command
 * or the help knows of settings, it knows from here.
 */
import { PEERS_MAX } from "./bootstrap/registry.ts";
import type { BootstrapPlace } from "./bootstrap/place.ts";
import { BOOTSTRAP_PORT, parseBootstrapPlace, showBootstrapPlace } from "./config/bootstrap_place.ts";
import { type FileTexts, parseConfigFile } from "./config/file.ts";
import { gossipProblem } from "./config/gossip_problem.ts";
import { GOSSIP_SETTINGS, type Profile, type ProfileName, PROFILES, SERF } from "./config/gossip_settings.ts";
import { parseKeyFilePath, parseLogPath, stateDirectory } from "./config/places.ts";
import { originOf, type Resolved, type Source } from "./config/origin.ts";
import { showConfigFile } from "./config/show_file.ts";
import { SIMULATION_SETTINGS } from "./config/simulation_settings.ts";
import {
  count,
  type Environment,
  list,
  type Parsed,
  type Setting,
  type SettingKind,
  text,
  toggle,
} from "./config/setting.ts";
import {
  parseAdvertised,
  parseChoice,
  parseClusterLabel,
  parseContact,
  parseCount,
  parseHostPort,
  parseLimit,
  parseListenAddress,
  parseName,
  parsePath,
  parseRoom,
  parseSeed,
  parseSize,
  parseTime,
  showLimit,
  showSize,
  showTime,
} from "./config/value.ts";
import type { Address } from "./transport/address.ts";
import { NO_LABEL } from "./transport/wire/label.ts";
import type { Protection } from "./transport/wire/protection.ts";

export type { Environment } from "./config/setting.ts";

/** The commands that have settings. */
export type CommandName = "peer" | "bootstrap" | "scenario" | "sim" | "experiment";

/** Most people try this out on one machine. */
const DEFAULT_PROFILE: ProfileName = "local";

/** The table of settings, in the order in which help lists them. A key here is a key of the configuration file. */
export const SETTINGS = {
  name: text({
    flag: "name",
    environment: "PARLEY_NAME",
    placeholder: "NAME",
    help: "The peer's name, where none is given as an argument",
    commands: ["peer"],
    parse: parseName,
    fallback: undefined,
    fallbackText: "none",
  }),
  room: text({
    flag: "room",
    environment: "PARLEY_ROOM",
    placeholder: "ROOM",
    help: "The room to enter first",
    commands: ["peer"],
    parse: parseRoom,
    fallback: "lobby",
  }),
  bind: text({
    flag: "bind",
    environment: "PARLEY_BIND",
    placeholder: "IP:PORT",
    help: "Where to listen for other peers; port 0 takes a free one",
    commands: ["peer"],
    parse: parseHostPort,
    fallback: "127.0.0.1:0" as Address,
  }),
  advertise: text({
    flag: "advertise",
    environment: "PARLEY_ADVERTISE",
    placeholder: "IP[:PORT]",
    help: "Where others reach this peer, if not where it listens; by default a private address",
    commands: ["peer"],
    parse: parseAdvertised,
    fallback: undefined,
    fallbackText: "where it listens",
  }),
  keyFile: text({
    flag: "key-file",
    environment: "PARLEY_KEY_FILE",
    placeholder: "FILE",
    help: "The cluster's keys in base64, one a line, the first seals; a file that only you may read",
    commands: ["peer", "bootstrap"],
    parse: parseKeyFilePath,
    fallback: undefined,
    fallbackText: "none",
  }),
  label: text({
    flag: "label",
    environment: "PARLEY_LABEL",
    placeholder: "NAME",
    help: "What the cluster is called, on every packet; peers with another label stay out",
    commands: ["peer", "bootstrap"],
    parse: parseClusterLabel,
    fallback: NO_LABEL,
    fallbackText: "none",
    show: ({ text }) => text,
  }),
  plaintextOnNetwork: toggle({
    flag: "plaintext-on-network",
    environment: "PARLEY_PLAINTEXT_ON_NETWORK",
    help: "Without a key, listen beyond this machine all the same, for everybody to read and forge",
    commands: ["peer"],
  }),
  bootstrap: text({
    flag: "bootstrap",
    environment: "PARLEY_BOOTSTRAP",
    placeholder: "PLACE",
    help: "Where to find first contacts: local[:PORT], parley://HOST:PORT or http://HOST:PORT",
    commands: ["peer"],
    parse: parseBootstrapPlace,
    fallback: { type: "local", port: BOOTSTRAP_PORT } as BootstrapPlace,
    show: showBootstrapPlace,
  }),
  join: list({
    flag: "join",
    environment: "PARLEY_JOIN",
    placeholder: "IP:PORT",
    help: "A peer to contact besides those that bootstrap names; may be repeated",
    commands: ["peer"],
    parse: parseContact,
  }),
  profile: text({
    flag: "profile",
    environment: "PARLEY_PROFILE",
    placeholder: "PROFILE",
    help: "Numbers of the gossip: lan, wan or local, as memberlist has them",
    commands: ["peer", "sim"],
    parse: parseChoice("lan", "wan", "local"),
    fallback: DEFAULT_PROFILE as ProfileName,
    fallbackOf: { sim: "lan" },
  }),
  serf: toggle({
    flag: "serf",
    environment: "PARLEY_SERF",
    help: "Be a member of a Serf cluster: announce its delegate versions, 2,5,4",
    commands: ["peer"],
  }),
  compat: list({
    flag: "compat",
    environment: "PARLEY_COMPAT",
    placeholder: "PROGRAM",
    help: "Speak with an older program's people in the first room: cli-chat, talks",
    commands: ["peer"],
    parse: parseChoice("cli-chat", "talks"),
  }),
  gateway: toggle({
    flag: "gateway",
    environment: "PARLEY_GATEWAY",
    help: "Let people without a peer in, at the peer's own port: browsers find a page there",
    commands: ["peer"],
  }),
  tcp: text({
    flag: "tcp",
    environment: "PARLEY_TCP",
    placeholder: "IP:PORT",
    help: "Let MaChat's clients in over TCP on a port of their own",
    commands: ["peer"],
    parse: parseHostPort,
    fallback: undefined,
    fallbackText: "none",
  }),
  ws: text({
    flag: "ws",
    environment: "PARLEY_WS",
    placeholder: "IP:PORT",
    help: "Let MaChat's clients in over WebSocket, at /mychat, on a port of their own",
    commands: ["peer"],
    parse: parseHostPort,
    fallback: undefined,
    fallbackText: "none",
  }),
  historyAge: text({
    flag: "history-age",
    environment: "PARLEY_HISTORY_AGE",
    placeholder: "TIME",
    help: "Let go of what was said longer ago than that, such as 30d; none keeps it",
    commands: ["peer"],
    parse: parseLimit(parseTime(60_000, 36_500 * 86_400_000)),
    fallback: undefined,
    show: showLimit(showTime),
  }),
  historyMax: text({
    flag: "history-max",
    environment: "PARLEY_HISTORY_MAX",
    placeholder: "SIZE",
    help: "Let go of the oldest of what was said when it is more than that, such as 500MiB; none keeps it",
    commands: ["peer"],
    parse: parseLimit(parseSize(1_024 ** 2, 1_024 ** 4)),
    fallback: undefined,
    show: showLimit(showSize),
  }),
  allowShell: toggle({
    flag: "allow-shell",
    environment: "PARLEY_ALLOW_SHELL",
    help: "Let the command shell run what this machine's shell can; no file and no script can say so",
    commands: ["peer"],
    inFile: false, // who is given somebody's settings has not allowed it
  }),
  manual: toggle({
    flag: "manual",
    environment: "PARLEY_MANUAL",
    help: "Start nothing by itself: every step is a command",
    commands: ["peer"],
  }),
  color: text({
    flag: "color",
    environment: "PARLEY_COLOR",
    placeholder: "WHEN",
    help: "Colour: auto, always or never",
    commands: ["peer"],
    parse: parseChoice("auto", "always", "never"),
    fallback: "auto",
  }),
  bell: text({
    flag: "bell",
    environment: "PARLEY_BELL",
    placeholder: "WHEN",
    help: "The terminal's bell: mentions (of you, or to you alone) or never",
    commands: ["peer"],
    parse: parseChoice("mentions", "never"),
    fallback: "mentions",
  }),
  listen: text({
    flag: "listen",
    environment: "PARLEY_LISTEN",
    placeholder: "IP:PORT",
    help: "Where the registry answers, over HTTP and parley://",
    commands: ["bootstrap"],
    parse: parseListenAddress,
    fallback: `127.0.0.1:${BOOTSTRAP_PORT}` as Address,
  }),
  maxPeers: count({
    flag: "max-peers",
    environment: "PARLEY_MAX_PEERS",
    placeholder: "N",
    help: "How many first contacts the registry keeps; also of a peer that serves it",
    commands: ["peer", "bootstrap"],
    parse: parseCount(1, PEERS_MAX),
    fallback: 8,
  }),
  minRefillCandidates: count({
    flag: "min-refill-candidates",
    environment: "PARLEY_MIN_REFILL_CANDIDATES",
    placeholder: "N",
    help: "With fewer contacts than this in the registry, peers offer themselves",
    commands: ["peer", "bootstrap"],
    parse: parseCount(0, PEERS_MAX),
    fallback: 5,
  }),
  store: text({
    flag: "store",
    environment: "PARLEY_STORE",
    placeholder: "FILE",
    help: "Where the registry keeps its list (SQLite); none for only in memory",
    commands: ["bootstrap"],
    parse: (text, env) => text === "none" ? { ok: true, value: text } : parsePath(text, stateDirectory(env), env),
    fallback: undefined,
    fallbackText: "registry-PORT.sqlite in the state directory",
  }),
  trustEntries: toggle({
    flag: "trust-entries",
    environment: "PARLEY_TRUST_ENTRIES",
    help: "Keep contacts in the registry also where nobody answers",
    commands: ["bootstrap"],
  }),
  processes: toggle({
    flag: "processes",
    environment: "PARLEY_PROCESSES",
    help: "Play with real processes on this machine, in real time",
    commands: ["scenario"],
  }),
  seed: text({
    flag: "seed",
    environment: "PARLEY_SEED",
    placeholder: "WORD",
    help: "What all chance of the simulation comes from; the same seed, the same run",
    commands: ["scenario", "sim", "experiment"],
    parse: parseSeed,
    fallback: undefined,
    fallbackText: "what the file says, or 1",
  }),
  quiet: toggle({
    flag: "quiet",
    environment: "PARLEY_QUIET",
    help: "Only say how each file went, not what happens in it",
    commands: ["scenario"],
  }),
  json: toggle({
    flag: "json",
    environment: "PARLEY_JSON",
    help: "One JSON object a line, for programs",
    commands: ["peer", "sim", "experiment"],
  }),
  logFile: text({
    flag: "log-file",
    environment: "PARLEY_LOG_FILE",
    placeholder: "FILE",
    help: "Where to write the log; under deno task only below the state directory",
    commands: ["peer", "bootstrap"],
    parse: parseLogPath,
    fallback: undefined,
    fallbackText: "none",
  }),
  logLevel: text({
    flag: "log-level",
    environment: "PARLEY_LOG_LEVEL",
    placeholder: "LEVEL",
    help: "The least that is logged: debug, info, warn or error",
    commands: ["peer", "bootstrap"],
    parse: parseChoice("debug", "info", "warn", "error"),
    fallback: "info",
  }),
  ...GOSSIP_SETTINGS,
  ...SIMULATION_SETTINGS,
};

export type SettingKey = keyof typeof SETTINGS;

type ValueOf<K extends SettingKey> = typeof SETTINGS[K] extends Setting<infer T, infer _> ? T : never;
type CommandOf<K extends SettingKey> = typeof SETTINGS[K]["commands"][number];

/** The settings that command `C` takes, resolved. */
export type Config<C extends CommandName> = {
  readonly [K in SettingKey as C extends CommandOf<K> ? K : never]: Resolved<ValueOf<K>>;
};

/** What the command line gave for each setting: one text, or for a repeated flag all of them, in order. */
export type FlagTexts = ReadonlyMap<SettingKey, readonly string[]>;

/** All that a configuration is made from. */
export type ConfigSources<C extends CommandName> = {
  readonly command: C;
  readonly flags: FlagTexts;
  readonly env: Environment;
  /** The text of the configuration file; `undefined` where there is none. */
  readonly file: string | undefined;
};

/** The settings, or one line about the first thing that is wrong with a source. */
export type ConfigResult<C extends CommandName> =
  | { readonly ok: true; readonly config: Config<C> }
  | { readonly ok: false; readonly message: string };

/** Settles every setting of a command: flag before environment before file before default. Touches nothing. */
export function resolveConfig<C extends CommandName>(sources: ConfigSources<C>): ConfigResult<C> {
  const file = readFile(sources.file);
  if (!file.ok) return { ok: false, message: `configuration file: ${file.why}` };

  const config: Record<string, Resolved<unknown>> = {};
  let profile: Profile = PROFILES[DEFAULT_PROFILE];
  for (const [key, setting] of settingsOf(sources.command)) {
    const resolved = resolve(key, setting, sources, file.value, profile);
    if (!resolved.ok) return { ok: false, message: resolved.why };
    config[key] = resolved.value;
    if (key === "profile") profile = PROFILES[resolved.value.value as ProfileName];
    else if (key === "serf" && resolved.value.value) profile = { ...profile, ...SERF };
    else if (setting.field !== undefined) profile = { ...profile, [setting.field]: resolved.value.value };
  }
  return { ok: true, config: config as Config<C> }; // the loop went through exactly the settings of C
}

/** The numbers that the gossip runs on: those of the chosen profile, but for what was set besides. */
export function profileOf(config: Config<"peer">): Profile {
  let profile: Profile = PROFILES[config.profile.value];
  for (const [key, { field }] of settingsOf("peer")) {
    if (field !== undefined) profile = { ...profile, [field]: config[key as keyof Config<"peer">].value };
  }
  return profile;
}

/** How strict we are about keys and labels. */
export function strictnessOf(config: Config<"peer">): Omit<Protection, "label" | "keyring"> {
  return {
    skipInboundLabelCheck: config.skipInboundLabelCheck.value,
    encryptionVersion: config.encryptionVersion.value,
    encryptionVersionMin: config.encryptionVersionMin.value,
    verifyIncoming: config.verifyIncoming.value,
    verifyOutgoing: config.verifyOutgoing.value,
  };
}

/** A setting for people: what it is called in the configuration file, its value as one types it, where that came from. */
type ShownSetting = Readonly<{ path: string; value: string; origin: string }>;

/** All settings of a peer, in the order of the table. `file` is the configuration file, if one was read. */
export function showSettings(config: Config<"peer">, file: string | undefined): readonly ShownSetting[] {
  const { profile } = config;
  const behind = { file, profile: profile.value };
  const profileOrigin = originOf(SETTINGS.profile, profile, behind);
  const serfOrigin = config.serf.value ? `serf (${originOf(SETTINGS.serf, config.serf, behind)})` : undefined;
  return settingsOf("peer").map(([key, setting]) => {
    const resolved = config[key as keyof Config<"peer">];
    const ofSerf = resolved.source === "profile" && setting.field === "delegateVersions" ? serfOrigin : undefined;
    const origin = originOf(setting, resolved, behind);
    const shown = setting.show(resolved.value);
    return {
      path: pathOf(key),
      value: shown === "" ? "none" : shown,
      origin: ofSerf ?? (resolved.source === "profile" ? `${origin} (${profileOrigin})` : origin),
    };
  });
}

/** The text of a configuration file that settles everything as it is here; a name that was an argument is left out. */
export function saveText(config: Config<"peer">): string {
  const rows = settingsOf("peer").flatMap(([key, { kind, show, inFile = true }]) => {
    const { source, value } = config[key as keyof Config<"peer">];
    if (!inFile || source === "default" || source === "profile" || source === "argument") return [];
    return [{ path: pathOf(key), kind, shown: show(value) }];
  });
  return showConfigFile(rows);
}

/** Why the settings of the gossip do not work together, if so. */
export function gossipProblemOf(config: Config<"peer">): string | undefined {
  const gossip = {
    profile: profileOf(config),
    strictness: strictnessOf(config),
    bind: config.bind.value,
    advertise: config.advertise.value,
    label: config.label.value,
    keyed: config.keyFile.value !== undefined,
  };
  return gossipProblem(gossip, (key) => {
    const setting = SETTINGS[key] as unknown as AnySetting;
    const origin = originOf(setting, config[key], { file: undefined, profile: config.profile.value });
    return `${pathOf(key)} ${setting.show(config[key].value)} (${origin})`;
  });
}

/** The rows of the table that a command takes. */
export function settingsOf(command: CommandName): readonly (readonly [SettingKey, AnySetting])[] {
  return rows().filter(([, setting]) => setting.commands.includes(command)).map(([key, setting]) => {
    const own = setting.fallbackOf?.[command];
    return [key, own === undefined ? setting : { ...setting, fallback: () => own, fallbackText: setting.show(own) }];
  });
}

/** A setting whose type of value does not matter to who handles it. */
export type AnySetting = Setting<unknown, CommandName>;

function rows(): readonly (readonly [SettingKey, AnySetting])[] {
  return Object.entries(SETTINGS) as unknown as readonly (readonly [SettingKey, AnySetting])[];
}

function readFile(file: string | undefined): Parsed<FileTexts> {
  if (file === undefined) return { ok: true, value: new Map() };
  const kinds: Record<string, SettingKind | "elsewhere" | Record<string, SettingKind>> = {};
  for (const [key, { kind, section, inFile = true }] of rows()) {
    if (section === undefined) kinds[key] = inFile ? kind : "elsewhere";
    else kinds[section] = { ...kinds[section] as Record<string, SettingKind>, [key]: kind };
  }
  return parseConfigFile(file, kinds);
}

/** What a setting is called in the configuration file. */
export function pathOf(key: SettingKey): string {
  const { section } = SETTINGS[key] as unknown as AnySetting;
  return section === undefined ? key : `${section}.${key}`;
}

/** One setting's texts and what to call the place of the one at fault. */
type Given = { readonly source: Source; readonly texts: readonly string[]; readonly place: (at: number) => string };

function resolve(
  key: SettingKey,
  setting: AnySetting,
  sources: ConfigSources<CommandName>,
  file: FileTexts,
  profile: Profile,
): Parsed<Resolved<unknown>> {
  const given = firstGiven(key, setting, sources, file);
  if (given === undefined) {
    const source = setting.field === undefined ? "default" : "profile";
    return { ok: true, value: { value: setting.fallback(sources.env, profile), source } };
  }
  const reading = setting.read(given.texts, sources.env);
  if (reading.ok) return { ok: true, value: { value: reading.value, source: given.source } };
  return { ok: false, why: `${given.place(reading.at)} ${quoted(given.texts[reading.at] ?? "")}: ${reading.why}` };
}

function firstGiven(
  key: SettingKey,
  setting: AnySetting,
  { flags, env }: ConfigSources<CommandName>,
  file: FileTexts,
): Given | undefined {
  const fromFlags = flags.get(key);
  if (fromFlags !== undefined) return { source: "flag", texts: fromFlags, place: () => `--${setting.flag}` };

  const variable = env[setting.environment];
  if (variable) { // set but empty is how a shell says "not set"
    return { source: "environment", texts: split(setting, variable), place: () => setting.environment };
  }

  const path = pathOf(key);
  const texts = file.get(path);
  if (texts === undefined) return undefined;
  const place = (at: number) => `configuration file: ${setting.kind === "list" ? `${path}.${at}` : path}`;
  return { source: "file", texts, place };
}

function split(setting: AnySetting, variable: string): readonly string[] {
  return setting.kind === "list" ? variable.split(/[\s,]+/).filter((text) => text !== "") : [variable];
}

/** Long enough to recognise what one typed. */
const QUOTED_CHARACTERS_MAX = 80;

function quoted(text: string): string {
  return JSON.stringify(text.length > QUOTED_CHARACTERS_MAX ? `${text.slice(0, QUOTED_CHARACTERS_MAX)}…` : text);
}
