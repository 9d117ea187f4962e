import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";

const OURS = "b3VyIGtleSwgb2YgdGhpcnR5LXR3byBieXRlcyBpbnQ=";
const THEIRS = "dGhlaXIga2V5LCBvZiB0aGlydHktdHdvIGJ5dGVzLiE=";

Deno.test("two peers with one key file talk; one with another key, and one without, stay out and are told", async () => {
  await using place = await Place.create();
  const ours = await place.secret("ours.keys", `# the cluster's key\n${OURS}\n`);
  const theirs = await place.secret("theirs.keys", `${THEIRS}\n`);
  await using alice = await PeerProcess.peer("alice", place, place.bootstrapFlag, "--key-file", ours);
  await using bob = await PeerProcess.peer("bob", place, place.bootstrapFlag, `--key-file=${ours}`);
  await alice.waitFor("bob came to #lobby");

  // Their first contact is the registry, which alice serves, behind a link: it has nothing to say to them.
  for (const [name, ...flags] of [["eve", "--key-file", theirs], ["mallory"]] as const) {
    await using stranger = PeerProcess.start("peer", { place, args: [name, place.bootstrapFlag, ...flags] });
    const { code, stderr } = await stranger.ended();
    assertEquals(code, 3);
    assertMatch(stderr, /^parley: [^\n]+, which is taken, perhaps by a cluster with other keys\n$/);
  }
  const [, address] = (await alice.waitFor(/^You are alice, at (\S+)$/m))!;
  for (
    const [name, says, ...flags] of [["eve", "uses other keys", "--key-file", theirs], [
      "mallory",
      "uses a key",
    ]] as const
  ) {
    const args = [name, place.bootstrapFlag, `--join=${address}`, ...flags];
    await using stranger = PeerProcess.start("peer", { place, args });
    const { code, stderr } = await stranger.ended();
    assertEquals(code, 4);
    assertStringIncludes(stderr, `The peer at ${address} ${says}`);
  }

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

Deno.test("a registry of its own serves those who have its key, wherever the key file is", async () => {
  await using place = await Place.create();
  const ours = await place.secret("ours.keys", `${OURS}\n`);
  const args = ["--listen", "127.0.0.1:0", "--key-file", ours];
  await using registry = PeerProcess.start("bootstrap", { place, args });
  const [, url] = (await registry.waitFor(/(parley:\/\/\S+)/))!;
  await using alice = await PeerProcess.peer("alice", place, `--bootstrap=${url}`, "--key-file", ours);
  await using _bob = await PeerProcess.peer("bob", place, `--bootstrap=${url}`, "--key-file", ours);
  await alice.waitFor("bob came to #lobby");
  await using mallory = PeerProcess.start("peer", { place, args: ["mallory", `--bootstrap=${url}`] });
  const { code, stderr } = await mallory.ended();
  assertEquals(code, 3);
  assertStringIncludes(stderr, "bootstrap registry");
});
