import { assert, assertEquals } from "@std/assert";
import { HISTORY, type HistoryEvent } from "../../actors/chat_room.ts";
import type { RoomName } from "../../actors/chat_room/entry.ts";
import { latestShown } from "../../actors/history/shown.ts";
import { topicOf } from "../../actors/history/topic.ts";
import { encodeBody, hashOf } from "../../actors/history/entry.ts";
import { encodeLogMessage } from "../../actors/history/log_message.ts";
import { pageOf } from "../../actors/history/room_log.ts";
import { simulatedSigning } from "../../sim/simulated_signing.ts";
import { Disk } from "../../sim/disk.ts";
import { cut } from "../../sim/rules/cut.ts";
import { latency } from "../../sim/rules/latency.ts";
import { loss } from "../../sim/rules/loss.ts";
import type { SimulatedPeer, StartOptions } from "../../sim/world.ts";
import { World } from "../../sim/world.ts";
import { Author, viewer } from "../support/author.ts";

const LOBBY = "lobby" as RoomName;
const NAMES = ["alice", "bob", "charly", "dora", "eva"];

/** Five who chat. */
async function five(seed: string, options: StartOptions = {}) {
  const world = new World({ seed });
  const peers: SimulatedPeer[] = [];
  for (const name of NAMES) {
    peers.push(world.start(name, options));
    await world.clock.advance(200);
  }
  await world.clock.until(() => world.isConverged(), 5_000, "five in one membership");
  await world.clock.advance(1_000);
  return { world, peers, addresses: (some: readonly SimulatedPeer[]) => some.map(({ memory }) => memory.address!) };
}

/** What the room holds, in its order, as `author: text`. */
function history(peer: SimulatedPeer): readonly string[] {
  return peer.history.before(LOBBY, undefined, 100_000)
    .flatMap(({ name, content }) => content.type === "said" ? [`${name}: ${content.text}`] : []);
}

/** Everybody has the same room, with so much in it. */
function isWhole(peers: readonly SimulatedPeer[], count: number): boolean {
  const [first = ""] = peers.map((peer) => history(peer).join("\n"));
  return history(peers[0]!).length === count && peers.every((peer) => history(peer).join("\n") === first);
}

Deno.test("faults row 36: a split of 2 and 3 chats on both sides; once healed, all have one room, nothing lost or twice", async () => {
  const { world, peers, addresses } = await five("split");
  const [here, there] = [peers.slice(0, 2), peers.slice(2)];
  const heal = world.network.add(cut(addresses(here), addresses(there)));
  await world.clock.until(() => here[0]!.alive.length === 2 && there[0]!.alive.length === 3, 60_000, "they part");
  for (let minute = 1; minute <= 10; minute++) {
    for (const peer of peers) peer.say(`${peer.name} in minute ${minute}`);
    await world.clock.advance(60_000);
  }
  heal();
  await world.clock.until(() => world.isConverged(), 60_000, "they meet again");
  await world.clock.until(() => isWhole(peers, 50), 5_000, "one room");
  await world.clock.advance(3_000);
  for (const peer of peers) {
    const shown = peer.said;
    assertEquals([shown.length, new Set(shown).size], [50, 50], `${peer.name} was shown all, and nothing twice`);
    for (const { name } of peers) {
      const numbers = shown.filter((line) => line.startsWith(`${name}:`)).map((line) => Number(line.split(" ").at(-1)));
      assertEquals(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], `${name}, as ${peer.name} was shown it`);
    }
  }
});

Deno.test("an author who is killed once one other has its message has told everybody", async () => {
  const { world, peers, addresses } = await five("last words");
  const [author, holder, ...others] = peers;
  const heal = world.network.add(cut(addresses([author!]), addresses(others)));
  author!.say("my last words");
  await world.clock.until(() => holder!.said.length === 1, 1_000, "one other has it");
  author!.kill();
  heal();
  await world.clock.until(() => others.every((peer) => peer.said.length === 1), 2_000, "the survivors are whole");
});

Deno.test("who comes later gets what was said before, though its author is gone, and may speak at once", async () => {
  const { world, peers } = await five("newcomer");
  const [alice, ...others] = peers;
  for (let n = 1; n <= 300; n++) {
    alice!.say(`number ${n}`);
    if (n % 50 === 0) await world.clock.advance(1_000);
  }
  await world.clock.advance(1_000);
  alice!.quit();
  await world.clock.until(() => alice!.state === "ended", 10_000, "alice is gone");
  const frank = world.start("frank");
  await world.clock.until(() => frank.memory.rooms.size > 0, 5_000, "frank is in");
  frank.say("hello");
  await world.clock.until(() => isWhole([...others, frank], 301), 10_000, "frank has it all");
  assertEquals(frank.said, ["frank: hello"], "what was there before is history, and not on the screen");
});

Deno.test("who was away has what was said meanwhile, in order, and is shown it", async () => {
  const disk = new Disk();
  const world = new World({ seed: "away" });
  const [alice, bob] = await world.startAll(["alice", "bob"], 300);
  let charly = world.start("charly", { disk });
  await world.clock.until(() => world.isConverged(), 5_000, "three");
  alice!.say("one");
  await world.clock.advance(1_000);
  charly.kill();
  await world.clock.until(() => world.isConverged(), 60_000, "charly is missed");
  for (let n = 2; n <= 40; n++) {
    (n % 2 === 0 ? alice! : bob!).say(`${n}`);
    await world.clock.advance(100);
  }
  charly = world.start("charly", { disk });
  await world.clock.until(() => charly.said.length === 39, 10_000, "charly has caught up");
  assertEquals(charly.said.map((line) => Number(line.split(" ")[1])), Array.from({ length: 39 }, (_, i) => i + 2));
  charly.say("I am back");
  await world.clock.until(() => isWhole([alice!, bob!, charly], 41), 2_000, "one room");
});

Deno.test("with a third of the packets and a link now and then lost, everybody has everything", async () => {
  const { world, peers, addresses } = await five("loss");
  world.network.add(loss(0.3));
  for (let n = 1; n <= 60; n++) {
    peers[n % 5]!.say(`number ${n}`);
    if (n % 10 === 0) {
      const [a, b] = [peers[n % 5]!, peers[(n / 10) % 5]!];
      const heal = world.network.add(cut(addresses([a]), addresses([b])));
      await world.clock.advance(2_000);
      heal();
    }
    await world.clock.advance(200);
  }
  await world.clock.until(() => isWhole(peers, 60), 40_000, "one room");
});

Deno.test("a disk that was put back into an earlier state costs nothing that was said", async () => {
  const disk = new Disk();
  const world = new World({ seed: "backup" });
  const [alice, bob] = await world.startAll(["alice", "bob"], 300);
  let charly = world.start("charly", { disk });
  await world.clock.until(() => world.isConverged(), 5_000, "three");
  charly.say("kept in the backup");
  await world.clock.advance(1_000);
  const backup = new Disk();
  backup.write(disk.read()!, world.clock);
  backup.history.put(disk.history.before(LOBBY, undefined, 10));
  charly.say("said after the backup");
  await world.clock.advance(1_000);
  charly.kill();
  await world.clock.until(() => world.isConverged(), 60_000, "charly is missed");
  charly = world.start("charly", { disk: backup });
  await world.clock.until(() => world.isConverged(), 10_000, "charly is back");
  await world.clock.advance(2_000);
  charly.say("said with the restored disk");
  await world.clock.until(() => isWhole([alice!, bob!, charly], 3), 5_000, "one room");
  assert(bob!.said.includes("charly: said with the restored disk"));
});

Deno.test("what died with its author leaves a gap, and who comes later gets what is below it too", async () => {
  const { log } = new Author("charly", LOBBY);
  const contents = ["one", "two", "three", "four"].map((text) => ({ type: "said", text }) as const);
  const entries = contents.flatMap((content) => log.write([content], { name: "charly", wallMs: 1 }));
  const world = new World({ seed: "gap" });
  const peers: SimulatedPeer[] = [];
  for (const name of ["alice", "bob"]) {
    const disk = new Disk();
    disk.history.put(entries.filter(({ sequence }) => sequence !== 3));
    peers.push(world.start(name, { disk }));
    await world.clock.advance(300);
  }
  const dora = world.start("dora");
  await world.clock.until(() => dora.memory.rooms.size > 0, 5_000, "dora is in");
  await world.clock.until(() => isWhole([...peers, dora], 3), 3_000, "dora has all that there is");
});

Deno.test("a wall clock an hour off changes no order", async () => {
  const { world, peers: [alice, bob, charly] } = await five("clocks");
  bob!.setClock(3_600_000);
  charly!.setClock(-3_600_000);
  const said: string[] = [];
  for (let n = 1; n <= 6; n++) {
    const peer = [alice, bob, charly][n % 3]!;
    peer.say(`number ${n}`);
    said.push(`${peer.name}: number ${n}`);
    await world.clock.advance(500);
  }
  for (const peer of [alice, bob, charly]) assertEquals([history(peer!), peer!.said], [said, said]);
});

Deno.test("an author with a restored disk who speaks before anybody could tell it has said two things: all keep both", async () => {
  const disk = new Disk();
  const world = new World({ seed: "fork" });
  const [alice, bob] = await world.startAll(["alice", "bob"], 300);
  let charly = world.start("charly", { disk });
  await world.clock.until(() => world.isConverged(), 5_000, "three");
  charly.say("one");
  await world.clock.advance(1_000);
  const backup = new Disk();
  backup.write(disk.read()!, world.clock);
  backup.history.put(disk.history.before(LOBBY, undefined, 10));
  for (const text of ["two", "three", "four"]) {
    charly.say(text);
    await world.clock.advance(500);
  }
  charly.kill();
  await world.clock.until(() => world.isConverged(), 60_000, "charly is missed");
  charly = world.start("charly", { disk: backup, contacts: [] });
  await world.clock.until(() => charly.memory.rooms.size > 0, 5_000, "charly is in the room", 1);
  charly.say("two, but another one");
  charly.say("three, but another one");
  await world.clock.until(() => isWhole([alice!, bob!, charly], 6), 30_000, "all have both branches");
  const forked = [alice!, bob!, charly].map(({ history }) =>
    history.before(LOBBY, undefined, 9).filter(({ forked }) => forked).length
  );
  assert(forked.every((count) => count > 0), "there was a fork, and all know");
  charly.say("in a new log");
  await world.clock.until(() => isWhole([alice!, bob!, charly], 7), 5_000, "and it goes on");
  const dora = world.start("dora");
  await world.clock.until(() => dora.memory.rooms.size > 0, 5_000, "dora is in");
  await world.clock.until(() => isWhole([alice!, bob!, charly, dora], 7), 30_000, "also who comes later");
});

Deno.test("what is corrected, taken back and given signs on both sides of a split is the same for all once it is healed", async () => {
  const { world, peers, addresses } = await five("changes");
  const [alice, bob, charly] = peers;
  alice!.say("helo");
  await world.clock.advance(1_000);
  bob!.say("regretted");
  await world.clock.advance(1_000);
  const [first, second] = alice!.history.before(LOBBY, undefined, 2).map(({ hash }) => hash);
  const heal = world.network.add(cut(addresses(peers.slice(0, 2)), addresses(peers.slice(2))));
  await world.clock.until(() => alice!.alive.length === 2, 60_000, "they part");
  void alice!.steps.talk.write(LOBBY, { type: "edited", target: first!, text: "hello" });
  void bob!.steps.talk.write(LOBBY, { type: "redacted", target: second! });
  void bob!.steps.talk.write(LOBBY, { type: "topic", text: "ours" });
  await world.clock.advance(1_000);
  for (const target of [first!, second!]) {
    void charly!.steps.talk.write(LOBBY, { type: "reacted", target, sign: "+1" });
  }
  void charly!.steps.talk.write(LOBBY, { type: "topic", text: "theirs" });
  await world.clock.advance(1_000);
  heal();
  await world.clock.until(() => world.isConverged(), 60_000, "they meet again");
  await world.clock.advance(5_000);
  for (const peer of peers) {
    const shown = latestShown(peer.history, LOBBY, 10, viewer("alice"));
    assertEquals(
      shown.map(({ text, reactions }) => `${text}${reactions.map(({ sign, by }) => ` ${sign} ${by}`).join("")}`),
      ["hello +1 charly", "undefined", "ours", "theirs"],
      peer.name,
    );
    assertEquals(topicOf(peer.history, LOBBY)?.text, "theirs", peer.name);
  }
});

Deno.test("who took a name while its owner was away is refused by all who know the owner, before and after it has spoken", async () => {
  const { world, peers } = await five("thief");
  const [alice, bob, ...others] = peers;
  bob!.say("it is me");
  await world.clock.advance(1_000);
  bob!.quit();
  await world.clock.until(() => bob!.state === "ended", 10_000, "bob is gone");
  const thief = world.start("bob", { device: "thief" });
  await world.clock.until(() => thief.memory.rooms.size > 0, 5_000, "the thief is in");
  await world.clock.advance(1_000);
  thief.say("it is me, too");
  await world.clock.advance(2_000);
  for (const peer of [alice!, ...others]) {
    const occupants = await outcome(world, peer.steps.occupants(LOBBY));
    assertEquals(occupants.ok && occupants.value.map(({ name }) => name), ["alice", "charly", "dora", "eva"]);
    const said = peer.chat.flatMap((event) => event.type === "said" ? [[event.text, event.foreign]] : []);
    assertEquals(said, [["it is me", undefined], ["it is me, too", true]], peer.name);
  }
});

async function outcome<T>(world: World, promise: Promise<T>): Promise<T> {
  let value: T | undefined;
  void promise.then((result) => value = result);
  await world.clock.until(() => value !== undefined, 1_000, "the answer");
  return value!;
}

Deno.test("who speaks where nobody else is, or nobody else gets it, is told so; and that others hold it, once they do", async () => {
  const world = new World({ seed: "unheld" });
  const alice = world.start("alice");
  const told: string[] = [];
  alice.system.events.subscribe(HISTORY, ({ type }) => told.push(type));
  await world.clock.until(() => alice.memory.rooms.size > 0, 5_000, "alice is in");
  alice.say("is anybody there?");
  await world.clock.advance(5_000);
  alice.say("nobody?");
  await world.clock.advance(5_000);
  assertEquals(told, ["unheld"]);
  const bob = world.start("bob");
  await world.clock.until(() => told.length === 2, 10_000, "bob has it");
  const heal = world.network.add(cut([bob.memory.address!], [alice.memory.address!]));
  alice.say("and now?");
  await world.clock.advance(4_000);
  heal();
  await world.clock.until(() => told.length === 4, 30_000, "bob has it all");
  assertEquals(told, ["unheld", "held", "unheld", "held"]);
});

Deno.test("how far a long filling is, is told now and then", async () => {
  const { world, peers: [alice] } = await five("long");
  for (let n = 1; n <= 12_000; n++) {
    alice!.say(`number ${n}`);
    if (n % 200 === 0) await world.clock.advance(50);
  }
  await world.clock.advance(3_000);
  const frank = world.start("frank");
  const told: HistoryEvent[] = [];
  frank.system.events.subscribe(HISTORY, (event) => told.push(event));
  await world.clock.until(() => frank.memory.rooms.size > 0, 5_000, "frank is in", 1);
  const quick = world.network.add(latency(300));
  await world.clock.until(() => history(frank).length === 12_000, 30_000, "frank has it all");
  quick();
  await world.clock.advance(1_000);
  const counts = told.flatMap((event) => event.type === "filling" ? [event.count] : []);
  assert(counts.length > 0 && counts.every((count, at) => at === 0 || count > counts[at - 1]!), String(counts));
  const filled = told.flatMap((event) => event.type === "filled" ? [event.count] : []);
  assertEquals(filled.reduce((sum, count) => sum + count, 0), 12_000);
});

Deno.test("what follows from something that nobody has keeps nobody else's words off the screen", async () => {
  const { world, peers, addresses } = await five("made up");
  const [alice, bob, charly, dora, eva] = peers;
  const heal = world.network.add(cut(addresses([alice!]), addresses([charly!, dora!, eva!])));
  alice!.say("only bob hears this");
  await world.clock.advance(500);
  world.network.add(cut(addresses([bob!]), addresses([alice!])));
  alice!.kill();
  bob!.history.crash(); // and forgets it
  bob!.say("an answer to it");
  await world.clock.advance(100);
  bob!.kill();
  for (let n = 1; n <= 20; n++) {
    charly!.say(`line ${n}`);
    await world.clock.advance(1_000);
  }
  heal();
  for (const peer of [dora!, eva!]) {
    assert(peer.said.filter((line) => line.startsWith("charly")).length >= 15, peer.said.join());
  }
});

for (const [what, count] of [["of clocks", 0], ["of counts too", 2 ** 52]] as const) {
  Deno.test(`an entry from the end ${what} silences nobody, and stands behind what it follows from`, async () => {
    const { world, peers: [alice, bob, charly] } = await five(`far ${count}`);
    alice!.say("one");
    await world.clock.advance(500);
    const mallory = new Author("mallory", LOBBY);
    mallory.log.admit(pageOf(alice!.history.before(LOBBY, undefined, 9))!, 0);
    const [last] = mallory.log.write([{ type: "said", text: "for ever" }], { name: "mallory", wallMs: 0 });
    const time = { ms: 8_640_000_000_000_000, count };
    const bytes = encodeBody({ ...last!, time });
    const hash = hashOf(LOBBY, last!, bytes);
    const signature = simulatedSigning("mallory").sign(Uint8Array.fromHex(hash));
    const payload = encodeLogMessage({ type: "batch", log: last!.log, first: 1, bodies: [bytes], signature });
    charly!.cast.get("broadcaster").tell({ type: "publish", topic: "room/lobby", payload });
    await world.clock.advance(500);
    bob!.say("two");
    await world.clock.advance(500);
    alice!.say("three");
    await world.clock.advance(1_000);
    assertEquals(history(bob!), ["alice: one", "mallory: for ever", "bob: two", "alice: three"]);
    assertEquals(history(alice!), history(bob!));
  });
}

Deno.test("who goes on after a power cut does so in another log: what was lost of the old one is fetched, and nothing is forked", async () => {
  const world = new World({ seed: "power" });
  const [alice, bob] = await world.startAll(["alice", "bob"], 300);
  const disk = new Disk(() => world.clock.now());
  let charly = world.start("charly", { disk });
  await world.clock.until(() => world.isConverged(), 5_000, "three");
  for (let n = 1; n <= 10; n++) {
    charly.say(`before ${n}`);
    await world.clock.advance(1_000);
  }
  charly.kill();
  disk.cutPower();
  assert(disk.history.before(LOBBY, undefined, 99).length < 10, "the last is lost");
  await world.clock.until(() => world.isConverged(), 60_000, "charly is missed");
  charly = world.start("charly", { disk });
  await world.clock.until(() => charly.memory.rooms.size > 0, 5_000, "charly is in the room", 1);
  charly.say("after");
  await world.clock.until(() => isWhole([alice!, bob!, charly], 11), 30_000, "one room");
  for (const { history } of [alice!, bob!, charly]) {
    assertEquals(history.before(LOBBY, undefined, 99).filter(({ forked }) => forked), []);
  }
});
