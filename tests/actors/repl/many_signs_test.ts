import { assertEquals } from "@std/assert";
import type { EntryHash } from "../../../actors/history/values.ts";
import { RoomLog } from "../../../actors/history/room_log.ts";
import { SIGNS_LOOKED_AT_MAX } from "../../../actors/history/shown.ts";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import { simulatedSigning } from "../../../sim/simulated_signing.ts";
import { World } from "../../../sim/world.ts";
import { Seat } from "../../support/seat.ts";

Deno.test("of more signs than fit behind a line, the first are shown and the others counted", async () => {
  const world = new World({ seed: "signs" });
  const alice = new Seat(world, "alice");
  await world.clock.until(() => alice.peer.memory.rooms.size > 0, 10_000, "she is in");
  await alice.enter("hello");
  await alice.enter("/history");
  for (let at = 1; at <= 10; at++) await alice.enter(`/react 1 s${at}`);
  const line = (await alice.enter("/history")).find((line) => line.includes("alice: hello"));
  const shown = Array.from({ length: 8 }, (_, at) => ` [s${at + 1} alice]`).join("");
  assertEquals(line?.slice(line.indexOf("hello")), `hello${shown} and 2 more`);
});

Deno.test("more signs than are looked at are said to be there, to programs too", async () => {
  const world = new World({ seed: "more signs" });
  const alice = new Seat(world, "alice", { json: true });
  await world.clock.until(() => alice.peer.memory.rooms.size > 0, 10_000, "she is in");
  await alice.enter("hello");
  const room = "lobby" as RoomName;
  const { history: store } = alice.peer;
  const { hash: target } = store.before(room, undefined, 1)[0]! as Readonly<{ hash: EntryHash }>;
  const give = (sign: string) =>
    new RoomLog({ room, store, signing: simulatedSigning(`bob ${sign}`) })
      .write([{ type: "reacted", target, sign }], { name: "bob", wallMs: 9 });
  const history = async () => {
    const lines = (await alice.enter("/history")).map((line) => JSON.parse(line) as Record<string, unknown>);
    const { data, text } = lines.find(({ type }) => type === "output")!;
    return { text, entry: (data as { entries: Record<string, unknown>[] }).entries[0]! };
  };
  for (let at = 0; at < SIGNS_LOOKED_AT_MAX; at++) give("x".repeat(at % 60) + at);
  const { text, entry } = await history();
  assertEquals([entry["moreReactions"], `${text}`.endsWith(" and 504 more")], [undefined, true]);
  give("last");
  const more = await history();
  assertEquals([more.entry["moreReactions"], `${more.text}`.endsWith(" and 504 more and more signs")], [true, true]);
});
