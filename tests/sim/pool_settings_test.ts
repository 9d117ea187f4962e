/** What the settings of a pool mean to peers that run, where no rule by itself shows it. */
import { assertEquals } from "@std/assert";
import type { Cast } from "../../actors/peer/cast.ts";
import { parseAddressRange } from "../../actors/membership/allowed_addresses.ts";
import { local, type Profile } from "../../actors/pool/profile.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import { World } from "../../sim/world.ts";
import type { Address } from "../../transport/address.ts";
import type { Transport } from "../../transport/transport.ts";
import { encodeMessage } from "../../transport/wire/messages.ts";
import { idle } from "../support/puppet.ts";
import { Seat } from "../support/seat.ts";

const ALIVE_MALLORY = encodeMessage({
  type: "alive",
  node: "mallory",
  incarnation: 1,
  addr: Uint8Array.of(127, 0, 0, 1),
  port: 9,
  meta: null,
  vsn: Uint8Array.of(1, 5, 2, 0, 0, 0),
});

/** A lone member that runs on these numbers, and a door for strangers at another address. */
async function loneMember(
  profile: Partial<Profile>,
  from: string,
): Promise<{ seat: Seat; world: World; door: Transport }> {
  const world = new World({ seed: 1, profile: { ...local, ...profile } });
  const seat = new Seat(world, "alice", { manual: true });
  await seat.enter("memberlistconfigure");
  await seat.enter("memberlistcreate");
  const door = await openSimulatedTransportOn(world.network)(from as Address, {
    packet: () => {},
    accept: () => ({ data: () => {}, closed: () => {} }),
  });
  return { seat, world, door };
}

Deno.test("an alive that comes from an address not allowed is dropped and counted (rule A0)", async () => {
  const allowed = { addressesAllowed: [parseAddressRange("127.0.0.1/32")!] };
  for (const [from, members] of [["127.0.0.1:0", ["alice", "mallory"]], ["127.9.9.9:0", ["alice"]]] as const) {
    const { seat, world, door } = await loneMember(allowed, from);
    door.sendPacket(seat.peer.memory.address!, ALIVE_MALLORY);
    await world.clock.advance(100);
    assertEquals(seat.peer.alive, [...members]);
    const counted = (await seat.enter("counters")).join("\n").includes("alive from an address not allowed");
    assertEquals(counted, members.length === 1);
  }
});

Deno.test("of a burst of datagrams a pool keeps as many as its queue is deep, and counts the rest", async () => {
  const world = new World({ seed: 1, profile: { ...local, handoffQueueDepth: 4 } });
  let cast: Cast | undefined;
  const peer = world.start("alice", { manual: true, repl: (_steps, all) => ((cast = all), idle) });
  await world.clock.advance(1);
  for (let number = 0; number < 104; number++) {
    cast!.get("pool").tell({ type: "packet_arrived", bytes: Uint8Array.of(200), from: "127.0.0.1:9" as Address });
  }
  await world.clock.advance(100);
  const [pool] = peer.system.tree().flatMap(({ children }) => children).filter(({ path }) => path === "/peer/pool");
  assertEquals([pool?.received, pool?.dropped], [4, 100]);
});
