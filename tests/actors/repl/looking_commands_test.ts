import { assertEquals, assertMatch } from "@std/assert";
import { World } from "../../../sim/world.ts";
import { Seat } from "../../support/seat.ts";

/** Two peers in the lobby; alice sits where lines are read. */
async function two(): Promise<{ world: World; alice: Seat; bob: Seat }> {
  const world = new World({ seed: 7 });
  const alice = new Seat(world, "alice");
  await world.clock.advance(1_000);
  const bob = new Seat(world, "bob");
  await world.clock.advance(3_000);
  alice.look();
  bob.look();
  return { world, alice, bob };
}

Deno.test("localnode shows the name and the address that others know", async () => {
  const { alice } = await two();
  assertEquals(await alice.enter("/localnode"), [
    "localNode.Name: alice",
    `localNode.Address: ${alice.peer.memory.address}`,
  ]);
});

Deno.test("memberlisthealthscore shows 0 when all is well", async () => {
  const { alice } = await two();
  assertEquals(await alice.enter("/memberlisthealthscore"), ["Health Score: 0"]);
});

Deno.test("showmemberlist shows a path and a value for all that is known of ourselves and of each member", async () => {
  const { alice, bob } = await two();
  const shown = await alice.enter("/showmemberlist");
  const rows = new Map(shown.map((line) => {
    const [path = "", ...value] = line.split(/\s+/);
    return [path, value.join(" ")];
  }));
  assertEquals(rows.get("name"), "alice");
  assertEquals(rows.get("members"), "2");
  const index = ["0", "1"].find((at) => rows.get(`members.${at}.name`) === "bob");
  assertEquals(rows.get(`members.${index}.address`), bob.peer.memory.address);
  assertEquals(rows.get(`members.${index}.state`), "alive");
  assertMatch(rows.get(`members.${index}.incarnation`)!, /^\d+$/);
  assertMatch(rows.get(`members.${index}.tags`)!, /^app=parley /);
});

Deno.test("ping asks a member by a packet and shows the time that the answer took", async () => {
  const { alice } = await two();
  const [answer] = await alice.enter("/ping bob", 1_000);
  assertMatch(answer!, /^bob answered after \d+(\.\d)? ms$/);
});

Deno.test("ping of who is no member, and of one that is silent, says so", async () => {
  const { alice, bob } = await two();
  assertEquals(await alice.enter("/ping nobody"), ['There is no member called "nobody": memberlist shows them']);
  bob.peer.kill();
  const { address } = bob.peer.memory;
  assertEquals((await alice.enter("/ping bob", 500))[0], `bob does not answer at ${address}`);
});

Deno.test("only who asked hears of a ping, and nothing about the member changes", async () => {
  const { alice, bob } = await two();
  const before = await bob.enter("/memberlist");
  await alice.enter("/ping bob", 1_000);
  assertEquals(bob.look(), []);
  assertEquals(await bob.enter("/memberlist"), before);
});

Deno.test("chatmemberping asks somebody in the room over the way that speech takes", async () => {
  const { alice, bob } = await two();
  const [answer] = await alice.enter("/chatmemberping bob", 1_000);
  assertMatch(answer!, /^bob is in #lobby and answered after \d+(\.\d)? ms$/);
  assertEquals(bob.look(), []);
  assertEquals(await alice.enter("/chatmemberping carol", 1_000), [
    "carol is not in #lobby: chatmemberlist shows who is",
  ]);
});

Deno.test("chatmemberping of who is in the room and silent says so, and works again afterwards", async () => {
  const { world, alice, bob } = await two();
  bob.peer.pause();
  const complaint = "bob is in #lobby and does not answer";
  assertEquals((await alice.enter("/chatmemberping bob", 3_500)).includes(complaint), true);
  bob.peer.resume();
  await world.clock.advance(1_000);
  alice.look();
  assertMatch((await alice.enter("/chatmemberping bob", 1_000))[0]!, /^bob is in #lobby and answered/);
});

Deno.test("play connects to a member's port and closes again, and the member does not mind", async () => {
  const { world, alice, bob } = await two();
  const [answer] = await alice.enter("/play bob", 1_000);
  assertMatch(answer!, /^bob takes connections at 127\.0\.0\.1:\d+, this one after \d+(\.\d)? ms$/);
  await world.clock.advance(5_000);
  assertEquals(bob.look(), []);
  bob.peer.kill();
  assertMatch((await alice.enter("/play bob", 3_500))[0]!, /^bob cannot be reached at 127\.0\.0\.1:\d+: /);
});

/** As somebody else's table has it. */
async function incarnationOf(name: string, seat: Seat): Promise<number> {
  const rows = (await seat.enter("/showmemberlist")).map((line) => line.split(/\s+/));
  const path = rows.find(([path = "", value]) => path.startsWith("members.") && value === name)![0]!;
  return Number(rows.find(([other]) => other === path.replace("name", "incarnation"))![1]);
}

Deno.test("memberlistupdate tells the others anew what we are, with a higher incarnation", async () => {
  const { alice, bob } = await two();
  const before = await incarnationOf("alice", bob);
  assertEquals(await alice.enter("/memberlistupdate", 6_000), ["The others were told"]);
  assertEquals(await incarnationOf("alice", bob), before + 1);
});

Deno.test("memberlistupdate and memberlistleave wait no longer than they were told", async () => {
  const { alice } = await two();
  assertEquals(await alice.enter("/memberlistupdate 0.001", 100), ["Some were told by now; gossip tells the rest"]);
  assertEquals(await alice.enter("/memberlistleave 0.01", 20), ["You left the membership"]);
  for (const nonsense of ["0", "-1", "soon", "61", "1e3"]) {
    assertEquals(await alice.enter(`/memberlistleave ${nonsense}`), ["Usage: memberlistleave [SECONDS]"]);
    assertEquals(await alice.enter(`/memberlistupdate ${nonsense}`), ["Usage: memberlistupdate [SECONDS]"]);
  }
});

Deno.test("memberlistdelete ends the membership without a word and keeps the port, for another one", async () => {
  const { world, alice, bob } = await two();
  const { address } = alice.peer.memory;
  assertEquals(await alice.enter("/memberlistdelete"), ["The membership is forgotten"]);
  assertEquals(alice.peer.memory.address, address);
  assertEquals(await alice.enter("/memberlist"), ["There is no membership yet: memberlistcreate makes one"]);
  await world.clock.advance(15_000);
  assertEquals(bob.look().some((line) => line.startsWith("* alice failed")), true);
  assertEquals(await alice.enter("/memberlistcreate"), ["local node name: alice"]);
});

Deno.test("memberlistshutdowntransport closes the port; who opens it again in time has not been away", async () => {
  const { world, alice, bob } = await two();
  const { address } = alice.peer.memory;
  assertEquals(await alice.enter("/memberlistshutdowntransport"), ["The port is closed"]);
  for (const line of ["/memberlistjoin", "/memberlistleave", "/ping bob", "/localnode", "/memberlistupdate"]) {
    const shown = await alice.enter(line);
    assertEquals(shown, ["The port is closed: memberlistconfigure comes first and opens it again"], line);
  }
  assertEquals(await alice.enter("/memberlistconfigure BindPort 1"), [
    `Others know you at ${address}: memberlistdelete comes first to listen anywhere else`,
  ]);
  assertEquals(await alice.enter("/memberlistconfigure"), [`Listening on ${address}`]);
  await world.clock.advance(20_000);
  assertEquals(bob.look().filter((line) => line.includes("failed")), []);
  assertMatch((await alice.enter("/ping bob", 1_000)).at(-1)!, /^bob answered/);
  bob.look();
  await alice.enter("still here", 1_000);
  assertMatch(bob.look().at(-1)!, /alice: still here$/);
});

Deno.test("a port that cannot be opened where others know it stays closed, and memberlistdelete helps", async () => {
  const world = new World({ seed: 8 });
  const machine = { ip: "127.0.0.9" };
  const seat = new Seat(world, "carol", { manual: true, machine });
  for (const line of ["memberlistconfigure", "memberlistcreate", "memberliststart"]) await seat.enter(line);
  const { address } = seat.peer.memory;
  await seat.enter("memberlistshutdowntransport");
  machine.ip = "127.0.0.10";
  assertEquals(await seat.enter("memberlistconfigure"), [
    `Others know you at ${address}: memberlistdelete comes first to listen anywhere else`,
  ]);
  assertEquals(seat.peer.memory.address, undefined);
  assertEquals(await seat.enter("memberlistdelete"), ["The membership is forgotten"]);
  assertMatch((await seat.enter("memberlistconfigure"))[0]!, /^Listening on 127\.0\.0\.10:/);
  await seat.enter("memberlistcreate");
  assertEquals(await seat.enter("chatjoin"), ["Nothing can be spread yet: memberliststart comes first"]);
});

Deno.test("a port that stays closed makes others miss us, and one that wants to go can", async () => {
  const { world, alice, bob } = await two();
  await alice.enter("/memberlistshutdowntransport");
  await world.clock.advance(15_000);
  assertEquals(bob.look().some((line) => line.startsWith("* alice failed")), true);
  await alice.enter("/quit", 12_000);
  assertEquals(alice.peer.state, "ended");
});

Deno.test("bootstrap shows the registry's data in the seed's shape, and the lists are the same asked and remembered", async () => {
  const { alice, bob } = await two();
  const data = JSON.parse((await alice.enter("/bootstrap")).join("\n"));
  assertEquals(data.Config, { maxpeers: 8, minrefillcandidates: 5, numpeers: 2 });
  assertEquals(Object.values<{ name: string }>(data.Peers).map(({ name }) => name).toSorted(), ["alice", "bob"]);
  const lines = [`alice at ${alice.peer.memory.address}`, `bob at ${bob.peer.memory.address}`];
  assertEquals(await alice.enter("/bootstraplist"), lines);
  assertEquals(await alice.enter("/bootstraplistlocal"), lines);
});

Deno.test("bootstrapreset empties the list, which bootstraplistlocal remembers, and bootstraprefill fills it", async () => {
  const { alice } = await two();
  assertEquals(await alice.enter("/bootstrapreset"), ["Nobody is registered any more"]);
  assertEquals(await alice.enter("/bootstraplistlocal"), ["Nobody is registered"]);
  assertEquals(await alice.enter("/bootstraprefill"), ["Registered: 1 of 8 places are taken"]);
  assertEquals(await alice.enter("/bootstraplistlocal"), [`alice at ${alice.peer.memory.address}`]);
});

Deno.test("bootstrapconfig sets both limits, and says what is wrong with others", async () => {
  const { alice, bob } = await two();
  assertEquals(await alice.enter("/bootstrapconfig 3 2"), ["At most 3 peers; below 2, others offer themselves"]);
  const data = JSON.parse((await bob.enter("/bootstrap")).join("\n"));
  assertEquals(data.Config, { maxpeers: 3, minrefillcandidates: 2, numpeers: 2 });
  // Any number, as with the seed's service; the registry keeps no more than it can.
  assertEquals(await alice.enter("/bootstrapconfig 3000 2"), ["At most 3000 peers; below 2, others offer themselves"]);
  for (const nonsense of ["", " 1", " 1 x", " -1 1", " 1 2.5"]) {
    const usage = ["Usage: bootstrapconfig MAXPEERS MINREFILL"];
    assertEquals(await alice.enter(`/bootstrapconfig${nonsense}`), usage, nonsense);
  }
});
