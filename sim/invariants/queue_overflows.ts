import type { Profile } from "../../actors/pool/profile.ts";
import { MAILBOX_DEFAULTS } from "../../actors/runtime/mailbox.ts";
import type { TreeNode } from "../../actors/runtime/system.ts";
import type { Invariant } from "./invariant.ts";

/** Each second so many peers are looked at, in turn, however many there are. */
const LOOKED_AT = 20;

/** Besides what others say, an actor's own timers wait with it; of these it has some for each member, at most. */
const OWN_FOR_EACH_MEMBER = 2;
const OWN_BESIDES = 100;

/** No mailbox holds more than it may, and no stash. */
export const queueOverflows: Invariant = {
  name: "a queue passes its bound",
  watch({ cluster, profile }, report) {
    const ownMax = OWN_FOR_EACH_MEMBER * cluster.names.length + OWN_BESIDES;
    let turn = 0;
    const visit = (peer: string, node: TreeNode): void => {
      if (node.mailboxDepth > limitOf(node, profile) + ownMax) {
        report(`${node.mailboxDepth} messages wait for ${node.path} of ${peer}`);
      }
      if (node.stashed > MAILBOX_DEFAULTS.stashLimit) {
        report(`${node.stashed} messages are put aside by ${node.path} of ${peer}`);
      }
      for (const child of node.children) visit(peer, child);
    };
    return {
      look() {
        const peers = [...cluster.processes];
        for (let count = 0; count < Math.min(LOOKED_AT, peers.length); count++) {
          const peer = peers[turn++ % peers.length]!;
          for (const node of peer.system.tree()) visit(peer.name, node);
        }
      },
    };
  },
};

/** Packets wait for the pool, which has a limit of its own. */
function limitOf({ path }: TreeNode, { handoffQueueDepth }: Profile): number {
  return path === "/peer/pool" ? handoffQueueDepth : MAILBOX_DEFAULTS.limit;
}
