import type { BootstrapMessage, BootstrapReply } from "../../actors/bootstrap.ts";
import { published } from "../../actors/links/exports.ts";
import type { ActorRef } from "../../actors/runtime/ref.ts";
import { localBootstrap } from "../../bootstrap/local.ts";
import { decodeBootstrapMessage, REGISTRY_ID } from "../../bootstrap/protocol.ts";
import { registry } from "../../bootstrap/registry_actor.ts";
import { remoteBootstrap } from "../../bootstrap/remote.ts";
import type { VirtualClock } from "../../sim/virtual_clock.ts";
import { parseAddress } from "../../transport/address.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import { type LinkedPeer, LinkedPeers, outcomeOf } from "../support/linked_peers.ts";
import { virtualSystem } from "../support/virtual_system.ts";
import { type BootstrapBench, bootstrapContract, CONTRACT_CONFIG } from "./contract.ts";

const WELL_KNOWN = parseAddress("127.0.0.1:7947")!;

/** Longer than any answer may take. */
const ANSWER_WITHIN_MS = 15_000;

function benchOn(clock: VirtualClock, ref: ActorRef<BootstrapMessage>): BootstrapBench {
  return {
    async ask(command) {
      const reply = outcomeOf(ref.ask<BootstrapReply>((replyTo) => ({ command, replyTo }), ANSWER_WITHIN_MS));
      await clock.until(() => reply.settled, ANSWER_WITHIN_MS, "a reply");
      if (reply.error !== undefined) throw reply.error;
      return reply.value!;
    },
    close: () => Promise.resolve(),
  };
}

function local(world: LinkedPeers, peer: LinkedPeer): ActorRef<BootstrapMessage> {
  return peer.system.spawn(
    "bootstrap",
    localBootstrap({
      address: WELL_KNOWN,
      config: CONTRACT_CONFIG,
      openTransport: openSimulatedTransportOn(world.network),
      courier: () => peer.courier,
    }),
  );
}

bootstrapContract("the registry in this process", () => {
  const { clock, system } = virtualSystem();
  return Promise.resolve(benchOn(clock, system.spawn("registry", registry(CONTRACT_CONFIG))));
});

bootstrapContract("a registry behind a link", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const data = bob.system.spawn("registry", registry(CONTRACT_CONFIG));
  bob.links.tell({ type: "publish", id: REGISTRY_ID, actor: published(data, decodeBootstrapMessage) });
  return benchOn(world.clock, alice.system.spawn("bootstrap", remoteBootstrap(() => alice.courier, bob.address)));
});

bootstrapContract("the peer that hosts this machine's registry", async () => {
  const world = new LinkedPeers();
  return benchOn(world.clock, local(world, await world.start("alice")));
});

bootstrapContract("a peer that follows this machine's registry", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  await benchOn(world.clock, local(world, alice)).ask({ type: "ping" });
  return benchOn(world.clock, local(world, bob));
});
