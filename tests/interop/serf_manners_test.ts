/** What Serf's agents and our peers see of each other that memberlist knows nothing of. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { VERSION } from "../../version.ts";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";
import { Cluster } from "./cluster.ts";
import { needs } from "./needed.ts";

Deno.test("tags are seen on both sides, ours also when we come to a room and leave it", needs("serf"), async () => {
  await using cluster = await Cluster.create();
  const [ours, theirs] = [
    await cluster.parley("ours"),
    await cluster.serf("theirs", undefined, ["dc=east", "role=web"]),
  ];
  await ours.join(theirs.address);
  await cluster.allSeeAll();
  const tagsThere = async () => (await theirs.member("ours"))?.tags;
  const tagsAre = async (tags: unknown) => JSON.stringify(await tagsThere()) === JSON.stringify(tags);
  assertEquals(await tagsThere(), { app: "parley", version: VERSION });
  assertEquals((await theirs.member("ours"))?.protocol.version, 4);

  await ours.command("chatjoin tea");
  await cluster.eventually("they hear of the room", () => tagsAre({ app: "parley", rooms: "tea", version: VERSION }));
  await ours.command("chatjoin coffee");
  await cluster.eventually("and of the next", () => tagsAre({ app: "parley", rooms: "tea,coffee", version: VERSION }));
  await ours.command("chatleave tea\nchatleave coffee");
  await cluster.eventually("and that we left", () => tagsAre({ app: "parley", version: VERSION }));

  const listed = await ours.command("memberlist");
  assertMatch(listed, new RegExp(`Name: ours\n +Address: \\S+\n +Tags: app=parley version=${VERSION}\n`));
  assertMatch(listed, /Name: theirs\n +Address: \S+\n +Tags: (dc=east role=web|role=web dc=east) \(no Parley peer\)\n/);
  await theirs.command("tags", "-set", "dc=west");
  await cluster.eventually(
    "ours shows their new tag",
    async () => (await ours.command("memberlist")).includes("dc=west"),
  );
  cluster.assertNoWarnings();
});

Deno.test("who leaves has left, on both sides, and who is killed has not", needs("serf"), async (t) => {
  await using cluster = await Cluster.create();
  const [ours, witness] = [await cluster.parley("ours"), await cluster.parley("witness")];
  const [theirs, agent, killed] = [
    await cluster.serf("theirs"),
    await cluster.serf("agent"),
    await cluster.serf("killed"),
  ];
  await ours.join(theirs.address);
  await agent.join(ours.address);
  await witness.join(agent.address);
  await killed.join(witness.address);
  await cluster.allSeeAll();
  const statusThere = async (name: string) =>
    (await Promise.all([theirs, agent].map(async (one) => (await one.member(name))?.status))).join();

  await t.step("ours leaves: it has left, at every agent, and was never said to have failed", async () => {
    await ours.leave();
    await cluster.eventually("ours has left there", async () => await statusThere("ours") === "left,left");
    for (const { log } of [theirs, agent]) {
      assertStringIncludes(log, "serf: EventMemberLeave: ours");
      assert(!log.includes("EventMemberFailed: ours"));
    }
  });

  await t.step("an agent that is killed has failed, until somebody says that it left", async () => {
    killed.signal("SIGKILL");
    await cluster.eventually("it failed there", async () => await statusThere("killed") === "failed,failed");
    await cluster.eventually("it failed here", () => witness.hasShown(/^\* killed failed: /));
    await agent.command("force-leave", "killed");
    await cluster.eventually("it left there", async () => await statusThere("killed") === "left,left");
    await cluster.eventually(
      "that is shown here",
      () => witness.hasShown(/^\* killed, which failed, counts as left now/),
    );
  });

  cluster.assertNoWarnings(
    /\[ERR\] memberlist: Failed fallback ping: /,
    /\[WARN\] memberlist: Refuting/,
    /Push\/Pull with \S+ failed/,
  );
  await t.step("theirs leaves, and has left here", async () => {
    await agent.leave();
    await cluster.eventually("agent has left here", () => witness.hasShown("* agent left"));
  });
});

Deno.test(
  "a peer of ours that left and returns is alive at agents that still remember its leaving",
  needs("serf"),
  async () => {
    await using cluster = await Cluster.create();
    const [first, theirs] = [await cluster.parley("ours"), await cluster.serf("theirs")];
    await first.join(theirs.address);
    await first.leave();
    const status = async () => (await theirs.member("ours"))?.status;
    await cluster.eventually("it has left", async () => await status() === "left");
    await first.command("memberlistshutdown\nmemberlistconfigure\nmemberlistcreate\nmemberliststart");
    await first.join(theirs.address);
    await cluster.eventually("it is alive", async () => await status() === "alive");
    await cluster.eventually("it has said so", () => theirs.log.includes("serf: messageJoinType: ours"));
    await first.leave();
    await cluster.eventually("it has left again", async () => await status() === "left");
    cluster.assertNoWarnings();
  },
);

Deno.test("user events are shown here, and passed on", needs("serf"), async () => {
  await using cluster = await Cluster.create();
  const [ours, second] = [await cluster.parley("ours"), await cluster.parley("second")];
  const [theirs, agent] = [await cluster.serf("theirs"), await cluster.serf("agent")];
  await theirs.command("event", "before", "we came");
  await ours.join(theirs.address);
  await second.join(ours.address);
  await agent.join(second.address);
  await cluster.allSeeAll();
  await theirs.command("event", "deploy", "v1.2");
  await agent.command("event", "bare");
  await agent.command("event", "evil", "\u001b[2Jclear \u202eme");
  for (const peer of [ours, second]) {
    await cluster.eventually(
      `${peer.name} shows them`,
      () =>
        peer.hasShown("* Serf event deploy: v1.2") && peer.hasShown("* Serf event bare") &&
        peer.hasShown("* Serf event evil: <U+001B>[2Jclear <U+202E>me"),
    );
    assert(!peer.log.includes("we came"), "what was said before we came is no news");
  }
  cluster.assertNoWarnings();
});

Deno.test("queries are answered, each as it wants", needs("serf"), async (t) => {
  await using cluster = await Cluster.create();
  const [ours, second] = [await cluster.parley("ours"), await cluster.parley("second")];
  const [theirs, agent] = [await cluster.serf("theirs"), await cluster.serf("agent")];
  for (const one of [ours, second, agent]) await one.join(theirs.address);
  await cluster.allSeeAll();
  await ours.command("chatjoin tea");
  const query = (...args: readonly string[]) => theirs.command("query", "-timeout=3s", ...args);

  await t.step("one that nobody here has a handler for, with an error; and it is shown", async () => {
    const said = await query("uptime", "now");
    for (const peer of [ours, second]) {
      assertStringIncludes(said, `Ack from '${peer.name}'`);
      assertStringIncludes(said, `Response from '${peer.name}': error: Parley has no handler for the query "uptime"`);
      assert(peer.hasShown("* Serf query uptime from theirs: now"));
    }
    assertMatch(said, /Total Acks: 4\nTotal Responses: 2/);
  });

  await t.step("one to some, by none but those", async () => {
    assertMatch(await query("-node=ours", "who"), /Ack from 'ours'[^]*Total Acks: 1\nTotal Responses: 1/);
    assertMatch(await query("-tag", "app=^par.+y$", "who"), /Total Acks: 2\nTotal Responses: 2/);
    await cluster.eventually(
      "the room is a tag there",
      async () => (await theirs.member("ours"))?.tags["rooms"] === "tea",
    );
    assertMatch(await query("-tag", "rooms=(^|,)tea(,|$)", "who"), /Ack from 'ours'[^]*Total Acks: 1\n/);
    assertMatch(await query("-tag", "app=consul", "who"), /Total Acks: 0\nTotal Responses: 0/);
  });

  await t.step("one whose answers are also to come by others", async () => {
    assertMatch(await query("-relay-factor=2", "who"), /Total Acks: 4\nTotal Responses: 2/);
  });

  await t.step("whether we can be reached", async () => {
    assertMatch(await theirs.command("reachability"), /Successfully contacted all live nodes/);
  });

  // Who asked by the command line does not wait for the last answer.
  cluster.assertNoWarnings(/\[ERR\] agent\.ipc: Failed to stream \w+ to ipc\.client: /);
});

Deno.test("while our peers chat, nobody else is bothered", needs("go", "serf"), async () => {
  await using cluster = await Cluster.create();
  const [alice, bob] = [await cluster.parley("alice"), await cluster.parley("bob")];
  const [agent, go] = [await cluster.serf("agent"), await cluster.go("go")];
  await agent.join(alice.address);
  await go.join(agent.address);
  await bob.join(go.address);
  await cluster.allSeeAll();
  await alice.command("chatjoin lobby");
  await bob.command("chatjoin lobby");
  await cluster.eventually("they have met", () => alice.hasShown("* bob came to #lobby"));
  await alice.command("msg hello bob");
  await bob.command("msg hello alice");
  await cluster.eventually("bob hears alice", () => bob.hasShown(/ alice: hello bob$/));
  await cluster.eventually("alice hears bob", () => alice.hasShown(/ bob: hello alice$/));
  await bob.leave();
  await cluster.eventually("bob has left there", async () => (await agent.member("bob"))?.status === "left");
  cluster.assertNoWarnings();
});

Deno.test(
  "who comes to chat where there are only agents is told that it is alone, and who they are",
  needs("serf"),
  async () => {
    await using cluster = await Cluster.create();
    await using place = await Place.create();
    const agent = await cluster.serf("agent");
    const flags = [place.bootstrapFlag, "--serf", "--profile=lan", `--join=${agent.address}`];
    await using alice = await PeerProcess.peer("alice", place, ...flags);
    assertStringIncludes(alice.shown, "Nobody else is here yet\nMembers that are no Parley peers: agent\n");
    await cluster.eventually("its room is known", async () => (await agent.member("alice"))?.tags["rooms"] === "lobby");
    const second = await cluster.serf("second");
    await second.join(agent.address);
    await alice.waitFor(`* second is a member now, at ${second.address}; it is no Parley peer and does not chat`);
    await alice.say("/quit");
    assertEquals((await alice.ended()).code, 0);
    await cluster.eventually("it has left", async () => (await agent.member("alice"))?.status === "left");
    cluster.assertNoWarnings();
  },
);

const KEY = "a2V5IG9mIHRoZSBjbHVzdGVyLCAzMiBieXRlcyBvZmY=";
const NEXT = "dGhlIG5leHQga2V5IG9mIHRoZSBjbHVzdGVyLCAzMiE=";

Deno.test("the keys of a whole cluster are listed and changed from an agent", needs("serf"), async () => {
  await using cluster = await Cluster.create();
  const [ours, theirs, agent] = [
    await cluster.parley("ours", [KEY]),
    await cluster.serf("theirs", KEY),
    await cluster.serf("agent", KEY),
  ];
  await ours.join(theirs.address);
  await agent.join(theirs.address);
  await cluster.allSeeAll();
  const keys = (...args: readonly string[]) => theirs.command("keys", ...args);
  assertStringIncludes(await keys("-list"), `${KEY}  [3/3]`);
  await keys(`-install=${NEXT}`);
  await keys(`-use=${NEXT}`);
  await keys(`-remove=${KEY}`);
  assertStringIncludes(await keys("-list"), `${NEXT}  [3/3]`);
  assert(ours.hasShown("* The keys of this peer were changed from theirs: keylist shows them"));
  assertEquals((await ours.command("keylist")).match(/AES-256 key/g)?.length, 1);
  const newcomer = await cluster.serf("newcomer", NEXT);
  await newcomer.join(ours.address);
  await cluster.allSeeAll();
  cluster.assertNoWarnings();
});

Deno.test("an agent with another key, or with none, stays out on both sides", needs("serf"), async () => {
  await using cluster = await Cluster.create();
  const ours = await cluster.parley("ours", [KEY]);
  for (const [name, key] of [["wrong", NEXT], ["none", undefined]] as const) {
    const stranger = await cluster.serf(name, key);
    await ours.failToJoin(stranger.address);
    await stranger.join(ours.address).then(() => assert(false, "joined"), () => {});
    assertEquals([...(await stranger.listed()).keys()], [name]);
  }
  assertEquals([...(await ours.listed()).keys()], ["ours"]);
  cluster.assertNoWarnings(
    /^ours: parley: The peer at \S+ uses (other keys|no key)/,
    /failed to receive: (No installed keys could decrypt|Remote state is encrypted and encryption is not configured)/,
    /^(wrong|none): .*\[WARN\] agent: error joining/,
  );
});

Deno.test("an agent that comes with the name of one of ours gives way, and ours stays", needs("serf"), async () => {
  await using cluster = await Cluster.create();
  const [ours, second, witness] = [
    await cluster.parley("twin"),
    await cluster.parley("second"),
    await cluster.serf("witness"),
  ];
  await second.join(ours.address);
  await witness.join(ours.address);
  await cluster.allSeeAll();
  const twin = await cluster.serf("twin");
  await twin.join(witness.address);
  await cluster.eventually(
    "it has asked who is right, and gone",
    () => twin.log.includes("minority in name conflict resolution, quitting [0 / 2]"),
  );
  const notice = `* Another peer at ${twin.address} calls itself twin; it is not let in`;
  await cluster.eventually("the other of ours shows the conflict", () => second.hasShown(notice));
  await cluster.allSeeAll([ours, second, witness]);
  cluster.assertNoWarnings(
    /Conflicting address for twin/,
    /^witness: .*Name conflict for 'twin'/,
    /^twin: /, // about itself
  );
});
