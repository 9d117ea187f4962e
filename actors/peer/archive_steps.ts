import type { ArchiveMessage, Page } from "../archive.ts";
import type { RoomName } from "../chat_room/entry.ts";
import { Importer, type ImportResult } from "../history/importer.ts";
import { entriesIn } from "../history/ndjson.ts";
import type { OrderKey } from "../history/order.ts";
import type { Admitted } from "../history/room_log.ts";
import type { Shown } from "../history/shown.ts";
import type { Search } from "../history/store.ts";
import type { Unread } from "../history/unread.ts";
import type { ActorRef } from "../runtime/ref.ts";
import type { Cast } from "./cast.ts";

/** Longest wait for an answer of our own actors. */
const ASK_TIMEOUT_MS = 10_000;

type ArchiveStepsDeps = Readonly<{ cast: Cast; wallMs(): number }>;

/** What a person does with everything that was ever said, whatever rooms we are in now. */
export class ArchiveSteps {
  readonly #deps: ArchiveStepsDeps;

  constructor(deps: ArchiveStepsDeps) {
    this.#deps = deps;
  }

  /** The wall clock's time, which is what people name times by. */
  get wallMs(): number {
    return this.#deps.wallMs();
  }

  /** The newest first. */
  search(search: Search): Promise<readonly Shown[]> {
    return this.#ask((replyTo: ActorRef<readonly Shown[]>) => ({ type: "search", search, replyTo }));
  }

  /** What was unread when the process ended last, or was told so. */
  unread(): Promise<Unread> {
    return this.#ask((replyTo: ActorRef<Unread>) => ({ type: "unread", replyTo }));
  }

  keepUnread(unread: Unread): void {
    this.#deps.cast.get("archive").tell({ type: "keep_unread", unread });
  }

  /** Writes what is kept, of one room or of all, the latest first; how many entries that were. */
  async export(room: RoomName | undefined, write: (lines: readonly string[]) => Promise<void>): Promise<number> {
    const rooms = room === undefined
      ? await this.#ask((replyTo: ActorRef<readonly RoomName[]>) => ({ type: "rooms", replyTo }))
      : [room];
    let count = 0;
    for (const room of rooms) {
      for (let place: OrderKey | undefined, isFirst = true; isFirst || place !== undefined; isFirst = false) {
        const { lines, next } = await this.#ask((replyTo: ActorRef<Page>) => ({ type: "page", room, place, replyTo }));
        await write(lines);
        count += lines.length;
        place = next;
      }
    }
    return count;
  }

  /** Takes what was exported, a few lines at a time, each as if a stranger had said it. */
  async import(slices: AsyncIterable<readonly string[]>): Promise<ImportResult> {
    const importer = new Importer((room, batches) =>
      this.#deps.cast.get("rooms").ask(
        (replyTo: ActorRef<readonly Admitted[]>) => ({ type: "admit", room, batches, replyTo }),
        ASK_TIMEOUT_MS,
      )
    );
    let before = 0;
    for await (const lines of slices) {
      await importer.take(entriesIn(lines, before));
      before += lines.length;
    }
    return await importer.end();
  }

  #ask<A>(build: (replyTo: ActorRef<A>) => ArchiveMessage): Promise<A> {
    return this.#deps.cast.get("archive").ask(build, ASK_TIMEOUT_MS);
  }
}
