import { assert, assertEquals } from "@std/assert";
import { parseArguments } from "../../commands/arguments.ts";

const permissions = "none";

type Expected = { flags?: Record<string, readonly string[]>; positionals?: readonly string[] };

const lines: readonly [line: readonly string[], expected: Expected][] = [
  [[], {}],
  [["alice"], { positionals: ["alice"] }],
  [["--bind", "127.0.0.1:1", "alice"], { flags: { bind: ["127.0.0.1:1"] }, positionals: ["alice"] }],
  [["--bind=127.0.0.1:1"], { flags: { bind: ["127.0.0.1:1"] } }],
  [["-bind", "127.0.0.1:1"], { flags: { bind: ["127.0.0.1:1"] } }],
  [["-bind=127.0.0.1:1"], { flags: { bind: ["127.0.0.1:1"] } }],
  [["-node", "alice"], { flags: { name: ["alice"] } }],
  [["--node=alice"], { flags: { name: ["alice"] } }],
  [["-profile", "lan"], { flags: { profile: ["lan"] } }],
  [["-debugfile", "log"], { flags: { logFile: ["log"] } }],
  [["--no-color"], { flags: { color: ["never"] } }],
  [["--no-bell"], { flags: { bell: ["never"] } }],
  [["-join", "a", "--join", "b"], { flags: { join: ["a", "b"] } }],
  [["--manual"], { flags: { manual: ["on"] } }],
  [["--manual", "alice"], { flags: { manual: ["on"] }, positionals: ["alice"] }],
  [["--no-manual"], { flags: { manual: ["off"] } }],
  [["--manual", "--no-manual"], { flags: { manual: ["on", "off"] } }],
  [["--max-peers=-1"], { flags: { maxPeers: ["-1"] } }],
  [["--room="], { flags: { room: [""] } }],
  [["--", "--bind", "-h", "-node"], { positionals: ["--bind", "-h", "-node"] }],
];

for (const [line, { flags = {}, positionals = [] }] of lines) {
  Deno.test({
    name: `[${line.join(" ")}] is taken apart`,
    permissions,
    fn() {
      const parsed = parseArguments("peer", line);
      assert(parsed.ok, JSON.stringify(parsed));
      assertEquals(Object.fromEntries(parsed.flags), flags);
      assertEquals(parsed.positionals, positionals);
      assertEquals(parsed.instead, undefined);
    },
  });
}

const questions: readonly [line: readonly string[], instead: "help" | "version"][] = [
  [["-h"], "help"],
  [["--help"], "help"],
  [["-help"], "help"],
  [["alice", "--rubbish", "-h"], "help"],
  [["--version"], "version"],
];

for (const [line, instead] of questions) {
  Deno.test({
    name: `[${line.join(" ")}] asks for ${instead}, whatever else is there`,
    permissions,
    fn() {
      const parsed = parseArguments("peer", line);
      assertEquals(parsed.ok && parsed.instead, instead);
    },
  });
}

const refused: readonly [line: readonly string[], message: string][] = [
  [["--bnd"], "unknown flag --bnd (did you mean --bind?)"],
  [["-bnd"], "unknown flag --bnd (did you mean --bind?)"],
  [["--no-manul"], "unknown flag --no-manul (did you mean --no-manual?)"],
  [["--no-bind"], "unknown flag --no-bind"],
  [["--listen", "127.0.0.1:1"], "unknown flag --listen"],
  [["-x"], "unknown flag -x"],
  [["--bind"], "--bind needs a value: --bind=IP:PORT"],
  [["--bind", "--room", "dev"], "--bind needs a value: --bind=IP:PORT"],
  [["--manual=yes"], "--manual takes no value: say --manual or --no-manual"],
  [["--no-manual=yes"], "unknown flag --no-manual (did you mean --no-manual?)"],
];

for (const [line, message] of refused) {
  Deno.test({
    name: `[${line.join(" ")}] is refused`,
    permissions,
    fn: () => assertEquals(parseArguments("peer", line), { ok: false, message }),
  });
}
