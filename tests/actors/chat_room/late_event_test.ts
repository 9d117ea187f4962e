/** What is shown of an entry that comes when what became of it was told already. */
import { assertEquals } from "@std/assert";
import { eventOf } from "../../../actors/chat_room/chat_event.ts";
import type { Content } from "../../../actors/history/content.ts";
import { MemoryStore } from "../../../actors/history/memory_store.ts";
import type { Kept } from "../../../actors/history/store.ts";
import { BOB, DEV, entryOf } from "../../support/entries.ts";

const said = entryOf(1, { text: "one by mistake" });

/** What is shown of `entry`, beside which there is that, written by its author. */
function shown(entry: Kept, late: boolean, ...later: readonly Content[]) {
  const store = new MemoryStore();
  store.put([entry, ...later.map((content, at) => entryOf(at + 2, { content }))]);
  const event = eventOf(entry, { own: false, late, foreign: false, ownNames: ["zoe"], store });
  return event === undefined || !("text" in event) ? event : [event.type, event.text, event.late, event.mention];
}

const edited: Content = { type: "edited", target: said.hash, text: "one, zoe" };
const redacted: Content = { type: "redacted", target: said.hash };

Deno.test("what comes late is shown as it reads now, and not at all where it was taken back", () => {
  assertEquals(shown(said, true), ["said", "one by mistake", true, undefined]);
  assertEquals(shown(said, true, edited), ["said", "one, zoe", true, true]);
  assertEquals(shown(said, true, edited, redacted), undefined);
});

Deno.test("what comes in its turn is shown as it was said: what became of it is told after it", () => {
  assertEquals(shown(said, false, redacted), ["said", "one by mistake", undefined, undefined]);
});

Deno.test("a correction that comes late is told as what it is", () => {
  const store = new MemoryStore();
  const correction = entryOf(2, { content: edited });
  const others = entryOf(1, { log: BOB, room: DEV, content: redacted, ms: 3 });
  store.put([said, correction, others]);
  const event = eventOf(correction, { own: false, late: true, foreign: false, ownNames: [], store });
  assertEquals(event?.type === "edited" && event.text, "one, zoe");
});
