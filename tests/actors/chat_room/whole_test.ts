/** When a peer knows all logs that the others have, which its next life goes by. */
import { assertEquals } from "@std/assert";
import type { LogMessage } from "../../../actors/history/log_message.ts";
import type { Span } from "../../../actors/history/store.ts";
import { crafted, simulatedHistory } from "../../support/author.ts";
import { BOB, DEV } from "../../support/entries.ts";
import { LoneRoom } from "../../support/lone_room.ts";

function alone() {
  const history = simulatedHistory("alice");
  return { room: new LoneRoom(history, DEV), isWhole: () => history.store.recall(`whole ${DEV}`) !== undefined };
}

function heads(...spans: readonly Span[]): LogMessage {
  return { type: "heads", spans, wantsAnswer: false };
}

Deno.test("who knows the logs that the others told of is whole a while after, also where there are none", () => {
  const { room, isWhole } = alone();
  room.passes(60_000);
  assertEquals(isWhole(), false, "nobody has told anything");
  room.tells("bob", heads());
  room.passes(9_000);
  assertEquals(isWhole(), false, "others may be slower");
  room.passes(30_000);
  assertEquals(isWhole(), true);
});

Deno.test("who has nothing of a log that another told of is not whole, though nobody hands it out", () => {
  const { room, isWhole } = alone();
  room.tells("bob", heads({ log: BOB, first: 1, last: 3 }));
  room.passes(60_000);
  assertEquals(isWhole(), false);
});

Deno.test("of more logs than are told at once, it is not known whether all are here", () => {
  for (const [count, expected] of [[1_024, true], [1_025, false]] as const) {
    const { room, isWhole } = alone();
    for (let n = 1; n <= count; n++) room.publishes("bob", crafted(`author ${n}`, DEV, {}));
    room.tells("bob", heads());
    room.passes(60_000);
    assertEquals(isWhole(), expected, String(count));
  }
});
