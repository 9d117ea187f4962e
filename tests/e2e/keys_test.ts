import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";

const OURS = "b3VyIGtleSwgb2YgdGhpcnR5LXR3byBieXRlcyBpbnQ=";
const THEIRS = "dGhlaXIga2V5LCBvZiB0aGlydHktdHdvIGJ5dGVzLiE=";

Deno.test("two peers with one key file talk; one with another key, and one without, are refused with 4", async () => {
  await using place = await Place.create();
  const ours = await place.secret("ours.keys", `# the cluster's key\n${OURS}\n`);
  const theirs = await place.secret("theirs.keys", `${THEIRS}\n`);
  await using alice = await PeerProcess.peer("alice", place, place.bootstrapFlag, "--key-file", ours);
  await using bob = await PeerProcess.peer("bob", place, place.bootstrapFlag, `--key-file=${ours}`);
  await alice.waitFor("bob came to #lobby");

  await using eve = PeerProcess.start("peer", { place, args: ["eve", place.bootstrapFlag, "--key-file", theirs] });
  const refused = await eve.ended();
  assertEquals(refused.code, 4);
  assertMatch(
    refused.stderr,
    /^parley: The peer at 127\.0\.0\.1:\d+ uses other keys or another label than this one\n$/,
  );
  await using mallory = PeerProcess.start("peer", { place, args: ["mallory", place.bootstrapFlag] });
  const without = await mallory.ended();
  assertEquals(without.code, 4);
  assertStringIncludes(without.stderr, "uses a key; give this peer the same with --key-file");

  await alice.say("/counters");
  await alice.waitFor(/ stream undecryptable$/m);
  await alice.waitFor(/ stream unencrypted$/m);
  await bob.say("we are among ourselves");
  await alice.waitFor("bob: we are among ourselves");
  for (const peer of [alice, bob]) assert(!/eve|mallory/.test(peer.shown), peer.shown);
});

Deno.test("a key file that others may read, and an address of the network, are refused in one line", async () => {
  await using place = await Place.create();
  const open = await place.file("open.keys", `${OURS}\n`);
  await Deno.chmod(open, 0o644);
  await using alice = PeerProcess.start("peer", { place, args: ["alice", "--key-file", open] });
  const { code, stdout, stderr } = await alice.ended();
  assertEquals([code, stdout], [4, ""]);
  assertMatch(stderr, /^parley: key file "[^"]+": others than you may use it \(mode 0644\)[^\n]*\n$/);
  assert(!stderr.includes(OURS));

  await using bob = PeerProcess.start("peer", { place, args: ["bob", "--bind", "0.0.0.0:0"] });
  const bound = await bob.ended();
  assertEquals([bound.code, bound.stdout], [2, ""]);
  assertStringIncludes(bound.stderr, "--key-file");
});
