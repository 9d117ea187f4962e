import { differenceOfRooms } from "../run/rooms.ts";
import type { Invariant } from "./invariant.ts";

/** In the end all who are in a room hold the same of it, whatever was cut, lost or killed while it was said. */
export const roomsDiffer: Invariant = {
  name: "two peers hold different rooms for ever",
  watch({ cluster }) {
    const inRoom = new Map<string, string>();
    return {
      entered: (name, room) => void inRoom.set(name, room),
      ended: (name) => void inRoom.delete(name),
      pending: () => differenceOfRooms(cluster.processes, inRoom),
    };
  },
};
