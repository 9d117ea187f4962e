import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type Config,
  type ConfigSources,
  gossipProblemOf,
  pathOf,
  profileOf,
  resolveConfig,
  type SettingKey,
  SETTINGS,
  showSettings,
  strictnessOf,
} from "../../config.ts";
import { GOSSIP_SETTINGS, type ProfileName, PROFILES } from "../../config/gossip_settings.ts";
import { fillPacket, gossipBudget } from "../../actors/broadcaster/piggyback.ts";
import { TransmitQueue } from "../../actors/broadcaster/transmit_queue.ts";
import { allMends, type Profile } from "../../actors/pool/profile.ts";
import { encodeMessage } from "../../transport/wire/messages.ts";
import { UNPROTECTED } from "../../transport/wire/protection.ts";

const permissions = "none";

type GossipKey = keyof typeof GOSSIP_SETTINGS;
type Given = Partial<Pick<ConfigSources<"peer">, "env" | "file">> & {
  readonly flags?: Readonly<Record<string, string | readonly string[]>>;
};

function resolve({ flags = {}, env = {}, file }: Given) {
  const texts = Object.entries(flags).map(([key, given]) => [key as SettingKey, [given].flat()] as const);
  return resolveConfig({ command: "peer", flags: new Map(texts), env, file });
}

function resolved(given: Given): Config<"peer"> {
  const result = resolve(given);
  assert(result.ok, JSON.stringify(result));
  return result.config;
}

function refusal(given: Given): string {
  const result = resolve(given);
  assert(!result.ok, "expected a refusal");
  return result.message;
}

/** memberlist's numbers: `DefaultLANConfig`, `DefaultWANConfig` and `DefaultLocalConfig` of its `config.go`, 0.2.2. */
const MEMBERLIST: readonly (readonly [key: GossipKey, lan: string, wan: string, local: string])[] = [
  ["protocolVersion", "2", "2", "2"],
  ["streamTimeout", "10s", "30s", "1s"], // TCPTimeout
  ["indirectChecks", "3", "3", "1"],
  ["retransmitMult", "4", "4", "2"],
  ["suspicionMult", "4", "6", "3"],
  ["suspicionMaxTimeoutMult", "6", "6", "6"],
  ["pushPullInterval", "30s", "1m", "15s"],
  ["probeInterval", "1s", "5s", "1s"],
  ["probeTimeout", "500ms", "3s", "200ms"],
  ["awarenessMaxMultiplier", "8", "8", "8"],
  ["gossipInterval", "200ms", "500ms", "100ms"],
  ["gossipNodes", "3", "4", "3"],
  ["gossipToTheDeadTime", "30s", "1m", "15s"],
  ["deadNodeReclaimTime", "0s", "0s", "0s"],
  ["verifyIncoming", "on", "on", "on"], // GossipVerifyIncoming
  ["verifyOutgoing", "on", "on", "on"],
  ["compression", "on", "on", "on"], // EnableCompression
  ["packetSize", "1400B", "1400B", "1400B"], // UDPBufferSize
  ["handoffQueueDepth", "1024", "1024", "1024"],
  ["streamPings", "on", "on", "on"], // not DisableTcpPings
  ["addressesAllowed", "none", "none", "none"], // CIDRsAllowed
  ["delegateVersions", "0,0,0", "0,0,0", "0,0,0"],
  ["skipInboundLabelCheck", "off", "off", "off"],
];

for (const [at, profile] of (["lan", "wan", "local"] as const).entries()) {
  Deno.test({
    name: `the profile ${profile} has memberlist's numbers, and each says that it is from there`,
    permissions,
    fn() {
      const shown = shownBy(resolved({ flags: { profile } }));
      for (const [key, ...values] of MEMBERLIST) {
        const { value, origin } = shown.get(`gossip.${key}`)!;
        assertEquals([key, value], [key, values[at]]);
        const isInProfile = (GOSSIP_SETTINGS[key] as { field?: string }).field !== undefined;
        assertEquals(origin, isInProfile ? `profile ${profile} (flag --profile)` : "default");
      }
    },
  });
}

Deno.test({
  name: "where the profile came from is said with each number that came from the profile",
  permissions,
  fn() {
    const origin = (given: Given): string => shownBy(resolved(given)).get("gossip.probeInterval")!.origin;
    assertEquals(origin({}), "profile local (default)");
    assertEquals(origin({ env: { PARLEY_PROFILE: "wan" } }), "profile wan (environment PARLEY_PROFILE)");
    assertEquals(origin({ file: '{"profile":"lan"}' }), "profile lan (file /etc/config.json)");
  },
});

Deno.test({
  name: "--serf announces what agents take, in every profile, unless it is said what to announce",
  permissions,
  fn() {
    const told = (given: Given) => shownBy(resolved(given)).get("gossip.delegateVersions")!;
    for (const profile of ["lan", "wan", "local"]) {
      const config = resolved({ flags: { serf: ["on"], profile: [profile] } });
      assertEquals(profileOf(config), { ...PROFILES[profile as ProfileName], delegateVersions: [2, 5, 4] });
    }
    assertEquals(told({ flags: { serf: ["on"] } }), {
      path: "gossip.delegateVersions",
      value: "2,5,4",
      origin: "serf (flag --serf)",
    });
    assertEquals(told({ env: { PARLEY_SERF: "yes" } }).origin, "serf (environment PARLEY_SERF)");
    assertEquals(told({ flags: { serf: ["off"] } }).value, "0,0,0");
    const both = told({ flags: { serf: ["on"], delegateVersions: ["2,5,5"] } });
    assertEquals([both.value, both.origin], ["2,5,5", "flag --delegate-versions"]);
  },
});

/** For each setting three values that are nobody's default, as text and as what the peer runs on. */
const SET: readonly (readonly [
  key: GossipKey,
  field: keyof Profile | keyof ReturnType<typeof strictnessOf> | "compression",
  byFlag: readonly [text: string, value: unknown],
  byVariable: readonly [text: string, value: unknown],
  byFile: readonly [text: string, value: unknown],
])[] = [
  ["probeInterval", "probeIntervalMs", ["1500ms", 1_500], ["2s", 2_000], ["1h", 3_600_000]],
  ["probeTimeout", "probeTimeoutMs", ["1ms", 1], ["300ms", 300], ["4s", 4_000]],
  ["indirectChecks", "indirectChecks", ["0", 0], ["5", 5], ["100", 100]],
  ["streamPings", "streamPings", ["off", false], ["no", false], ["0", false]],
  ["awarenessMaxMultiplier", "awarenessMaxMultiplier", ["1", 1], ["2", 2], ["100", 100]],
  ["suspicionMult", "suspicionMult", ["1", 1], ["5", 5], ["100", 100]],
  ["suspicionMaxTimeoutMult", "suspicionMaxTimeoutMult", ["1", 1], ["2", 2], ["100", 100]],
  ["gossipInterval", "gossipIntervalMs", ["0s", 0], ["50ms", 50], ["1m", 60_000]],
  ["gossipNodes", "gossipNodes", ["1", 1], ["5", 5], ["100", 100]],
  ["gossipToTheDeadTime", "gossipToTheDeadMs", ["0ms", 0], ["45s", 45_000], ["24h", 86_400_000]],
  ["retransmitMult", "retransmitMult", ["1", 1], ["3", 3], ["100", 100]],
  ["pushPullInterval", "pushPullIntervalMs", ["0s", 0], ["20s", 20_000], ["24h", 86_400_000]],
  ["deadNodeReclaimTime", "deadNodeReclaimMs", ["30s", 30_000], ["5m", 300_000], ["24h", 86_400_000]],
  ["streamTimeout", "streamTimeoutMs", ["1ms", 1], ["5s", 5_000], ["50s", 50_000]],
  ["packetSize", "packetBytesMax", ["1200B", 1_200], ["8KiB", 8_192], ["65500B", 65_500]],
  ["handoffQueueDepth", "handoffQueueDepth", ["1", 1], ["2048", 2_048], ["1000000", 1_000_000]],
  ["membersMax", "membersMax", ["2", 2], ["1000", 1_000], ["1000000", 1_000_000]],
  ["unverifiedMax", "unverifiedMax", ["1", 1], ["1000", 1_000], ["1000000", 1_000_000]],
  ["protocolVersion", "protocolVersion", ["1", 1], ["4", 4], ["5", 5]],
  ["delegateVersions", "delegateVersions", ["2,5,4", [2, 5, 4]], ["1,1,1", [1, 1, 1]], ["0,255,9", [0, 255, 9]]],
  ["compression", "compression", ["off", false], ["no", false], ["0", false]],
  ["verifyIncoming", "verifyIncoming", ["off", false], ["no", false], ["0", false]],
  ["verifyOutgoing", "verifyOutgoing", ["off", false], ["no", false], ["0", false]],
  ["encryptionVersion", "encryptionVersion", ["0", 0], ["0", 0], ["0", 0]],
  ["encryptionVersionMin", "encryptionVersionMin", ["1", 1], ["1", 1], ["1", 1]],
  ["skipInboundLabelCheck", "skipInboundLabelCheck", ["on", true], ["yes", true], ["1", true]],
];

for (const [key, field, [flagText, flagValue], [envText, envValue], [fileText, fileValue]] of SET) {
  Deno.test({
    name: `${key} is set by flag, variable and file, in this order, and the peer runs on it`,
    permissions,
    fn() {
      const setting = GOSSIP_SETTINGS[key];
      const flags = { [key]: flagText };
      const env = { [setting.environment]: envText };
      const file = JSON.stringify({ gossip: { [key]: asJson(setting.kind, fileText, fileValue) } });
      const runsOn = (given: Given): unknown => {
        const config = resolved(given);
        const all = { ...profileOf(config), ...strictnessOf(config), compression: config.compression.value };
        return all[field];
      };
      const origin = (given: Given): string => shownBy(resolved(given)).get(`gossip.${key}`)!.origin;
      assertEquals(runsOn({ flags, env, file }), flagValue);
      assertEquals(runsOn({ env, file }), envValue);
      assertEquals(runsOn({ file }), fileValue);
      assertEquals(origin({ flags, env, file }), `flag --${flagValue === false ? "no-" : ""}${setting.flag}`);
      assertEquals(origin({ env, file }), `environment ${setting.environment}`);
      assertEquals(origin({ file }), "file /etc/config.json");
      assert(runsOn({}) !== flagValue, "it is not the default");
    },
  });
}

function asJson(kind: string, text: string, value: unknown): unknown {
  return kind === "text" ? text : value;
}

Deno.test({
  name: "addressesAllowed collects ranges from flag, variable and file, in this order, and the peer runs on them",
  permissions,
  fn() {
    const flags = { addressesAllowed: ["10.0.0.0/8", "fd00::/8"] };
    const env = { PARLEY_ADDRESSES_ALLOWED: "127.0.0.0/8, 10.1.2.3/32" };
    const file = '{"gossip":{"addressesAllowed":["192.168.0.0/16"]}}';
    const runsOn = (given: Given): unknown => profileOf(resolved(given)).addressesAllowed;
    assertEquals(runsOn({ flags, env, file }), [
      { network: Uint8Array.of(10, 0, 0, 0), bits: 8 },
      { network: Uint8Array.of(0xfd, ...Array(15).fill(0)), bits: 8 },
    ]);
    assertEquals(runsOn({ env, file }), [
      { network: Uint8Array.of(127, 0, 0, 0), bits: 8 },
      { network: Uint8Array.of(10, 1, 2, 3), bits: 32 },
    ]);
    assertEquals(runsOn({ file }), [{ network: Uint8Array.of(192, 168, 0, 0), bits: 16 }]);
    assertEquals(shownBy(resolved({ flags })).get("gossip.addressesAllowed"), {
      path: "gossip.addressesAllowed",
      value: "10.0.0.0/8 fd00::/8",
      origin: "flag --addresses-allowed",
    });
  },
});

Deno.test({
  name:
    "each setting of the gossip is tried here, and each number of a profile is a setting, but not the mends and the buddy system",
  permissions,
  fn() {
    assertEquals([...SET.map(([key]) => key), "addressesAllowed"].toSorted(), Object.keys(GOSSIP_SETTINGS).toSorted());
    const fields = Object.values(GOSSIP_SETTINGS).flatMap((setting) => "field" in setting ? [setting.field] : []);
    assertEquals([...fields, "mends", "buddySystem"].toSorted(), Object.keys(PROFILES.lan).toSorted());
  },
});

Deno.test({
  name: "a profile without further settings is what it is, with all mends, and so are the keys' defaults",
  permissions,
  fn() {
    for (const [profile, numbers] of Object.entries(PROFILES)) {
      assertEquals(profileOf(resolved({ flags: { profile } })), numbers);
    }
    assertEquals(profileOf(resolved({})).mends, allMends);
    assertEquals({ ...UNPROTECTED, ...strictnessOf(resolved({})) }, UNPROTECTED);
  },
});

Deno.test({
  name: "who speaks protocol 1 seals with encryption version 0, unless told otherwise",
  permissions,
  fn() {
    const version = (flags: Given["flags"]) => resolved(flags === undefined ? {} : { flags }).encryptionVersion;
    assertEquals(version({ protocolVersion: "1" }), { value: 0, source: "default" });
    assertEquals(version({ protocolVersion: "1", encryptionVersion: "1" }), { value: 1, source: "flag" });
    assertEquals(version({ protocolVersion: "2" }), { value: 1, source: "default" });
  },
});

const A_TIME = "with its unit, such as 500ms, 5s or 1m";

const NONSENSE: readonly (readonly [key: GossipKey, text: string, why: string])[] = [
  ["probeInterval", "1000", `expected a time from 1ms to 1h ${A_TIME}`],
  ["probeInterval", "0s", "expected a time from 1ms to 1h"],
  ["probeInterval", "0", "expected a time"],
  ["probeInterval", "-1s", "expected a time"],
  ["probeInterval", "1e3ms", "expected a time"],
  ["probeInterval", "1.5s", "expected a time"],
  ["probeInterval", "1 s", "expected a time"],
  ["probeInterval", "1S", "expected a time"],
  ["probeInterval", "1d", "expected a time"],
  ["probeInterval", "1constructor", "expected a time"],
  ["probeInterval", "Infinity", "expected a time"],
  ["probeInterval", "NaNs", "expected a time"],
  ["probeInterval", "", "expected a time"],
  ["probeInterval", "3600001ms", "expected a time"],
  ["probeInterval", "9999999999999h", "expected a time"],
  ["probeTimeout", "0ms", "expected a time from 1ms"],
  ["indirectChecks", "101", "expected a whole number from 0 to 100"],
  ["indirectChecks", "-1", "expected a whole number"],
  ["streamPings", "maybe", 'expected "on" or "off"'],
  ["awarenessMaxMultiplier", "0", "expected a whole number from 1 to 100"],
  ["suspicionMult", "0", "expected a whole number from 1 to 100"],
  ["suspicionMult", "1.5", "expected a whole number"],
  ["suspicionMult", "NaN", "expected a whole number"],
  ["suspicionMaxTimeoutMult", "0", "expected a whole number from 1 to 100"],
  ["gossipInterval", "200", "expected a time from 0s to 1h"],
  ["gossipInterval", "2h", "expected a time"],
  ["gossipNodes", "0", "expected a whole number from 1 to 100"],
  ["gossipToTheDeadTime", "25h", "expected a time from 0s to 24h"],
  ["retransmitMult", "0", "expected a whole number from 1 to 100"],
  ["pushPullInterval", "25h", "expected a time from 0s to 24h"],
  ["deadNodeReclaimTime", "25h", "expected a time from 0s to 24h"],
  ["streamTimeout", "0s", "expected a time from 1ms to 50s"],
  ["streamTimeout", "51s", "expected a time from 1ms to 50s"],
  ["packetSize", "1400", "expected a size from 1B to 65500B with its unit, such as 1400B or 8KiB"],
  ["packetSize", "0B", "expected a size"],
  ["packetSize", "65507B", "expected a size"],
  ["packetSize", "64KiB", "expected a size"],
  ["packetSize", "1MiB", "expected a size"],
  ["handoffQueueDepth", "0", "expected a whole number from 1 to 1000000"],
  ["membersMax", "1", "expected a whole number from 2 to 1000000"],
  ["unverifiedMax", "0", "expected a whole number from 1 to 1000000"],
  ["addressesAllowed", "10.0.0.0", "expected IP/BITS, such as 10.0.0.0/8 or fd00::/8"],
  ["protocolVersion", "0", "expected a whole number from 1 to 5"],
  ["protocolVersion", "6", "expected a whole number from 1 to 5"],
  ["delegateVersions", "2,5,6", "the last between the others"],
  ["encryptionVersion", "2", "expected a whole number from 0 to 1"],
  ["encryptionVersionMin", "-1", "expected a whole number from 0 to 1"],
];

for (const [key, text, why] of NONSENSE) {
  Deno.test({
    name: `${key} ${JSON.stringify(text)} is refused, and what was expected is said`,
    permissions,
    fn() {
      const said = refusal({ flags: { [key]: text } });
      assertStringIncludes(said, `--${GOSSIP_SETTINGS[key].flag} ${JSON.stringify(text)}: `);
      assertStringIncludes(said, why);
    },
  });
}

const BAD_FILES: readonly (readonly [what: string, gossip: unknown, says: string])[] = [
  ["an unknown key", { probeIntervall: "1s" }, "gossip.probeIntervall: unknown key"],
  ["a daily key", { room: "dev" }, "gossip.room: unknown key"],
  ["a key that every object has", { constructor: 1 }, "gossip.constructor: unknown key"],
  ["a bare number for a time", { probeInterval: 1000 }, "gossip.probeInterval: must be a string"],
  ["a time without a unit", { probeInterval: "1000" }, 'gossip.probeInterval "1000": expected a time'],
  ["a text for a number", { gossipNodes: "3" }, "gossip.gossipNodes: must be a number"],
  ["a number too large to be one", { gossipNodes: 1e21 }, 'gossip.gossipNodes "1e+21": expected a whole number'],
  ["a text for a switch", { compression: "off" }, "gossip.compression: must be true or false"],
  ["a text for a list", { addressesAllowed: "10.0.0.0/8" }, "gossip.addressesAllowed: must be an array of strings"],
  ["a bad range", { addressesAllowed: ["10.0.0.0/8", "x"] }, 'gossip.addressesAllowed.1 "x": expected IP/BITS'],
  ["an array for an object", [], "gossip: must be an object"],
  ["a text for an object", "lan", "gossip: must be an object"],
  ["nothing for an object", null, "gossip: must be an object"],
];

for (const [what, gossip, says] of BAD_FILES) {
  Deno.test({
    name: `faults row 69: a file with ${what} under "gossip" is refused with the path of the bad key`,
    permissions,
    fn: () => assertStringIncludes(refusal({ file: JSON.stringify({ gossip }) }), `configuration file: ${says}`),
  });
}

Deno.test({
  name: "a setting of the gossip outside of its object is an unknown key, and a number beyond all is refused",
  permissions,
  fn() {
    assertStringIncludes(refusal({ file: '{"probeInterval":"1s"}' }), "configuration file: probeInterval: unknown key");
    assertStringIncludes(refusal({ file: '{"gossip":{"gossipNodes":1e999}}' }), 'gossip.gossipNodes "Infinity"');
  },
});

const LABEL = "l".repeat(255);

const TOGETHER: readonly (readonly [what: string, flags: Given["flags"], says: string | undefined])[] = [
  ["the defaults", {}, undefined],
  [
    "a probe time-out as long as the interval",
    { profile: "lan", probeInterval: "500ms" },
    "gossip.probeTimeout 500ms (profile lan) must be shorter than gossip.probeInterval 500ms (flag --probe-interval)",
  ],
  ["a probe time-out a little shorter", { profile: "lan", probeInterval: "501ms" }, undefined],
  ["a probe time-out longer than the interval", { probeTimeout: "2s" }, "must be shorter than gossip.probeInterval 1s"],
  [
    "a packet that holds no member",
    { packetSize: "500B" },
    "gossip.packetSize 500B (flag --packet-size) is too small: the longest news of one member takes 720B",
  ],
  ["a packet that just does not hold the longest news", { packetSize: "719B" }, "is too small"],
  ["a packet that just does", { packetSize: "720B" }, undefined],
  ["the same with a label", { packetSize: "720B", label: "x" }, "takes 723B"],
  ["the same with a long label", { packetSize: "976B", label: LABEL }, "takes 977B"],
  ["the same with a key", { packetSize: "720B", keyFile: "/keys" }, "takes 749B"],
  ["the same with a key and version 0", { packetSize: "720B", keyFile: "/keys", protocolVersion: "1" }, "takes 765B"],
  ["with a key that is not used to send", { packetSize: "720B", keyFile: "/keys", verifyOutgoing: "off" }, undefined],
  [
    "a version to seal with below the least that is opened",
    { encryptionVersion: "0", encryptionVersionMin: "1" },
    "gossip.encryptionVersionMin 1 (flag --encryption-version-min) would refuse what gossip.encryptionVersion 0 " +
    "(flag --encryption-version) seals",
  ],
  ["the two versions alike", { encryptionVersionMin: "1" }, undefined],
  [
    "an own address where members may not be",
    { addressesAllowed: "10.0.0.0/8" },
    "bind 127.0.0.1:0 (default) is not in gossip.addressesAllowed 10.0.0.0/8 (flag --addresses-allowed)",
  ],
  ["an own address where members may be", { addressesAllowed: ["10.0.0.0/8", "127.0.0.1/32"] }, undefined],
  [
    "an address to tell where members may not be",
    { addressesAllowed: "127.0.0.0/8", advertise: "10.0.0.1" },
    "advertise 10.0.0.1:0 (flag --advertise) is not in gossip.addressesAllowed 127.0.0.0/8 (flag --addresses-allowed)",
  ],
  ["an address to tell where members may be", { addressesAllowed: "10.0.0.0/8", advertise: "10.0.0.1" }, undefined],
  [
    "all addresses of a machine, whichever of them may be told",
    { addressesAllowed: "10.0.0.0/8", bind: "0.0.0.0:7946", keyFile: "/keys" },
    undefined,
  ],
  ["no gossip and no exchanges", { gossipInterval: "0s", pushPullInterval: "0s" }, undefined],
];

for (const [what, flags = {}, says] of TOGETHER) {
  Deno.test({
    name: `${what}: ${says === undefined ? "fine" : "refused in one sentence that names both"}`,
    permissions,
    fn() {
      const said = gossipProblemOf(resolved({ flags }));
      if (says === undefined) assertEquals(said, undefined);
      else assertStringIncludes(said ?? "", says);
    },
  });
}

Deno.test({
  name:
    "into a packet of the least size the broadcaster puts the longest alive, and into one a byte shorter it does not",
  permissions,
  fn() {
    const bytes = encodeMessage({
      type: "alive",
      incarnation: 2 ** 32 - 1,
      node: "x".repeat(128),
      addr: new Uint8Array(16),
      port: 65_535,
      meta: new Uint8Array(512),
      vsn: Uint8Array.of(255, 255, 255, 255, 255, 255),
    });
    for (const [packetBytesMax, taken] of [[720, 1], [719, 0]] as const) {
      const queue = new TransmitQueue<string>(1);
      queue.enqueue({ bytes, about: "x", replacement: { kind: "named", name: "x" } });
      assertEquals(
        fillPacket(queue, gossipBudget({ packetBytesMax, protection: UNPROTECTED }, 0), 1).own.length,
        taken,
      );
    }
  },
});

Deno.test({
  name: "what is shown of a setting can be typed again, and is then the same",
  permissions,
  fn() {
    const first = resolved({ flags: { profile: "wan", addressesAllowed: ["10.0.0.0/8", "127.0.0.0/8"] } });
    const flags = Object.fromEntries(
      Object.keys(SETTINGS).flatMap((key) => {
        const shown = shownBy(first).get(pathOf(key as SettingKey));
        return shown === undefined || shown.value === "none" ? [] : [[key, shown.value.split(" ")]];
      }),
    );
    const again = resolved({ flags });
    assertEquals(profileOf(again), profileOf(first));
    assertEquals(strictnessOf(again), strictnessOf(first));
  },
});

Deno.test({
  name: "a flag is called as its key, and a variable as its flag",
  permissions,
  fn() {
    for (const [key, { flag, environment }] of Object.entries(SETTINGS)) {
      assertEquals(flag, key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
      assertEquals(environment, `PARLEY_${flag.toUpperCase().replaceAll("-", "_")}`);
    }
  },
});

/** What `showconfig` would say, by path. */
function shownBy(config: Config<"peer">) {
  return new Map(showSettings(config, "/etc/config.json").map((shown) => [shown.path, shown]));
}
