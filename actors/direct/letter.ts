import type { RoomName } from "../chat_room/entry.ts";
import { type AuthorId, authorOfLog } from "../history/author.ts";
import type { Content } from "../history/content.ts";
import type { SealedPlace } from "../history/sealing.ts";
import type { LogEntry } from "../history/entry.ts";
import type { Viewer } from "../history/people.ts";
import { alikeOf, type Shown } from "../history/shown.ts";
import type { Kept } from "../history/store.ts";

/** The room of what is said to one other. No name that a person can type is the name of this one. */
export const DIRECT_ROOM: RoomName = "@direct" as RoomName;

/** Whether something like that may be written there: of what is for one other, nobody keeps what is not sealed. */
export function mayBeIn(room: RoomName, { type }: Content): boolean {
  return room !== DIRECT_ROOM || type === "sealed";
}

/** Seals for one other, and opens what one of the two has sealed. */
export interface Sealer {
  seal(room: RoomName, to: AuthorId, text: string): Uint8Array | undefined;
  open(place: SealedPlace, sealed: Uint8Array): string | undefined;
}

/** What a sealed entry says, if it is by `self` or for `self`. */
export function openedText({ log, content, room }: LogEntry, self: AuthorId, sealer: Sealer): string | undefined {
  const from = authorOfLog(log);
  if (content.type !== "sealed" || (from !== self && content.to !== self)) return undefined;
  return sealer.open({ room, from, to: content.to }, content.sealed);
}

/** How such an entry is shown to the person at this peer; nothing where it is for others. */
export function shownLetter(entry: Kept, viewer: Viewer, sealer: Sealer): Shown | undefined {
  const author = authorOfLog(entry.log);
  const text = openedText(entry, viewer.self, sealer);
  if (text === undefined || viewer.isIgnored(author)) return undefined;
  const [isOwn, isForeign] = [author === viewer.self, viewer.isTaken(entry.name, author)];
  return { entry, isOwn, text, isEdited: false, isForeign, reactions: [], ...alikeOf(entry, viewer) };
}
