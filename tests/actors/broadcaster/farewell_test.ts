/** In which order a broadcaster says things, seen in its packets. */
import { assertEquals } from "@std/assert";
import { broadcaster, type BroadcasterMessage } from "../../../actors/broadcaster.ts";
import { MEMBERSHIP, type MembershipMessage } from "../../../actors/membership.ts";
import { Cast } from "../../../actors/peer/cast.ts";
import { lan } from "../../../actors/pool/profile.ts";
import type { TransportMessage } from "../../../actors/transport.ts";
import { Guard } from "../../../transport/guard.ts";
import { encodeMessage } from "../../../transport/wire/messages.ts";
import { decodePacket } from "../../../transport/wire/packet.ts";
import { idle } from "../../support/puppet.ts";
import { virtualSystem } from "../../support/virtual_system.ts";
import { memberOf, rosterWith } from "../membership/table.ts";

Deno.test("what somebody waits for, as a farewell, is in the first packet, however much that is longer waits too", async () => {
  const { clock, system } = virtualSystem("farewell");
  const target = memberOf(rosterWith("b", "alive", 1), "b");
  const packets: string[][] = [];
  const cast = new Cast();
  cast.enter("links", system.spawn("links", idle));
  cast.enter(
    "transport",
    system.spawn<TransportMessage>("transport", () => (message) => {
      if (message.type !== "send_packet") return;
      packets.push(decodePacket(message.bytes).messages.map((said) => "node" in said ? said.node : ""));
    }),
  );
  const self = system.spawn(
    "broadcaster",
    broadcaster({
      name: "self",
      profile: lan,
      guard: Guard.unguarded(),
      cast,
      topic: MEMBERSHIP,
      memory: { started: false, epoch: 0, sequence: 0 },
    }),
  );
  cast.enter(
    "membership",
    system.spawn<MembershipMessage>("membership", () => ({ type }) => {
      if (type === "pick_gossip_targets") self.tell({ type: "gossip_to", targets: [target] });
    }),
  );
  const dead = (node: string): Uint8Array => encodeMessage({ type: "dead", node, from: node, incarnation: 1 });
  const say = (message: BroadcasterMessage): void => self.tell(message);
  say({ type: "start_gossip" });
  for (let n = 0; n < 100; n++) say({ type: "gossip", key: `k${n}`, message: dead(`somebody-with-a-long-name-${n}`) });
  say({ type: "gossip", key: "me", message: dead("me"), notify: 1 });
  await clock.advance(lan.gossipIntervalMs);
  assertEquals(packets[0]?.[0], "me");
  assertEquals(packets[0]!.length > 5, true);
});
