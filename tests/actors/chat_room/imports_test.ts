/** What comes into a room from a file. */
import { assertEquals } from "@std/assert";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import { type Batch, decodeLogMessage } from "../../../actors/history/log_message.ts";
import { Author, simulatedHistory } from "../../support/author.ts";
import { LoneRoom } from "../../support/lone_room.ts";

const DEV = "dev" as RoomName;

Deno.test("what is imported into an open room is kept and told to others, and nobody is shown it", () => {
  const history = simulatedHistory("alice");
  const room = new LoneRoom(history, DEV);
  const batch = decodeLogMessage(new Author("bob", DEV).says("long ago", 1)) as Batch;
  assertEquals(room.chronicle.imports(batch), { ok: true, news: 1 });
  assertEquals(room.chronicle.imports(batch), { ok: true, news: 0 });
  assertEquals([room.texts, history.store.counters()["entries"], room.counters["entries taken"]], [[], 1, 1]);
  room.sent.length = 0;
  room.passes(460);
  const told = room.sent.flatMap(({ message }) => message.type === "heads" ? message.spans : []);
  assertEquals(told.find(({ log }) => log === batch.log), { log: batch.log, first: 1, last: 1 });
});

Deno.test("what nobody has signed is refused from a file as from anybody", () => {
  const room = new LoneRoom(simulatedHistory("alice"), DEV);
  const batch = decodeLogMessage(new Author("bob", DEV).says("a lie", 1)) as Batch;
  assertEquals(room.chronicle.imports({ ...batch, signature: undefined }), { ok: false, why: "forged" });
  assertEquals(room.counters["batches refused"], 1);
});
