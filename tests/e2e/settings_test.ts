import { assert, assertEquals, assertMatch } from "@std/assert";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";

Deno.test("a peer with settings from everywhere shows each with where it came from, and runs on them", async () => {
  await using place = await Place.create();
  const file = await place.config({ profile: "lan", gossip: { gossipInterval: "150ms", pushPullInterval: "0s" } });
  const flags = [place.bootstrapFlag, "--gossip-interval", "120ms", "--no-compression"];
  await using alice = await PeerProcess.peer("alice", place, ...flags);
  await alice.say("/showconfig");
  await alice.waitFor(/^name +alice +argument$/m);
  await alice.waitFor(new RegExp(`^profile +lan +file ${file}$`, "m"));
  await alice.waitFor(/^gossip\.gossipInterval +120ms +flag --gossip-interval$/m);
  await alice.waitFor(new RegExp(`^gossip\\.pushPullInterval +0s +file ${file}$`, "m"));
  await alice.waitFor(/^gossip\.compression +off +flag --no-compression$/m);
  await alice.waitFor(new RegExp(`^gossip\\.probeTimeout +500ms +profile lan \\(file ${file}\\)$`, "m"));

  await using bob = await PeerProcess.peer("bob", place, place.bootstrapFlag, "--profile", "lan");
  await alice.waitFor("bob came to #lobby");
  await bob.say("hello");
  await alice.waitFor("bob: hello");
});

Deno.test("a bad setting in the file is refused with its path, and nothing is started", async () => {
  await using place = await Place.create();
  await place.config({ gossip: { probeInterval: 1000 } });
  await using peer = PeerProcess.start("peer", { place, args: ["alice", place.bootstrapFlag] });
  const { code, stdout, stderr } = await peer.ended();
  assertEquals([code, stdout], [2, ""]);
  assertMatch(stderr, /^parley: configuration file: gossip\.probeInterval: must be a string; see [^\n]+\n$/);
  assert(!(await place.has("state")), "not even a folder for what peers keep");
});
