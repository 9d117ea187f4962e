import { type Address, splitAddress } from "../../transport/address.ts";
import type { RegistryPeer } from "../bootstrap.ts";
import { type ChronicleMemory, newChronicleMemory } from "../chat_room/chronicle.ts";
import type { PersonMemory } from "../chat_room.ts";
import { ItemMap } from "../items/item_map.ts";
import type { GatewayMemory } from "../gateway.ts";
import { type CliChatMemory, newCliChatMemory } from "../cli_chat.ts";
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
  /** Where others were in an earlier run that ended without a goodbye: whom to try when we would be alone. */
  readonly formerContacts: readonly Address[];
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
  /** Rooms that are open only for guests of ours. */
  readonly hostedRooms: RoomsMemory;
  readonly person: PersonMemory;
  /** What waits of what was said to us alone. */
  readonly direct: ChronicleMemory;
  readonly items: ItemMap;
  readonly serf: SerfMemory;
  readonly gateway: GatewayMemory;
  readonly cliChat: CliChatMemory;
  readonly repl: ReplMemory;
};

/** What a peer leaves behind for its next run. */
export type LastRun = Readonly<{
  /** Where it listened, so that it can be found at the same place. */
  port?: number;
  incarnation?: number;
  /** Where others were, also those who failed, at most {@linkcode CONTACTS_KEPT_MAX}; none after a goodbye. */
  contacts?: readonly Address[] | undefined;
}>;

/** Others to be remembered from one run to the next: enough that one of them is still there. */
export const CONTACTS_KEPT_MAX = 32;

/** What the next run is to know, once we listen somewhere. */
export function lastRunOf(
  { address, left, formerContacts, membership }: PeerMemory,
): LastRun & { port: number } | undefined {
  if (address === undefined) return undefined;
  const contacts = new Set<Address>();
  for (const contact of left ? [] : whomToAsk(membership, formerContacts)) {
    if (contacts.size >= CONTACTS_KEPT_MAX) break;
    if (contact !== address) contacts.add(contact);
  }
  return { port: splitAddress(address).port, incarnation: membership.incarnation, contacts: [...contacts] };
}

/** Not all of them at once: this is asked after each news, and they may be thousands. */
function* whomToAsk(
  { present, lost }: PeerMemory["membership"],
  formerContacts: readonly Address[],
): Generator<Address> {
  for (const { address } of present.values()) yield address;
  yield* lost.addresses;
  yield* formerContacts;
}

/** The memory of a peer that has done nothing yet; `last` is what an earlier run left behind. */
export function newMemory(last: LastRun = {}): PeerMemory {
  return {
    lastPort: last.port,
    formerContacts: last.contacts ?? [],
    listed: false,
    left: false,
    transport: { closing: Promise.resolve() },
    ...newPoolMemory(last),
    pools: new Map(),
    rooms: new Map(),
    hostedRooms: new Map(),
    person: {},
    direct: newChronicleMemory(),
    items: new ItemMap(),
    serf: newSerfMemory(),
    gateway: { ports: new Map(), guests: new Map() },
    cliChat: newCliChatMemory(),
    repl: {
      mode: "command",
      arriving: false,
      unread: new Map(),
      listed: new Map(),
      shown: new Set(),
      lines: [],
      inputEnded: false,
      failed: false,
    },
  };
}
