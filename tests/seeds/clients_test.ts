/** What went wrong in Talks and MaChat with clients that come and go, on virtual time. */
import { assert, assertEquals } from "@std/assert";
import type { GatewayCounters } from "../../actors/gateway.ts";
import type { RoomName } from "../../actors/chat_room/entry.ts";
import type { TreeNode } from "../../actors/runtime/system.ts";
import { World } from "../../sim/world.ts";
import { MachatClients } from "../support/machat_clients.ts";
import { talksConsole } from "../support/talks_console.ts";

async function peerWithDoors(seed: string, talks = true) {
  const world = new World({ seed });
  const alice = world.start("alice", { gateway: { onPeersPort: true, talks } });
  await world.clock.advance(2_000);
  const clients = await MachatClients.on(world.network);
  return { world, alice, clients, at: alice.memory.address!, run: (ms: number) => world.clock.advance(ms) };
}

/** An actor and what is below it. */
function below(nodes: readonly TreeNode[], path: string): readonly TreeNode[] {
  return nodes.flatMap((node) => [
    ...(node.path === path || node.path.startsWith(`${path}/`) ? [node] : []),
    ...below(node.children, path),
  ]);
}

Deno.test("defect 6: bytes that are no HTTP, half a head and a knock end as what they are, and the next console is let in", async () => {
  const { alice, clients, at, run } = await peerWithDoors("no http");
  const { head, message } = talksConsole("ana");
  const odd = [
    clients.connect(at, "\x16\x03\x01\x02"),
    clients.connect(at, "no HTTP at all\r\n\r\n"),
    clients.connect(at, head.slice(0, 150)),
    clients.connect(at),
  ];
  await run(10);
  odd[2]!.stream.end();
  odd[3]!.stream.end();
  await run(8_000);
  assertEquals(odd.map(({ closed }) => closed !== undefined), [true, true, true, true]);
  const ana = clients.connect(at, head + message("ping") + message("hi\n"));
  await run(500);
  assert(ana.heard.endsWith('"message":"hi"}'), ana.heard);
  assertEquals(below(alice.system.tree(), "/peer").filter(({ restarts }) => restarts > 0), []);
});

Deno.test("defect 24: who is gone costs nothing any more: no actor, no message, no place", async () => {
  const { alice, clients, at, run } = await peerWithDoors("gone");
  const { head, message } = talksConsole("ana");
  const received = (): number =>
    below(alice.system.tree(), "/peer/gateway").reduce((sum, { received }) => sum + received, 0);
  const before = below(alice.system.tree(), "/peer/gateway").length;
  for (let visit = 0; visit < 20; visit++) {
    const ana = clients.connect(at, head + message("ping") + message("hi\n"));
    const mina = clients.enter(at, "Mina", "lobby");
    await run(300);
    if (visit % 2 === 0) ana.stream.destroy();
    else ana.stream.end();
    mina.stream.destroy();
    await run(300);
  }
  assertEquals(below(alice.system.tree(), "/peer/gateway").length, before);
  assertEquals(alice.memory.gateway.guests.size, 0);
  const atRest = received();
  await run(60_000);
  assertEquals(received(), atRest);
  let clientsLeft: number | undefined;
  void alice.cast.get("gateway").ask<GatewayCounters>((replyTo) => ({ type: "status", replyTo }), 1_000)
    .then(({ clients }) => clientsLeft = clients);
  await run(5);
  assertEquals(clientsLeft, 0);
});

Deno.test("defect 27: silent connections and half heads keep no console out", async () => {
  const { clients, at, run } = await peerWithDoors("silent");
  const { head, message } = talksConsole("ana");
  for (let i = 0; i < 40; i++) clients.connect(at, i % 2 === 0 ? "" : head.slice(0, 4 * i));
  await run(100);
  const ana = clients.connect(at, head + message("ping") + message("hi\n"));
  await run(200);
  assert(ana.heard.endsWith('"message":"hi"}'), "at once, not when the silent ones are given up");
});

Deno.test("defect 34: rooms that only clients opened end with the last of them, however many there were", async () => {
  const { alice, clients, at, run } = await peerWithDoors("rooms end", false);
  const rooms = (): number => below(alice.system.tree(), "/peer/rooms").length;
  const before = rooms();
  for (let i = 0; i < 600; i += 2) { // more than there may be at once
    const [mina, tom] = [clients.enter(at, "Mina", `room${i}`), clients.enter(at, "Tom", `room${i + 1}`)];
    await run(100);
    mina.send("anybody?\n");
    await run(50);
    assertEquals(mina.lines, ["Mina:anybody?"], `room${i}`);
    mina.stream.end();
    tom.stream.destroy();
    await run(100);
  }
  await run(5_000);
  assertEquals(rooms(), before);
  assertEquals(alice.memory.gateway.guests.size, 0);
  assertEquals([...alice.memory.rooms.keys()], ["lobby" as RoomName]);
});
