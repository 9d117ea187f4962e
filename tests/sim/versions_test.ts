/** Protocol versions: what each that may be spoken means, and what a member gets that does not understand them all. */
import { assert, assertEquals } from "@std/assert";
import { local } from "../../actors/pool/profile.ts";
import { World } from "../../sim/world.ts";
import { type Address, splitAddress } from "../../transport/address.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import { encodeMessage } from "../../transport/wire/messages.ts";
import { UNPROTECTED } from "../../transport/wire/protection.ts";
import { keyringOf } from "../transport/wire/secrets.ts";

const KEY = "0123456789abcdef".repeat(4);

for (const protocolVersion of [1, 2, 3, 4, 5]) {
  Deno.test(`peers that speak version ${protocolVersion} form one membership, sealed as it wants, and notice who dies`, async () => {
    const encryptionVersion = protocolVersion === 1 ? 0 : 1;
    const protection = { ...UNPROTECTED, keyring: keyringOf(KEY), encryptionVersion } as const;
    const world = new World({ seed: `spoken ${protocolVersion}`, profile: { ...local, protocolVersion }, protection });
    const sealed = new Set<number>();
    world.network.onEvent = ({ carried }) => {
      if (carried.kind === "packet") sealed.add(carried.bytes[0]!);
    };
    // Version 1 has no ports: all listen at the same one.
    const machines = [1, 2, 3].map((n) => ({ ip: `127.0.5.${n}` }));
    for (const [n, machine] of machines.entries()) {
      world.start(`peer-${n}`, { machine, last: { port: 7946 } });
      await world.clock.advance(500);
    }
    await world.clock.until(() => world.isConverged(), 20_000, "one membership");
    assertEquals([...sealed], [encryptionVersion]);
    world.peers[2]!.kill();
    await world.clock.until(() => world.isConverged(), 40_000, "the death is known");
  });
}

Deno.test("who speaks version 1 finds nobody at another port than its own, as in memberlist", async () => {
  const world = new World({ seed: "ports", profile: { ...local, protocolVersion: 1 } });
  const [alice, bob] = await world.startAll(["alice", "bob"], 1_000);
  const views = alice!.members.filter(({ member }) => member.name === "bob").map(({ member }) => member.address);
  assertEquals(new Set(views.map((address) => splitAddress(address).port)).size <= 1, true);
  for (const address of views) assertEquals(splitAddress(address).port, splitAddress(alice!.memory.address!).port);
  assertEquals(bob!.state, "running");
});

Deno.test("checksums are on gossip to members that take them, and on nothing else", async () => {
  const world = new World({ seed: "checksums" });
  const [alice] = await world.startAll(["alice"], 1_000);
  const arrived = new Map<number, number[]>();
  for (const [host, greatest] of [[1, 4], [2, 5]] as const) {
    const transport = await openSimulatedTransportOn(world.network)(`127.0.6.${host}:7946` as Address, {
      packet: (_from, bytes) => arrived.set(greatest, [...(arrived.get(greatest) ?? []), bytes[0]!]),
      accept: () => ({ data: () => {}, closed: () => {} }),
    });
    const claim = encodeMessage({
      type: "alive",
      node: `up-to-${greatest}`,
      incarnation: 1,
      addr: Uint8Array.of(127, 0, 6, host),
      port: 7946,
      meta: null,
      vsn: Uint8Array.of(1, greatest, 2, 0, 0, 0),
    });
    transport.sendPacket(alice!.memory.address!, claim);
    await world.clock.advance(1_000);
  }
  const CRC = 12;
  assert(arrived.get(5)!.includes(CRC), `${arrived.get(5)}`);
  assert(!arrived.get(4)!.includes(CRC), `${arrived.get(4)}`);
  assert(arrived.get(5)!.some((type) => type !== CRC), "a ping goes without");
});
