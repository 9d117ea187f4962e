import type { RoomName } from "../../actors/chat_room/entry.ts";
import type { SimulatedPeer } from "../world.ts";

/** Two who are in one room and do not hold the same of it; `inRoom` has each peer's room by its name. */
export function differenceOfRooms(
  peers: Iterable<SimulatedPeer>,
  inRoom: ReadonlyMap<string, string>,
): string | undefined {
  const first = new Map<string, readonly [name: string, holdings: string]>();
  for (const peer of peers) {
    const room = inRoom.get(peer.name);
    if (room === undefined) continue;
    const holdings = holdingsOf(peer, room as RoomName);
    const [other, expected] = first.get(room) ?? [peer.name, holdings];
    if (holdings !== expected) return `of ${room}, ${other} and ${peer.name} hold different things`;
    first.set(room, [peer.name, holdings]);
  }
  return undefined;
}

/** All entries: of a forked log, who holds which branch as its own is no matter, as long as it has the others too. */
function holdingsOf({ history }: SimulatedPeer, room: RoomName): string {
  return history.before(room, undefined, ENTRIES_MAX).map(({ hash }) => hash).toSorted().join();
}

/** More than anybody says in a run. */
const ENTRIES_MAX = 1_000_000;
