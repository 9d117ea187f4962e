import { assert, assertEquals, assertRejects } from "@std/assert";
import { PeerSettings } from "../../commands/peer_settings.ts";
import {
  type Config,
  type Environment,
  type FlagTexts,
  resolveConfig,
  type SettingKey,
  settingsOf,
} from "../../config.ts";
import { Guard } from "../../transport/guard.ts";
import { UNPROTECTED } from "../../transport/wire/protection.ts";
import { randomBytes } from "../../actors/runtime/random.ts";

const KEY = "K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=";

function configured(flags: Readonly<Record<string, readonly string[]>>, env: Environment = {}): Config<"peer"> {
  const texts: FlagTexts = new Map(Object.entries(flags) as [SettingKey, readonly string[]][]);
  const resolved = resolveConfig({ command: "peer", flags: texts, env, file: undefined });
  assert(resolved.ok, resolved.ok ? "" : resolved.message);
  return resolved.config;
}

function started(flags: Readonly<Record<string, readonly string[]>> = {}, env: Environment = {}) {
  const guard = new Guard(UNPROTECTED, randomBytes);
  return { guard, settings: new PeerSettings(configured(flags, env), guard, env) };
}

function test(name: string, run: (directory: string) => Promise<void>): void {
  Deno.test(name, async () => {
    const directory = await Deno.makeTempDir();
    try {
      await run(directory);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

/** Every value that a peer has, as one types it; the name is each peer's own. */
function valuesOf(settings: PeerSettings): Readonly<Record<string, string>> {
  return Object.fromEntries(
    settings.shown.filter(({ path }) => path !== "name").map(({ path, value }) => [path, value]),
  );
}

async function written(directory: string, text: string): Promise<string> {
  const path = `${directory}/settings.json`;
  await Deno.writeTextFile(path, text);
  return path;
}

/** For every setting a value that is no default. A new setting has to find its place here. */
const OTHER: Readonly<Partial<Record<SettingKey, readonly string[]>>> = {
  name: ["zoe"],
  room: ["dev"],
  bind: ["127.0.0.1:7001"],
  advertise: ["127.0.0.2:7002"],
  label: ["a label"],
  bootstrap: ["http://127.0.0.1:8080"],
  join: ["127.0.0.1:1", "[::1]:2"],
  profile: ["wan"],
  tcp: ["127.0.0.1:8989"],
  ws: ["127.0.0.1:8099"],
  compat: ["cli-chat"],
  historyAge: ["30d"],
  historyMax: ["500MiB"],
  color: ["never"],
  bell: ["never"],
  maxPeers: ["3"],
  minRefillCandidates: ["2"],
  logFile: ["/tmp/a log.txt"],
  logLevel: ["debug"],
  addressesAllowed: ["127.0.0.0/8", "fd00::/8"],
  delegateVersions: ["1,4,2"],
  packetSize: ["1300B"],
  protocolVersion: ["3"],
  encryptionVersion: ["0"],
  encryptionVersionMin: ["1"],
};

/** What is not named above is made up by its kind. */
function otherValue(key: SettingKey, placeholder: string, kind: string, isOn: boolean): readonly string[] {
  const given = OTHER[key];
  if (given !== undefined) return given;
  if (kind === "switch") return [isOn ? "off" : "on"];
  return [placeholder === "TIME" ? "4567ms" : "7"];
}

for (const [key, { kind, placeholder, show, inFile = true }] of settingsOf("peer")) {
  if (key === "keyFile" || !inFile) continue; // have tests of their own
  Deno.test(`${key} is saved so that a start with the file has the same value`, () => {
    const isOn = show(configured({})[key as keyof Config<"peer">].value) === "on";
    const { settings } = started({ [key]: otherValue(key, placeholder, kind, isOn) });
    const again = resolveConfig({ command: "peer", flags: new Map(), env: {}, file: settings.text });
    assert(again.ok, again.ok ? "" : again.message);
    assertEquals(again.config[key as keyof Config<"peer">].value, settings.config[key as keyof Config<"peer">].value);
    assertEquals(again.config[key as keyof Config<"peer">].source, "file");
  });
}

test("what one peer saved gives another the same settings, whatever it had before", async (directory) => {
  const flags = {
    profile: ["lan"],
    probeInterval: ["2s"],
    gossipNodes: ["5"],
    compression: ["off"],
    addressesAllowed: ["127.0.0.0/8"],
    bind: ["127.0.0.1:7001"],
  };
  const path = await written(directory, started(flags).settings.text);
  const other = started({ profile: ["wan"], suspicionMult: ["9"], bind: ["127.0.0.1:7009"] });
  assertEquals(await other.settings.load(path), []);
  assertEquals(valuesOf(other.settings), valuesOf(started(flags).settings));
  assertEquals(other.settings.profile.probeIntervalMs, 2_000);
  assertEquals(other.settings.profile, started(flags).settings.profile);
  const row = other.settings.shown.find(({ path }) => path === "gossip.probeInterval");
  assertEquals(row?.origin, `file ${path}`);
});

test("what only a start can change stays, and is named if the file wants it otherwise", async (directory) => {
  const { settings } = started({ label: ["ours"], color: ["never"] });
  const path = await written(
    directory,
    '{ "label": "theirs", "color": "never", "logLevel": "debug", "profile": "wan" }',
  );
  assertEquals(await settings.load(path), ["label", "logLevel"]);
  assertEquals(valuesOf(settings)["label"], "ours");
  assertEquals(valuesOf(settings)["profile"], "wan");
});

test("what only a start can change is not spoken of where the file says nothing of it", async (directory) => {
  const { settings } = started({ label: ["ours"], room: ["dev"] });
  assertEquals(await settings.load(await written(directory, "{}")), []);
  assertEquals(valuesOf(settings)["label"], "ours");
});

test("the keys of the file that a loaded file names are used from then on", async (directory) => {
  await Deno.writeTextFile(`${directory}/keys`, KEY, { mode: 0o600 });
  const { settings, guard } = started();
  await settings.load(await written(directory, JSON.stringify({ keyFile: `${directory}/keys` })));
  assertEquals(guard.protection.keyring.keys.length, 1);
  await settings.load(await written(directory, settings.text));
  assertEquals(guard.protection.keyring.keys.length, 1, "also when it was saved and loaded again");
  await settings.load(await written(directory, "{}"));
  assertEquals(guard.protection.keyring.keys.length, 0);
});

test("how strict the gossip is, and whether it compresses, is as the file says", async (directory) => {
  const { settings, guard } = started();
  await settings.load(await written(directory, '{ "gossip": { "verifyIncoming": false, "compression": false } }'));
  assertEquals(guard.protection.verifyIncoming, false);
  const [long] = [new Uint8Array(400)];
  const bytes = guard.sealPacket([long], { crc: false });
  assert(bytes.length >= 400, "nothing was compressed");
});

test("variables that hold settings do not disturb a file that was asked for", async (directory) => {
  const { settings } = started({}, { PARLEY_PROFILE: "wan", HOME: "/home/x" });
  await settings.load(await written(directory, "{}"));
  assertEquals(valuesOf(settings)["profile"], "local");
});

const REFUSED: Readonly<Record<string, [text: string, why: string]>> = {
  "an unknown key": ['{ "gossip": { "probeIntervall": "2s" } }', "gossip.probeIntervall: unknown key"],
  "a value of the wrong type": ['{ "manual": "yes" }', "manual: must be true or false"],
  "a value out of range": ['{ "gossip": { "gossipNodes": 0 } }', 'gossip.gossipNodes "0": expected'],
  "a text that is cut off": ['{ "room": "de', "not JSON"],
  "settings that do not work together": ['{ "gossip": { "probeTimeout": "2m" } }', "gossip.probeTimeout 2m"],
  "a place that needs a key": ['{ "bind": "0.0.0.0:0" }', "will not listen on 0.0.0.0:0 without a key"],
  "a key file that is none": ['{ "keyFile": "/nowhere/keys" }', "/nowhere/keys"],
};

for (const [what, [text, why]] of Object.entries(REFUSED)) {
  test(`a file with ${what} is refused with the place of the mistake, and nothing changes`, async (directory) => {
    const { settings, guard } = started({ probeInterval: ["9s"] });
    const before = [valuesOf(settings), { ...settings.profile }, guard.protection];
    const error = await assertRejects(async () => await settings.load(await written(directory, text)), Error);
    assert(error.message.includes(why), error.message);
    assertEquals([valuesOf(settings), { ...settings.profile }, guard.protection], before);
  });
}

test("a file that is missing, a folder, or far too long is refused", async (directory) => {
  const { settings } = started();
  await assertRejects(() => settings.load(`${directory}/missing`), Error, "there is no such file");
  await assertRejects(() => settings.load(directory), Error, "it is not a file");
  const long = await written(directory, " ".repeat(70_000));
  await assertRejects(() => settings.load(long), Error, "too long");
});

test("a file that is loaded neither allows a shell nor takes it away", async (directory) => {
  const { settings } = started({ allowShell: ["on"] });
  await assertRejects(
    async () => settings.load(await written(directory, '{"allowShell":true}')),
    Error,
    "not in a file",
  );
  assertEquals(await settings.load(await written(directory, '{"room":"dev"}')), ["room"]);
  assertEquals(settings.config.allowShell.value, true);
  const other = started({});
  await other.settings.load(await written(directory, settings.text));
  assertEquals(other.settings.config.allowShell.value, false);
});
