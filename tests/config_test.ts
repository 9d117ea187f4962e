import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { bindProblem } from "../config/peer_problems.ts";
import { configFilePath, dataDirectory, stateDirectory } from "../config/places.ts";
import {
  type Config,
  type ConfigSources,
  type Environment,
  type FlagTexts,
  resolveConfig,
  saveText,
  type SettingKey,
  SETTINGS,
  settingsOf,
} from "../config.ts";
import { GOSSIP_SETTINGS } from "../config/gossip_settings.ts";
import { NO_LABEL } from "../transport/wire/label.ts";
import { labelOf } from "./transport/wire/secrets.ts";

const permissions = "none";

type Given = { flags?: Partial<Record<SettingKey, readonly string[]>>; env?: Environment; file?: string };

function sources(given: Given): ConfigSources<"peer"> {
  const flags: FlagTexts = new Map(Object.entries(given.flags ?? {}) as [SettingKey, readonly string[]][]);
  return { command: "peer", flags, env: given.env ?? {}, file: given.file };
}

function resolved(given: Given): Config<"peer"> {
  const result = resolveConfig(sources(given));
  assert(result.ok, JSON.stringify(result));
  return result.config;
}

function refusal(given: Given): string {
  const result = resolveConfig(sources(given));
  assert(!result.ok, "expected a refusal");
  return result.message;
}

Deno.test({
  name: "without any source every setting has its default",
  permissions,
  fn() {
    const daily = Object.entries(resolved({})).filter(([key]) => !(key in GOSSIP_SETTINGS)); // those have a test file
    const values = daily.map(([key, { value, source }]) => [key, value, source]);
    assertEquals(values, [
      ["name", undefined, "default"],
      ["room", "lobby", "default"],
      ["bind", "127.0.0.1:0", "default"],
      ["advertise", undefined, "default"],
      ["keyFile", undefined, "default"],
      ["label", NO_LABEL, "default"],
      ["plaintextOnNetwork", false, "default"],
      ["bootstrap", { type: "local", port: 7947 }, "default"],
      ["join", [], "default"],
      ["profile", "local", "default"],
      ["serf", false, "default"],
      ["compat", [], "default"],
      ["gateway", false, "default"],
      ["tcp", undefined, "default"],
      ["ws", undefined, "default"],
      ["historyAge", undefined, "default"],
      ["historyMax", undefined, "default"],
      ["allowShell", false, "default"],
      ["manual", false, "default"],
      ["color", "auto", "default"],
      ["bell", "mentions", "default"],
      ["maxPeers", 8, "default"],
      ["minRefillCandidates", 5, "default"],
      ["json", false, "default"],
      ["logFile", undefined, "default"],
      ["logLevel", "info", "default"],
    ]);
  },
});

Deno.test({
  name: "a flag wins over the environment, that over the file, that over the default",
  permissions,
  fn() {
    const flags = { room: ["flag"] };
    const env = { PARLEY_ROOM: "environment" };
    const file = '{"room":"file"}';
    assertEquals(resolved({ flags, env, file }).room, { value: "flag", source: "flag" });
    assertEquals(resolved({ env, file }).room, { value: "environment", source: "environment" });
    assertEquals(resolved({ file }).room, { value: "file", source: "file" });
    assertEquals(resolved({}).room, { value: "lobby", source: "default" });
  },
});

Deno.test({
  name: "the key file and the label come from the first source that has one, a relative path from where one typed it",
  permissions,
  fn() {
    const flags = { keyFile: ["flag.keys"], label: ["flag"] };
    const env = { PARLEY_KEY_FILE: "~/environment.keys", PARLEY_LABEL: "environment", HOME: "/home/alice" };
    const file = '{"keyFile":"/file.keys","label":"file","plaintextOnNetwork":true}';
    const keysAndLabel = ({ keyFile, label }: Config<"peer">) => [keyFile.value, label.value.text, label.source];
    const typedAt = { ...env, INIT_CWD: "/home/alice" };
    assertEquals(keysAndLabel(resolved({ flags, env: typedAt, file })), ["/home/alice/flag.keys", "flag", "flag"]);
    const fromEnvironment = ["/home/alice/environment.keys", "environment", "environment"];
    assertEquals(keysAndLabel(resolved({ env, file })), fromEnvironment);
    assertEquals(keysAndLabel(resolved({ file })), ["/file.keys", "file", "file"]);
    assertEquals(resolved({ file }).plaintextOnNetwork, { value: true, source: "file" });
  },
});

const places: readonly (readonly [bind: string, flags: Given["flags"], problem: RegExp | undefined])[] = [
  ["127.0.0.1:0", {}, undefined],
  ["127.9.9.9:0", {}, undefined],
  ["[::1]:0", {}, undefined],
  ["0.0.0.0:7946", {}, /^will not listen on 0\.0\.0\.0:7946 without a key, which --key-file gives; /],
  ["[::]:7946", {}, /without a key.*; --plaintext-on-network does it anyway, for all to read$/],
  ["192.0.2.1:7946", {}, /without a key/],
  ["192.0.2.1:7946", { keyFile: ["/keys"] }, undefined],
  ["192.0.2.1:7946", { plaintextOnNetwork: ["on"] }, undefined],
  ["0.0.0.0:7946", { keyFile: ["/keys"] }, undefined],
  ["[::]:7946", { plaintextOnNetwork: ["on"] }, undefined],
  ["0.0.0.0:7946", { advertise: ["192.0.2.1"] }, /without a key/],
  ["127.0.0.1:0", { advertise: ["192.0.2.1"] }, undefined],
  ["127.0.0.1:7946", { advertise: ["192.0.2.1:80"] }, undefined],
  [
    "127.0.0.1:0",
    { advertise: ["192.0.2.1:80"] },
    /^cannot advertise 192\.0\.2\.1:80 while --bind leaves the port open/,
  ],
  ["192.0.2.1:7946", { keyFile: ["/keys"], plaintextOnNetwork: ["on"] }, undefined],
  [
    "192.0.2.1:7946",
    { keyFile: ["/keys"], verifyIncoming: ["off"] },
    /not insisted on: .* --plaintext-on-network does/,
  ],
  ["192.0.2.1:7946", { keyFile: ["/keys"], verifyOutgoing: ["off"] }, /^will not listen on .* not insisted on/],
  ["192.0.2.1:7946", { keyFile: ["/keys"], verifyOutgoing: ["off"], plaintextOnNetwork: ["on"] }, undefined],
  ["127.0.0.1:7946", { keyFile: ["/keys"], verifyOutgoing: ["off"] }, undefined],
];

for (const [bind, flags = {}, problem] of places) {
  Deno.test({
    name: `bind ${bind} with ${JSON.stringify(flags)}: ${problem === undefined ? "fine" : "refused in one sentence"}`,
    permissions,
    fn() {
      const said = bindProblem(resolved({ flags: { ...flags, bind: [bind] } }));
      if (problem === undefined) assertEquals(said, undefined);
      else assertMatch(said ?? "", problem);
    },
  });
}

Deno.test({
  name: "an empty variable counts as unset",
  permissions,
  fn: () => assertEquals(resolved({ env: { PARLEY_ROOM: "" } }).room.source, "default"),
});

Deno.test({
  name: "of a flag given twice the last one counts, but join collects",
  permissions,
  fn() {
    const flags = { room: ["a", "b"], join: ["127.0.0.1:1", "[::1]:2"] };
    assertEquals(resolved({ flags }).room.value, "b");
    assertEquals(resolved({ flags }).join.value as readonly string[], ["127.0.0.1:1", "[::1]:2"]);
  },
});

Deno.test({
  name: "a list is separated by blanks or commas in the environment and an array in the file",
  permissions,
  fn() {
    const expected = ["127.0.0.1:1", "127.0.0.1:2"];
    const { join } = resolved({ env: { PARLEY_JOIN: "127.0.0.1:1, localhost:2" } });
    assertEquals(join.value as readonly string[], expected);
    assertEquals(resolved({ file: JSON.stringify({ join: expected }) }).join.value as readonly string[], expected);
  },
});

const accepted: readonly [key: SettingKey, text: string, value: unknown][] = [
  ["bind", "localhost:7946", "127.0.0.1:7946"],
  ["bind", "[::1]:0", "[::1]:0"],
  ["bind", "0.0.0.0:7946", "0.0.0.0:7946"],
  ["advertise", "192.0.2.1", "192.0.2.1:0"],
  ["advertise", "192.0.2.1:80", "192.0.2.1:80"],
  ["advertise", "2001:db8::1", "[2001:db8::1]:0"],
  ["advertise", "[2001:db8::1]:80", "[2001:db8::1]:80"],
  ["keyFile", "/etc/parley/keys", "/etc/parley/keys"],
  ["keyFile", "keys", "./keys"],
  ["label", "", NO_LABEL],
  ["label", "chat", labelOf("chat")],
  ["label", "x".repeat(255), labelOf("x".repeat(255))],
  ["plaintextOnNetwork", "on", true],
  ["bootstrap", "local", { type: "local", port: 7947 }],
  ["bootstrap", "local:8000", { type: "local", port: 8000 }],
  ["bootstrap", "parley://localhost:7947", { type: "parley", address: "127.0.0.1:7947" }],
  ["bootstrap", "parley://10.0.0.1:7947", { type: "parley", address: "10.0.0.1:7947" }],
  ["bootstrap", "http://localhost:8080", { type: "http", url: "http://127.0.0.1:8080" }],
  ["bootstrap", "http://127.0.0.1:8080/", { type: "http", url: "http://127.0.0.1:8080" }],
  ["bootstrap", "https://example.org/peers/", { type: "http", url: "https://example.org/peers" }],
  ["room", "#dev", "dev"],
  ["profile", "wan", "wan"],
  ["delegateVersions", "2,5,4", [2, 5, 4]],
  ["color", "never", "never"],
  ["bell", "never", "never"],
  ["manual", "yes", true],
  ["manual", "0", false],
  ["maxPeers", "1", 1],
  ["name", "alice", "alice"],
  ["logFile", "/tmp/log", "/tmp/log"],
  ["logLevel", "debug", "debug"],
];

for (const [key, text, value] of accepted) {
  Deno.test({
    name: `${key} accepts ${JSON.stringify(text)}`,
    permissions,
    fn: () => assertEquals(resolvedValue(resolved({ flags: { [key]: [text] } }), key), value),
  });
}

function resolvedValue(config: Partial<Record<SettingKey, { value: unknown }>>, key: SettingKey): unknown {
  return config[key]?.value;
}

const refused: readonly [key: SettingKey, text: string, why: string][] = [
  ["bind", "", "expected IP:PORT"],
  ["bind", "7946", "expected IP:PORT"],
  ["bind", "127.0.0.1:65536", "expected IP:PORT"],
  ["bind", "example.org:7946", "expected IP:PORT"],
  ["label", "x".repeat(256), "expected at most 255 bytes"],
  ["label", "ä".repeat(128), "expected at most 255 bytes"],
  ["label", "\ud800", "expected at most 255 bytes of UTF-8"],
  ["keyFile", "", "expected a path"],
  ["plaintextOnNetwork", "perhaps", 'expected "on" or "off"'],
  ["bootstrap", "", "expected local"],
  ["bootstrap", "Local", "expected local"],
  ["bootstrap", "local:0", "port: expected"],
  ["bootstrap", "local:x", "port: expected"],
  ["bootstrap", "parley://example.org:7947", "expected IP:PORT"],
  ["bootstrap", "parley://127.0.0.1:0", "nobody can be reached at port 0"],
  ["bootstrap", "http://", "expected a URL"],
  ["bootstrap", "http://a:b@127.0.0.1:1", "must not carry a password"],
  ["bootstrap", "http://127.0.0.1:1/?x", "without ? and #"],
  ["bootstrap", "ftp://127.0.0.1:1", "expected local"],
  ["join", "127.0.0.1:0", "nobody can be reached at port 0"],
  ["room", "two words", "U+0020"],
  ["room", "#", "at least one letter"],
  ["profile", "LAN", "expected one of lan, wan, local"],
  ["delegateVersions", "2,5", "expected three numbers"],
  ["delegateVersions", "2,5,6", "the last between the others"],
  ["delegateVersions", "0,256,0", "up to 255"],
  ["manual", "maybe", 'expected "on" or "off"'],
  ["maxPeers", "0", "expected a whole number from 1 to 256"],
  ["maxPeers", "8.5", "expected a whole number"],
  ["maxPeers", "1e2", "expected a whole number"],
  ["name", "a/b", 'not "/"'],
  ["logFile", "", "expected a path"],
];

for (const [key, text, why] of refused) {
  Deno.test({
    name: `${key} refuses ${JSON.stringify(text)}`,
    permissions,
    fn: () => assertStringIncludes(refusal({ flags: { [key]: [text] } }), why),
  });
}

Deno.test({
  name: "a refusal names the place and quotes the text",
  permissions,
  fn() {
    const why = "expected IP:PORT, such as 127.0.0.1:7946";
    assertEquals(refusal({ flags: { bind: ["x"] } }), `--bind "x": ${why}`);
    assertEquals(refusal({ env: { PARLEY_BIND: "x" } }), `PARLEY_BIND "x": ${why}`);
    assertEquals(refusal({ file: '{"bind":"x"}' }), `configuration file: bind "x": ${why}`);
    assertEquals(refusal({ file: '{"join":["127.0.0.1:1","x"]}' }), `configuration file: join.1 "x": ${why}`);
  },
});

Deno.test({
  name: "a refusal cuts what it quotes",
  permissions,
  fn: () => assert(refusal({ flags: { bind: ["x".repeat(10_000)] } }).length < 200),
});

const badFiles: readonly [what: string, file: string, message: string][] = [
  ["an unknown key", '{"bnd":"127.0.0.1:0"}', "configuration file: bnd: unknown key"],
  ["a key that every object has", '{"constructor":1}', "configuration file: constructor: unknown key"],
  ["a key for prototypes", '{"__proto__":1}', "configuration file: __proto__: unknown key"],
  ["a number for a text", '{"room":7}', "configuration file: room: must be a string"],
  ["a text for a number", '{"maxPeers":"8"}', "configuration file: maxPeers: must be a number"],
  ["a number for a switch", '{"manual":1}', "configuration file: manual: must be true or false"],
  ["a text for a list", '{"join":"127.0.0.1:1"}', "configuration file: join: must be an array of strings"],
  ["a number in a list", '{"join":["127.0.0.1:1",2]}', "configuration file: join.1: must be a string"],
  ["null", '{"room":null}', "configuration file: room: must be a string"],
  ["an array", "[]", "configuration file: the file must hold one JSON object"],
  ["no JSON", "{room:1}", "configuration file: not JSON: "],
  ["an end too soon", '{"room":"dev","bi', "configuration file: not JSON: "],
  ["an empty file", "", "configuration file: not JSON: "],
  ["a huge file", `{"room":"${"x".repeat(70_000)}"}`, "configuration file: too long"],
];

for (const [what, file, message] of badFiles) {
  Deno.test({
    name: `a file with ${what} is refused`,
    permissions,
    fn: () => assertStringIncludes(refusal({ file }), message),
  });
}

Deno.test({
  name: "a file may hold settings of other commands, which are left alone",
  permissions,
  fn: () => assert(!("listen" in resolved({ file: '{"listen":"127.0.0.1:1"}', env: { PARLEY_LISTEN: "rubbish" } }))),
});

Deno.test({
  name: "the data directory follows XDG_DATA_HOME, then HOME, and ignores relative ones",
  permissions,
  fn() {
    const table: [Environment, string | undefined][] = [
      [{ XDG_DATA_HOME: "/data", HOME: "/home/a" }, "/data/parley"],
      [{ XDG_DATA_HOME: "data", HOME: "/home/a" }, "/home/a/.local/share/parley"],
      [{ XDG_DATA_HOME: "", HOME: "/home/a" }, "/home/a/.local/share/parley"],
      [{ XDG_STATE_HOME: "/state" }, undefined],
    ];
    for (const [env, expected] of table) assertEquals(dataDirectory(env), expected);
  },
});

Deno.test({
  name: "the state directory follows XDG_STATE_HOME, then HOME, and ignores relative ones",
  permissions,
  fn() {
    const table: [Environment, string | undefined][] = [
      [{ XDG_STATE_HOME: "/state", HOME: "/home/a" }, "/state/parley"],
      [{ XDG_STATE_HOME: "state", HOME: "/home/a" }, "/home/a/.local/state/parley"],
      [{ XDG_STATE_HOME: "", HOME: "/home/a" }, "/home/a/.local/state/parley"],
      [{}, undefined],
    ];
    for (const [env, expected] of table) assertEquals(stateDirectory(env), expected);
  },
});

Deno.test({
  name: "the configuration file follows XDG_CONFIG_HOME, then HOME",
  permissions,
  fn() {
    assertEquals(configFilePath({ XDG_CONFIG_HOME: "/c", HOME: "/h" }), "/c/parley/config.json");
    assertEquals(configFilePath({ HOME: "/h" }), "/h/.config/parley/config.json");
    assertEquals(configFilePath({}), undefined);
  },
});

Deno.test({
  name: "a relative path of a log counts from the state directory, ~/ from home",
  permissions,
  fn() {
    const env = { INIT_CWD: "/here", HOME: "/home/a" };
    assertEquals(resolved({ env, flags: { logFile: ["log"] } }).logFile.value, "/home/a/.local/state/parley/log");
    assertEquals(resolved({ env, flags: { logFile: ["~/log"] } }).logFile.value, "/home/a/log");
    assertStringIncludes(refusal({ flags: { logFile: ["log"] } }), "expected an absolute path");
  },
});

Deno.test({
  name: "no two settings share a flag or a variable",
  permissions,
  fn() {
    const all = Object.values(SETTINGS);
    assertEquals(new Set(all.map(({ flag }) => flag)).size, all.length);
    assertEquals(new Set(all.map(({ environment }) => environment)).size, all.length);
  },
});

Deno.test({
  name: "every default passes its own setting's parser",
  permissions,
  fn() {
    for (const command of ["peer", "bootstrap"] as const) {
      for (const [key, setting] of settingsOf(command)) {
        const value = setting.fallback({ HOME: "/home/a" });
        if (value === undefined || setting.kind === "list") continue;
        assertEquals(setting.read([setting.show(value)], {}), { ok: true, value }, key);
      }
    }
  },
});

Deno.test({
  name: "a shell is allowed by the flag or the variable, and by no file, whoever wrote it",
  permissions,
  fn() {
    assertEquals(resolved({ flags: { allowShell: ["on"] } }).allowShell, { value: true, source: "flag" });
    assertEquals(resolved({ env: { PARLEY_ALLOW_SHELL: "1" } }).allowShell, { value: true, source: "environment" });
    for (const value of ["true", "false", '"on"']) {
      const why = "configuration file: allowShell: not in a file: it takes the flag or the variable";
      assertEquals(refusal({ file: `{"allowShell":${value}}` }), why);
    }
    const allowed = resolved({ flags: { allowShell: ["on"], room: ["dev"] } });
    assertEquals(JSON.parse(saveText(allowed)), { room: "dev" });
  },
});

const LIMITS = [
  ["historyAge", "90m", 5_400_000, "90m"],
  ["historyAge", "30d", 30 * 86_400_000, "30d"],
  ["historyAge", "1d", 86_400_000, "24h"],
  ["historyAge", "none", undefined, "none"],
  ["historyMax", "500MiB", 500 * 1_024 ** 2, "500MiB"],
  ["historyMax", "2GiB", 2 * 1_024 ** 3, "2GiB"],
  ["historyMax", "1025KiB", 1_025 * 1_024, "1025KiB"],
  ["historyMax", "none", undefined, "none"],
] as const;

for (const [key, text, value, shown] of LIMITS) {
  Deno.test({
    name: `${key} ${text} is taken, and shown as ${shown}`,
    permissions,
    fn() {
      assertEquals(resolved({ flags: { [key]: [text] } })[key].value, value);
      assertEquals(SETTINGS[key].show(value as never), shown);
    },
  });
}

for (
  const [key, text] of [["historyAge", "59s"], ["historyAge", "5"], ["historyMax", "1023KiB"], ["historyMax", "9"]]
) {
  Deno.test({
    name: `${key} ${text} is refused, and it is said that there may be none`,
    permissions,
    fn() {
      const result = SETTINGS[key as "historyAge"].read([text!], {});
      assert(!result.ok);
      assertStringIncludes(result.why, ", or none");
    },
  });
}
