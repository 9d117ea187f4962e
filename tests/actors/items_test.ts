import { assert, assertEquals } from "@std/assert";
import { RUMOURS } from "../../actors/broadcaster.ts";
import { decodeItemMessage, encodeItemMessage, type ItemMessage } from "../../actors/items/item_message.ts";
import { World } from "../../sim/world.ts";
import { Seat } from "../support/seat.ts";

async function seats(world: World, ...names: readonly string[]): Promise<Seat[]> {
  const all: Seat[] = [];
  for (const name of names) {
    all.push(new Seat(world, name));
    await world.clock.advance(2_000);
  }
  for (const seat of all) seat.look();
  return all;
}

const list = (seat: Seat): Promise<readonly string[]> => seat.enter("/broadcastlist");

Deno.test("what one peer adds all peers list, and what another deletes is gone everywhere", async () => {
  const world = new World({ seed: 1 });
  const [alice, bob, carol] = await seats(world, "alice", "bob", "carol") as [Seat, Seat, Seat];
  assertEquals(await list(carol), ["Nothing is set: broadcastadd sets a key"]);
  assertEquals(await alice.enter("/broadcastadd k  v   w", 500), ["items: map[k:v   w]"]);
  assertEquals(await bob.enter("/broadcastadd a b", 500), ["items: map[a:b k:v   w]"]);
  for (const seat of [alice, bob, carol]) assertEquals(await list(seat), ["a: b", "k: v   w"]);
  assertEquals(await carol.enter("/broadcastdel k a", 500), [
    '0:      items["k"] deleted',
    '1:      items["a"] deleted',
  ]);
  for (const seat of [alice, bob]) assertEquals(await list(seat), ["Nothing is set: broadcastadd sets a key"]);
  assertEquals(await bob.enter("/broadcastdel k"), ['There is no key "k": broadcastlist shows them']);
});

Deno.test("who comes later has what was added before", async () => {
  const world = new World({ seed: 2 });
  const [alice, bob] = await seats(world, "alice", "bob") as [Seat, Seat];
  await alice.enter("/broadcastadd k v", 10_000);
  const [carol] = await seats(world, "carol") as [Seat];
  await world.clock.advance(1_000);
  assertEquals(await list(carol), ["k: v"]);
  alice.peer.kill();
  await world.clock.advance(20_000);
  const [dora] = await seats(world, "dora") as [Seat];
  await world.clock.advance(1_000);
  assertEquals(await list(dora), ["k: v"], "also when its author is gone");
  assertEquals((await list(bob)).at(-1), "k: v");
});

Deno.test("both sides of a split have everything when it has healed, and the later word on a key", async () => {
  const world = new World({ seed: 3 });
  const [alice, bob] = await seats(world, "alice", "bob") as [Seat, Seat];
  await alice.enter("/broadcastadd k before", 1_000);
  alice.peer.pause();
  await world.clock.advance(20_000); // bob takes alice for dead
  await bob.enter("/broadcastadd b alone", 100);
  await bob.enter("/broadcastdel k", 100);
  await bob.enter("/broadcastadd k after", 100);
  alice.peer.resume();
  await world.clock.advance(60_000);
  alice.look();
  bob.look();
  for (const seat of [alice, bob]) assertEquals(await list(seat), ["b: alone", "k: after"]);
});

/** What is said to a peer of items from now on. */
function overheard(seat: Seat): ItemMessage[] {
  const heard: ItemMessage[] = [];
  seat.peer.system.events.subscribe(RUMOURS, ({ topic, payload }) => {
    if (topic === "items") heard.push(decodeItemMessage(payload)!);
  });
  return heard;
}

Deno.test("what was lost on its way comes when maps are compared, and equal maps cost no more than their digests", async () => {
  const world = new World({ seed: 8 });
  const [alice, bob] = await seats(world, "alice", "bob") as [Seat, Seat];
  await alice.enter("/broadcastadd k v", 1_000);
  alice.peer.memory.items.set("lost", "and found", "alice", 0); // told to nobody
  await world.clock.advance(20_000);
  assertEquals(await list(bob), ["k: v", "lost: and found"]);
  const heard = overheard(bob);
  await world.clock.advance(60_000);
  assert(heard.length > 0);
  assertEquals(heard.filter(({ type }) => type !== "digest"), []);
});

Deno.test("who asks for everything again and again is not told it each time", async () => {
  const world = new World({ seed: 9 });
  const [alice, bob] = await seats(world, "alice", "bob") as [Seat, Seat];
  await alice.enter("/broadcastadd k v", 500);
  const heard = overheard(bob);
  const payload = encodeItemMessage({ type: "want" });
  for (let at = 0; at < 200; at++) {
    bob.peer.cast.get("broadcaster").tell({ type: "send_to", to: "alice", topic: "items", payload });
  }
  await world.clock.advance(1_000);
  const times = heard.filter(({ type }) => type === "items").length;
  assert(times > 0 && times < 20, String(times));
});

Deno.test("of a crowd of newcomers only so many are greeted at once", async () => {
  const world = new World({ seed: 10 });
  const [alice] = await seats(world, "alice", "bob") as [Seat];
  await alice.enter("/broadcastadd k v", 500);
  const [view] = alice.peer.members.map(({ member }) => member);
  for (let at = 0; at < 500; at++) {
    alice.peer.cast.get("items").tell({
      type: "member",
      event: { type: "joined", member: { ...view!, name: `nobody-${at}` } },
    });
  }
  await world.clock.advance(1_000);
  assertEquals(
    (await alice.enter("/counters", 2_000)).map((line) => line.trim()).filter((line) => /unknown members/.test(line)),
    [
      "64  broadcaster: rumours to unknown members",
    ],
  );
});

Deno.test("a crash of their keeper loses nothing", async () => {
  const world = new World({ seed: 4 });
  const [alice, bob] = await seats(world, "alice", "bob") as [Seat, Seat];
  await alice.enter("/broadcastadd k v", 500);
  await bob.enter("/crash /peer/items", 3_000);
  bob.look();
  assertEquals(await list(bob), ["k: v"]);
  await alice.enter("/broadcastadd l w", 500);
  assertEquals(await list(bob), ["k: v", "l: w"]);
});

Deno.test("keys and texts beyond their limits are refused with the limit", async () => {
  const world = new World({ seed: 5 });
  const [alice] = await seats(world, "alice") as [Seat];
  assertEquals(await alice.enter(`/broadcastadd ${"k".repeat(129)} v`), ["A key has at most 128 bytes"]);
  assertEquals(await alice.enter(`/broadcastadd k ${"v".repeat(4_097)}`), ["A text has at most 4096 bytes"]);
});

Deno.test("what a stranger says about items and makes no sense is counted and changes nothing", async () => {
  const world = new World({ seed: 6 });
  const [alice, bob] = await seats(world, "alice", "bob") as [Seat, Seat];
  await alice.enter("/broadcastadd k v", 500);
  const payload = Uint8Array.of(0xc1, 1, 2);
  bob.peer.cast.get("broadcaster").tell({ type: "send_to", to: "alice", topic: "items", payload });
  await world.clock.advance(500);
  assertEquals(await list(alice), ["k: v"]);
  const counters = (await alice.enter("/counters", 2_000)).map((line) => line.trim());
  assert(counters.includes("1  items: malformed"), counters.join("\n"));
});

Deno.test("texts with escape codes are shown, not obeyed", async () => {
  const world = new World({ seed: 7 });
  const [alice, bob] = await seats(world, "alice", "bob") as [Seat, Seat];
  assertEquals(await alice.enter("/broadcastadd k \x1b[2Jgone", 500), ["items: map[k:<U+001B>[2Jgone]"]);
  assertEquals(await list(bob), ["k: <U+001B>[2Jgone"]);
});

Deno.test("a claim from the far future is not taken: nobody has the last word for ever", async () => {
  const world = new World({ seed: 10 });
  const [alice, bob] = await seats(world, "alice", "bob") as [Seat, Seat];
  const item = { key: "k", text: "mine", time: { ms: 8_640_000_000_000_000, count: 2 ** 52 }, author: "bob" };
  const payload = encodeItemMessage({ type: "items", items: [item] });
  bob.peer.cast.get("broadcaster").tell({ type: "publish", topic: "items", payload });
  await world.clock.advance(500);
  assertEquals(await alice.enter("/broadcastadd k v", 500), ["items: map[k:v]"]);
  assertEquals(await list(alice), ["k: v"]);
});
