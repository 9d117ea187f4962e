import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { VERSION } from "../version.ts";
import { freePort } from "./support/free_port.ts";

type Run = { readonly code: number; readonly stdout: string; readonly stderr: string };

const MAIN = new URL("../main.ts", import.meta.url).pathname;

/** Runs the program as a user would, in an environment and with folders of its own. */
async function parley(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const state = await Deno.makeTempDir({ prefix: "parley-" });
  try {
    return await parleyIn(state, args, env);
  } finally {
    await Deno.remove(state, { recursive: true });
  }
}

/** The same, with what peers keep in the folder `state`. */
async function parleyIn(state: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Run> {
  const inherited = Object.fromEntries(
    ["PATH", "DENO_DIR", "HOME"].flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", "-P=peer", `--allow-write=${state}`, MAIN, ...args],
    clearEnv: true,
    env: {
      ...inherited,
      XDG_CONFIG_HOME: "/nowhere",
      XDG_STATE_HOME: state,
      XDG_DATA_HOME: `${state}/data`,
      NO_COLOR: "1",
      ...env,
    },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const usageErrors: readonly [line: readonly string[], says: string][] = [
  [[], "a command is missing"],
  [["per"], 'unknown command "per" (did you mean "peer"?)'],
  [["chat"], 'unknown command "chat"'],
  [["--bind", "x", "peer"], "flags come after the command"],
  [["peer"], "a peer needs a name"],
  [["peer", "alice", "--bnd"], "unknown flag --bnd (did you mean --bind?)"],
  [["peer", "alice", "--bind"], "--bind needs a value"],
  [["peer", "alice", "--bind", "0.0.0.0:1"], "without a key, which --key-file gives"],
  [["peer", "alice", "--probe-interval", "1000"], "expected a time from 1ms to 1h"],
  [["peer", "alice", "--gossip-nodes=-1"], "expected a whole number from 1 to 100"],
  [["peer", "alice", "--probe-timeout", "1s"], "must be shorter than gossip.probeInterval 1s (profile local)"],
  [["peer", "alice", "--packet-size", "100B"], "gossip.packetSize 100B (flag --packet-size) is too small"],
  [["peer", "alice", "--addresses-allowed", "10.0.0.0/8"], "bind 127.0.0.1:0 (default) is not in"],
  [["peer", "alice", "bob"], 'unexpected argument "bob"'],
  [["peer", "../x"], "cannot be a peer's name"],
  [["peer", ""], "cannot be a peer's name"],
  [["peer", "a\nb\x1b[31m"], "not U+000A"],
  [["peer", "x".repeat(129)], "at most 128 bytes"],
  [["peer", "alice", "--name", "a b"], "--name"],
  [["bootstrap", "x"], 'unexpected argument "x"'],
  [["bootstrap", "--max-peers", "1000"], "from 1 to 256"],
  [["experiment"], "which: swim or lifeguard?"],
  [["experiment", "swin"], 'no experiment "swin"'],
  [["experiment", "swim", "x"], 'unexpected argument "x"'],
  [["experiment", "swim", "--sizes", "16,x"], "expected numbers from 1 to 10000 such as 16,64"],
  [["experiment", "swim", "--sizes", "0"], "expected numbers from 1 to 10000 such as 16,64"],
  [["experiment", "swim", "--sizes", "1"], "nobody notices who is alone"],
  [["experiment", "swim", "--sizes", "16,-1"], "expected numbers from 1 to 10000 such as 16,64"],
  [["experiment", "swim", "--seeds", "2"], "only lifeguard has several"],
  [["experiment", "swim", "--loss", "10%"], "--loss: only lifeguard has it"],
  [["experiment", "lifeguard", "--sizes", "4", "--seeds", "0"], "expected a whole number from 1 to 1000000"],
  [["experiment", "lifeguard", "--loss", "140%"], "expected a percentage from 0% to 99%, such as 10%"],
  [["experiment", "lifeguard", "--loss", "10"], "expected a percentage from 0% to 99%, such as 10%"],
  [["experiment", "lifeguard", "--sizes", "128"], "--sizes 128 slow ones of 128 are too many"],
  [["sim", "x"], 'unexpected argument "x"'],
  [["sim", "--peers", "0"], "expected a whole number from 1 to 10000"],
  [["sim", "--minutes", "-1"], '--minutes "-1": expected a number from 0.03 to 1440'],
  [["sim", "--minutes", "--peers"], "--minutes needs a value"],
  [["sim", "--faults", "crahs"], 'there is no fault "crahs"; did you mean "crash"?'],
  [["sim", "--faults", "loss=140%"], '"140%" is more than everything: say 0% to 100%'],
  [["sim", "--seed", "a b"], "expected a word of letters, digits"],
  [["sim", "--seeds", "0"], "expected a whole number from 1 to"],
  [["sim", "--profile", "moon"], "expected one of lan, wan, local"],
  [["sim", "--peers", "5", "--chatters", "6"], "--chatters 6 of --peers 5 are too many"],
  [["sim", "--rooms", "0"], "expected a whole number from 1 to 256"],
  [["sim", "--only", "1,x"], "expected numbers such as 2,5, or none"],
  [["x\n\x1b[31m\u202e"], "unknown command"],
];

for (const [line, says] of usageErrors) {
  Deno.test(`parley ${JSON.stringify(line).slice(0, 60)} is a usage error of one line`, async () => {
    const { code, stdout, stderr } = await parley(line);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /^parley: [\x20-\x7e…]+; see "parley( peer| bootstrap| sim| experiment)? --help"\n$/);
    assertStringIncludes(stderr, says);
  });
}

for (
  const line of [
    ["--help"],
    ["-h"],
    ["help"],
    ["peer", "--help"],
    ["peer", "a", "-h"],
    ["bootstrap", "-h"],
    [
      "scenario",
      "-h",
    ],
    ["sim", "--help"],
    ["experiment", "--help"],
  ]
) {
  Deno.test(`parley ${line.join(" ")} shows help on stdout, examples first`, async () => {
    const { code, stdout, stderr } = await parley(line);
    assertEquals([code, stderr], [0, ""]);
    assert(stdout.startsWith("Examples:\n  parley "));
    assert(stdout.split("\n").every((text) => text.length <= 100), stdout);
  });
}

for (const line of [["--version"], ["peer", "--version"]]) {
  Deno.test(`parley ${line.join(" ")} shows the version`, async () => {
    assertEquals(await parley(line), { code: 0, stdout: `parley ${VERSION}\n`, stderr: "" });
  });
}

Deno.test("help of a command names each of its flags with default and variable", async () => {
  const { stdout } = await parley(["bootstrap", "--help"]);
  assertStringIncludes(stdout, "  --listen IP:PORT  (default 127.0.0.1:7947; PARLEY_LISTEN)\n");
  assert(!stdout.includes("--room"));
  assert(!stdout.includes("gossip"));
});

Deno.test("help of a peer names the flags of the gossip in a group of their own, below those of every day", async () => {
  const { stdout } = await parley(["peer", "--help"]);
  const [daily = "", gossip = ""] = stdout.split("\nFlags of the gossip");
  assertStringIncludes(daily, "--profile PROFILE  (default local; PARLEY_PROFILE)\n");
  assert(!daily.includes("--probe-timeout"));
  assertMatch(gossip, /^ {2}--probe-timeout TIME +500ms\/3s\/200ms +\S/m);
  assertMatch(gossip, /^ {2}--\[no-\]compression +on +\S/m);
});

Deno.test("the configuration file of the environment is read, and refused with the path of a bad key", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${directory}/parley`);
    const env = { XDG_CONFIG_HOME: directory };
    await Deno.writeTextFile(`${directory}/parley/config.json`, '{"room":"dev"}');
    assertStringIncludes((await parley(lonePeer("alice"), env)).stdout, "You are in #dev");
    await Deno.writeTextFile(`${directory}/parley/config.json`, '{"join":[1]}');
    const { code, stderr } = await parley(["peer", "alice"], env);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "parley: configuration file: join.0: must be a string; see");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a name may come from the environment, and the argument wins", async () => {
  const env = { PARLEY_NAME: "carol" };
  assertStringIncludes((await parley(lonePeer(), env)).stdout, "You are carol,");
  assertStringIncludes((await parley(lonePeer("alice"), env)).stdout, "You are alice,");
});

Deno.test("what these tests keep goes into a folder of their own, never into the tester's", async () => {
  const state = await Deno.makeTempDir({ prefix: "parley-" });
  try {
    const { code, stderr } = await parleyIn(state, lonePeer("alice"), {});
    assertEquals([code, stderr], [0, ""]);
    assert((await Deno.stat(`${state}/parley/alice.json`)).isFile);
  } finally {
    await Deno.remove(state, { recursive: true });
  }
});

/** The arguments of a peer that nobody else finds, and that ends by itself since its input has ended already. */
function lonePeer(...name: string[]): string[] {
  return ["peer", ...name, "--bootstrap", `local:${freePort()}`];
}
