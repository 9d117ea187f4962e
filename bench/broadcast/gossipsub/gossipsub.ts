/** A member of a gossipsub topic: `gossipsub.ts [unsigned]`. */
import { runProgram } from "../program.ts";
import { startNode, toAddress } from "./libp2p.ts";

const TOPIC = "room";

const POLL_MS = 50;

await runProgram(async (heard) => {
  const signing = Deno.args[0] === "unsigned" ? { globalSignaturePolicy: "StrictNoSign" } : {};
  const node = await startNode(signing);
  const { pubsub } = node.services;
  pubsub.addEventListener("message", ({ detail }) => heard(detail.data));
  pubsub.subscribe(TOPIC);
  return {
    address: String(node.getMultiaddrs()[0]),
    async meet(size, addresses) {
      for (const address of addresses) await node.dial(await toAddress(address));
      while (pubsub.getSubscribers(TOPIC).length < size - 1) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    async say(bodies) {
      for (const body of bodies) await pubsub.publish(TOPIC, body);
    },
  };
});
