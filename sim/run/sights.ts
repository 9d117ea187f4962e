import { readCounters } from "../../actors/peer/counters.ts";
import type { TreeNode } from "../../actors/runtime/system.ts";
import type { Sight, Sometimes } from "../sometimes.ts";
import type { Cluster } from "./cluster.ts";

/** Which of a peer's counters says what. */
const COUNTERS: Readonly<Record<string, Sight>> = {
  "failure detector: answers late or through others": "indirect_ack",
  "failure detector: datagrams blocked": "stream_ack",
  "failure detector: nacks": "nack",
  "failure detector: pauses of this process": "pause",
  "rooms: repair wishes": "repair",
};

/** Enough for any answer of an actor that is up, in virtual time. */
const ANSWERED_WITHIN_MS = 100;

/** Adds what the peers that run have counted themselves. */
export async function countSights({ processes, world }: Cluster, sometimes: Sometimes): Promise<void> {
  const peers = [...processes];
  const asked = Promise.all(peers.map(({ cast, system }) => readCounters(cast, system.deadLetterCounts)));
  await world.clock.advance(ANSWERED_WITHIN_MS);
  for (const [what, count] of (await asked).flat()) {
    const sight = COUNTERS[what];
    if (sight !== undefined) sometimes.saw(sight, count);
  }
  for (const { system } of peers) {
    const tree = system.tree();
    sometimes.saw("overflow", total(tree, ({ dropped }) => dropped));
    sometimes.saw("actor_restart", total(tree, ({ restarts }) => restarts));
  }
}

function total(nodes: readonly TreeNode[], of: (node: TreeNode) => number): number {
  return nodes.reduce((sum, node) => sum + of(node) + total(node.children, of), 0);
}
