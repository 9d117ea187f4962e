import type { Address } from "../../transport/address.ts";
import type { RegistryPeer } from "../bootstrap.ts";
import { newPoolMemory, type PoolMemory } from "../pool/memory.ts";
import type { PoolsMemory } from "../pools.ts";
import type { ReplMemory } from "../repl.ts";
import type { RoomsMemory } from "../rooms.ts";
import { newSerfMemory, type SerfMemory } from "../serf.ts";
import type { TransportMemory } from "../transport.ts";

/**
 * What must outlive the crash of an actor: kept by the peer, handed in at each start. Everything else an actor knows
 * is rebuilt by asking others.
 */
export type PeerMemory = PoolMemory & {
  /** Where we listen, once configured. */
  address?: Address;
  /** The port we had before, in an earlier run or before a shutdown. */
  lastPort?: number | undefined;
  /** Ourselves as offered to the bootstrap. */
  candidate?: RegistryPeer;
  /** Whether its list had us on it when it was last heard. */
  listed: boolean;
  /** We said goodbye to the membership and have not begun anew. */
  left: boolean;
  readonly transport: TransportMemory;
  /** Those of applications, beside the chat's. */
  readonly pools: PoolsMemory;
  readonly rooms: RoomsMemory;
  readonly serf: SerfMemory;
  readonly repl: ReplMemory;
};

/** The memory of a peer that has done nothing yet; `last` is what an earlier run left behind. */
export function newMemory(last: { readonly port?: number; readonly incarnation?: number } = {}): PeerMemory {
  return {
    lastPort: last.port,
    listed: false,
    left: false,
    transport: { closing: Promise.resolve() },
    ...newPoolMemory(last),
    pools: new Map(),
    rooms: new Map(),
    serf: newSerfMemory(),
    repl: { mode: "command", arriving: false, shown: new Set(), lines: [], inputEnded: false, failed: false },
  };
}
