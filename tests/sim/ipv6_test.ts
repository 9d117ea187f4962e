import { assert, assertEquals } from "@std/assert";
import { World } from "../../sim/world.ts";
import { decodePacket } from "../../transport/wire/packet.ts";
import { UNPROTECTED } from "../../transport/wire/protection.ts";

Deno.test("peers at IPv6 addresses are one membership beside those at IPv4 ones, chat, and notice who dies", async () => {
  const world = new World({ seed: "v6" });
  const bytes = new Set<number>();
  world.network.onEvent = ({ carried }) => {
    if (carried.kind !== "packet") return;
    for (const message of decodePacket(carried.bytes, UNPROTECTED).messages) {
      if (message.type === "alive") bytes.add(message.addr.length);
      if (message.type === "ping") bytes.add(message.sourceAddr.length);
    }
  };
  const alice = world.start("alice");
  await world.clock.advance(1_000);
  const [bob, charly] = ["bob", "charly"].map((name) => world.start(name, { machine: { ip: "::1" } }));
  await world.clock.until(() => world.isConverged(), 20_000, "three in one membership");
  await world.clock.advance(3_000);
  assert(bob!.memory.address!.startsWith("[::1]:"), bob!.memory.address);
  bob!.say("from six to four");
  alice.say("and back");
  await world.clock.advance(2_000);
  assert(alice.said.includes("bob: from six to four") && charly!.said.includes("alice: and back"));
  assertEquals([...bytes].toSorted((a, b) => a - b), [4, 16], "each address in its own length");
  charly!.kill();
  await world.clock.until(() => world.isConverged(), 40_000, "the death is known");
});
