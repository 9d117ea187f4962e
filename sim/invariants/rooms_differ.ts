import type { RoomName } from "../../actors/chat_room/entry.ts";
import type { SimulatedPeer } from "../world.ts";
import type { Invariant } from "./invariant.ts";

/** In the end all who are in a room hold the same of it, whatever was cut, lost or killed while it was said. */
export const roomsDiffer: Invariant = {
  name: "two peers hold different rooms for ever",
  watch({ cluster }) {
    const inRoom = new Map<string, string>();
    return {
      entered: (name, room) => void inRoom.set(name, room),
      ended: (name) => void inRoom.delete(name),
      pending() {
        const first = new Map<string, readonly [name: string, holdings: string]>();
        for (const peer of cluster.processes) {
          const room = inRoom.get(peer.name);
          if (room === undefined) continue;
          const holdings = holdingsOf(peer, room as RoomName);
          const [other, expected] = first.get(room) ?? [peer.name, holdings];
          if (holdings !== expected) return `of ${room}, ${other} and ${peer.name} hold different things`;
          first.set(room, [peer.name, holdings]);
        }
        return undefined;
      },
    };
  },
};

/** Which entries of which logs: what they say follows from that, because a log says one thing under one number. */
function holdingsOf({ history }: SimulatedPeer, room: RoomName): string {
  return history.spans(room).map(({ log, first, last }) => `${log} ${first} ${last}`).toSorted().join("\n");
}
