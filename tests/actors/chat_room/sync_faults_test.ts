/** What strangers may do to the exchange of histories. */
import { assert, assertEquals } from "@std/assert";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import type { LogId } from "../../../actors/history/author.ts";
import { SEQUENCE_MAX } from "../../../actors/history/entry.ts";
import { type Batch, decodeLogMessage } from "../../../actors/history/log_message.ts";
import { Author, simulatedHistory } from "../../support/author.ts";
import { logId } from "../../support/entries.ts";
import { LoneRoom } from "../../support/lone_room.ts";

const DEV = "dev" as RoomName;

/** The batch that an author's words go out in. */
function batchOf(author: Author, ...texts: string[]): Batch {
  const payload = author.writes(1, ...texts.map((text) => ({ type: "said", text }) as const));
  return decodeLogMessage(payload) as Batch;
}

/** alice, who has said 600 things of half a KiB. */
function wordy(): { room: LoneRoom; log: LogId } {
  const room = new LoneRoom(simulatedHistory("alice"), DEV);
  for (let n = 1; n <= 600; n++) {
    room.chronicle.write({ type: "said", text: `${n} `.padEnd(512, "x") });
    room.passes(5);
  }
  return { room, log: room.chronicle.evidence(1)[0]!.entry.log };
}

const bytesIn = (room: LoneRoom, to: string): number =>
  room.sent.reduce((sum, sent) => sum + (sent.to === to && sent.message.type === "batch" ? sent.bytes : 0), 0);

Deno.test("faults row 29: who wants 10⁹ entries, or all there could be, gets a few pages of the newest and no more", () => {
  const { room, log } = wordy();
  for (const last of [1_000_000_000, SEQUENCE_MAX]) {
    room.sent.length = 0;
    room.tells("mallory", { type: "want", span: { log, first: 1, last } });
    const batches = room.sent.flatMap(({ message }) => message.type === "batch" ? [message] : []);
    assertEquals(batches.length, 8);
    assertEquals(batches[0]!.first + batches[0]!.bodies.length - 1, 600, "the newest first");
    assert(bytesIn(room, "mallory") < 8 * 13 * 1024, `${bytesIn(room, "mallory")}`);
    assertEquals(room.sent.at(-1)!.message.type, "lacking", "and what that was all for now");
  }
});

Deno.test("faults row 29: who wants what does not exist is told so, and it costs what little it costs", () => {
  const { room, log } = wordy();
  room.tells("mallory", { type: "want", span: { log, first: 601, last: 1_000_000_000 } });
  room.tells("mallory", { type: "want", span: { log: logId("f"), first: 1, last: 9 } });
  assertEquals(room.sent.filter(({ to }) => to === "mallory").map(({ message }) => message.type), [
    "lacking",
    "lacking",
  ]);
});

Deno.test("faults row 29: who wants the same in a loop gets 8 MiB a second, and nobody else waits for it", () => {
  const { room, log } = wordy();
  room.sent.length = 0;
  const seconds = 5;
  for (let n = 0; n < 1_000 * seconds; n++) {
    for (const first of [1, 2, 3]) room.tells("mallory", { type: "want", span: { log, first, last: 600 } });
    room.passes(1);
  }
  const sent = bytesIn(room, "mallory") / (1024 * 1024);
  assert(sent > 8 && sent < 8 * seconds + 8, `${sent} MiB`);
  assert(room.counters["wishes given up"] > 1_000 && room.counters["wishes that waited"] > 10);
  room.tells("bob", { type: "want", span: { log, first: 599, last: 600 } });
  assert(bytesIn(room, "bob") > 1_000, "bob is served at once");
  const before = room.sent.length;
  room.passes(1_000);
  const late = room.sent.slice(before).filter(({ message }) => message.type === "lacking").length;
  assert(late > 0 && late <= 9, `what waited was served, and it was not much: ${late}`);
});

Deno.test("faults row 29: who wants small things in a loop, or to be told all heads, or a branch, pays for each", () => {
  const { room, log } = wordy();
  for (let n = 0; n < 20_000; n++) {
    room.tells("mallory", { type: "want", span: { log, first: 600, last: 600 } });
    room.tells("oscar", { type: "heads", spans: [], wantsAnswer: true });
    room.tells("eve", { type: "want_branch", end: { log, sequence: 1, hash: "0".repeat(64) as never } });
  }
  for (const name of ["mallory", "oscar"]) {
    const count = room.sent.filter(({ to }) => to === name).length;
    assert(count > 100 && count < 1_000, `${count} answers for ${name}`);
  }
  const served = room.counters["wishes served"];
  assert(served > 2 * 256 && served <= 3 * 256, `${served}: each has an allowance of its own`);
  assert(room.counters["wishes given up"] > 50_000);
});

Deno.test("faults row 29: who waited and is gone is not served, and makes room", () => {
  const { room, log } = wordy();
  for (let n = 0; n < 1_000; n++) room.tells("mallory", { type: "want", span: { log, first: 1 + n % 300, last: 600 } });
  room.chronicle.gone("mallory");
  const before = bytesIn(room, "mallory");
  room.passes(10_000);
  assertEquals(bytesIn(room, "mallory"), before);
});

Deno.test("faults row 29: who comes back to a log of which its author holds no beginning asks for that once", () => {
  const author = new Author("bob", DEV);
  for (let n = 1; n <= 100; n++) author.says(`${n}`, 1);
  const room = new LoneRoom(simulatedHistory("alice"), DEV, ["bob"]);
  for (let n = 101; n <= 200; n++) {
    room.publishes("bob", batchOf(author, `${n}`));
    for (const { to, message } of room.sent.splice(0)) {
      if (to === "bob" && message.type === "want") room.tells("bob", { type: "lacking", span: message.span });
    }
    room.passes(1_000);
  }
  assertEquals([room.counters["entries taken"], room.counters["repair wishes"]], [100, 1]);
  room.tells("bob", {
    type: "heads",
    spans: [{ log: batchOf(author, "x").log, first: 1, last: 100 }],
    wantsAnswer: false,
  });
  assertEquals(room.counters["repair wishes"], 2, "what it says that it has is believed again");
});

Deno.test("faults row 30: a batch that nobody asked for is not looked at", () => {
  const author = new Author("bob", DEV);
  const room = new LoneRoom(simulatedHistory("alice"), DEV, ["bob", "charly"]);
  const batch = batchOf(author, "one", "two");
  room.tells("charly", batch);
  assertEquals([room.counters["batches not asked for"], room.counters["entries taken"]], [1, 0]);
  room.tells("bob", { type: "heads", spans: [{ log: batch.log, first: 1, last: 2 }], wantsAnswer: false });
  assertEquals(room.sent.at(-1)?.message.type, "want");
  room.tells("charly", batch);
  assertEquals(room.counters["batches not asked for"], 2, "bob was asked, and not charly");
  room.tells("bob", batchOf(new Author("dora", DEV), "hello"));
  assertEquals(room.counters["batches not asked for"], 3, "bob was asked for another log");
  room.tells("bob", batch);
  assertEquals(room.counters["entries taken"], 2);
});

Deno.test("faults row 30: who was not asked cannot say that there is nothing more", () => {
  const author = new Author("bob", DEV);
  const room = new LoneRoom(simulatedHistory("alice"), DEV, ["bob", "charly"]);
  const batch = batchOf(author, "one", "two");
  const span = { log: batch.log, first: 1, last: 2 };
  room.tells("bob", { type: "heads", spans: [span], wantsAnswer: false });
  room.tells("charly", { type: "lacking", span });
  assertEquals(room.counters["repair offers given up"], 0);
  room.tells("bob", batch);
  assertEquals(room.counters["entries taken"], 2);
});
