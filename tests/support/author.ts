import type { RoomName } from "../../actors/chat_room/entry.ts";
import type { HistoryDeps } from "../../actors/chat_room.ts";
import type { Content } from "../../actors/history/content.ts";
import { logOf } from "../../actors/history/author.ts";
import { type Body, decodeBody, encodeBody, hashOf } from "../../actors/history/entry.ts";
import { type Batch, decodeLogMessage, encodeLogMessage } from "../../actors/history/log_message.ts";
import { bytesOf, type EntryHash } from "../../actors/history/values.ts";
import { NAMES_MAX, NAMES_PER_AUTHOR_MAX } from "../../actors/history/known_names.ts";
import { MemoryStore } from "../../actors/history/memory_store.ts";
import { type Viewer, viewerOf } from "../../actors/history/people.ts";
import { pageOf, RoomLog } from "../../actors/history/room_log.ts";
import { simulatedSigning } from "../../sim/simulated_signing.ts";

/** A history in memory, and a key that is as cheap as it is worthless. */
export function simulatedHistory(name: string): HistoryDeps & { readonly store: MemoryStore } {
  return { store: new MemoryStore(), signing: simulatedSigning(name) };
}

/** Somebody who looks at a history, and knows of nobody. */
export function viewer(name: string): Viewer {
  return viewerOf(new MemoryStore(), simulatedSigning(name).author);
}

/** Somebody who writes into a room, and what goes over the wire then. */
export class Author {
  readonly log: RoomLog;
  readonly #name: string;

  constructor(name: string, room: RoomName) {
    this.#name = name;
    this.log = new RoomLog({ room, ...simulatedHistory(name) });
  }

  says(text: string, wallMs: number, guest?: string): Uint8Array {
    return this.writes(wallMs, { type: "said", text, ...(guest === undefined ? {} : { guest }) });
  }

  writes(wallMs: number, ...contents: readonly Content[]): Uint8Array {
    return encodeLogMessage(pageOf(this.log.write(contents, { name: this.#name, wallMs }))!);
  }
}

/** What a payload says that was written; nothing where it is about something else. */
export function writtenIn(payload: Uint8Array): readonly Content[] | undefined {
  const message = decodeLogMessage(payload);
  return message?.type === "batch" ? message.bodies.map((body) => decodeBody(body)!.content) : undefined;
}

/** One signed entry as somebody's key can make it without any log behind it: it follows from what nobody has written. */
export function crafted(
  name: string,
  room: RoomName,
  { sequence = 1, ...over }: Partial<Body & { sequence: number }>,
): Batch {
  const signing = simulatedSigning(name);
  const log = logOf(signing.author, 5);
  const bytes = encodeBody({
    previous: sequence === 1 ? undefined : "ab".repeat(32) as EntryHash,
    parents: [],
    time: { ms: 10, count: 0 },
    wallMs: 10,
    name,
    content: { type: "said", text: `${name} ${sequence}` },
    ...over,
  });
  const hash = hashOf(room, { log, sequence }, bytes);
  return { type: "batch", log, first: sequence, bodies: [bytes], signature: signing.sign(bytesOf(hash)) };
}

/** As many batches as it takes to make up as many names as are kept, each author so many as it may have. */
export function* madeUpNames(room: RoomName): Iterable<readonly Batch[]> {
  for (let author = 0; author < NAMES_MAX / NAMES_PER_AUTHOR_MAX; author++) {
    const log = new RoomLog({ room, ...simulatedHistory(`maker ${author}`) });
    yield Array.from({ length: NAMES_PER_AUTHOR_MAX }, (_, number) => {
      const name = `made up ${author} ${number}`;
      return pageOf(log.write([{ type: "said", text: "hi" }], { name, wallMs: 10 }))!;
    });
  }
}
