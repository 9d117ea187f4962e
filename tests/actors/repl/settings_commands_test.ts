import { assert, assertEquals, assertMatch } from "@std/assert";
import type { CommandSetting } from "../../../actors/repl/command.ts";
import { World } from "../../../sim/world.ts";
import { UNPROTECTED } from "../../../transport/wire/protection.ts";
import { Seat } from "../../support/seat.ts";
import { keyOf, keyringOf } from "../../transport/wire/secrets.ts";

const OURS = "0123456789abcdef".repeat(4);
const NEXT = "fedcba9876543210".repeat(2);

function seatWith(settings?: readonly CommandSetting[], ...keys: readonly string[]): Seat {
  const protection = { ...UNPROTECTED, keyring: keyringOf(...keys) };
  return new Seat(new World({ seed: 1 }), "alice", { manual: true, protection, ...settings && { settings } });
}

Deno.test("showconfig shows every setting, a line each: its name in the file, its value, and where that came from", async () => {
  const lines = await seatWith().enter("showconfig");
  for (
    const line of [
      /^name +none +default$/,
      /^room +lobby +default$/,
      /^profile +local +default$/,
      /^gossip\.probeTimeout +200ms +profile local \(default\)$/,
      /^gossip\.delegateVersions +0,0,0 +profile local \(default\)$/,
      /^gossip\.compression +on +default$/,
    ]
  ) assert(lines.some((shown) => line.test(shown)), `${line} in ${lines.join("\n")}`);
  const columns = lines.map((line) => line.indexOf(/(default|profile local .*)$/.exec(line)![0]));
  assertEquals(new Set(columns).size, 1, "the origins stand in one column");
});

Deno.test("showconfig PART shows the settings with that in their name, whatever its case", async () => {
  const lines = await seatWith().enter("showconfig PROBE");
  assertEquals(lines.map((line) => line.split(" ")[0]), ["gossip.probeInterval", "gossip.probeTimeout"]);
  assertEquals((await seatWith().enter("showconfig gossip.")).length > 20, true);
});

Deno.test("showconfig refuses a part that no setting has, and more than one", async () => {
  assertEquals(await seatWith().enter("showconfig sugar"), ['No setting has "sugar" in its name']);
  assertMatch((await seatWith().enter("showconfig probe interval")).join(), /^Usage: showconfig \[PART\]$/);
});

Deno.test("Tab completes the name of a setting after showconfig", async () => {
  const world = new World({ seed: 1 });
  const seat = new Seat(world, "alice", { manual: true, interactive: true });
  await seat.keys("showconfig gossip.probeT\t");
  await world.clock.advance(100);
  assert(seat.terminal.text.includes("gossip.probeTimeout"), seat.terminal.text);
});

Deno.test("a long value moves no column, and what a terminal would obey is shown, not sent", async () => {
  const settings = [
    { path: "room", value: "a\x1b[2Jb", origin: "flag --room" },
    { path: "join", value: "127.0.0.1:1 127.0.0.1:2 127.0.0.1:3", origin: "file /etc/\x1b[31mred" },
  ];
  const [room = "", join = ""] = await seatWith(settings).enter("showconfig");
  assert(!`${room}${join}`.includes("\x1b"));
  assertMatch(room, /^room {2}a.*b +flag --room$/);
  assertMatch(join, /^join {2}127\.0\.0\.1:1 127\.0\.0\.1:2 127\.0\.0\.1:3 {2}file \/etc\//);
  assertEquals(room.indexOf("flag"), "room  ".length + 24 + 2);
});

Deno.test("of keys showconfig shows the file and the fingerprints of those held now; never a key", async () => {
  const settings = [{ path: "keyFile", value: "/home/alice/keys", origin: "flag --key-file" }];
  const [ours, next] = [keyOf(OURS), keyOf(NEXT)];
  const lines = await seatWith(settings, OURS, NEXT).enter("showconfig keyfile");
  assertMatch(lines[0]!, /^keyFile +\/home\/alice\/keys +flag --key-file$/);
  assertMatch(lines[1]!, new RegExp(`^keyFile \\(now\\) +${ours.fingerprint} ${next.fingerprint} +the first seals$`));
  assertEquals(lines.length, 2);
  for (const key of [ours, next]) assert(!lines.join().includes(key.toBase64()));
  assertEquals((await seatWith(settings).enter("showconfig")).length, 1, "without a key there is no second line");
});
