import { assertEquals, assertStringIncludes } from "@std/assert";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import { type Batch, decodeLogMessage } from "../../../actors/history/log_message.ts";
import type { Admitted } from "../../../actors/history/room_log.ts";
import type { ActorRef } from "../../../actors/runtime/ref.ts";
import { World } from "../../../sim/world.ts";
import { Author } from "../../support/author.ts";
import { Seat } from "../../support/seat.ts";

const LOBBY = "lobby" as RoomName;
const MARK = " (not bob, only looks like it)";

/** Somebody in a room whose history has words of bob, and of who only looks like him. */
async function alone(json: boolean): Promise<Seat> {
  const world = new World({ seed: "alike" });
  const alice = new Seat(world, "alice", { json });
  await world.clock.until(() => alice.peer.memory.rooms.size > 0, 10_000, "she is in");
  const batches = ["bob", "bоb"].map((name) => decodeLogMessage(new Author(name, LOBBY).says("hello", 5)) as Batch);
  const admit = (replyTo: ActorRef<readonly Admitted[]>) => ({ type: "admit", room: LOBBY, batches, replyTo }) as const;
  void alice.peer.cast.get("rooms").ask(admit, 1_000);
  await world.clock.advance(2_000); // what is known of names is kept
  alice.look();
  return alice;
}

for (const command of ["/history", "/search hello"]) {
  Deno.test(`${command} marks authors that are no members and only look like one who is known, to programs too`, async () => {
    const lines = (await (await alone(false)).enter(command)).map((line) => line.replace(/[\u2066-\u2069]/g, "")) // what keeps names apart
      .filter((line) => line.includes("hello"));
    const [looking, real] = [lines.find((line) => line.includes("bоb")), lines.find((line) => !line.includes("bоb"))];
    assertStringIncludes(looking ?? "", `bоb${MARK}: hello`);
    assertStringIncludes(real ?? "", "bob: hello");
    const records = (await (await alone(true)).enter(command)).map((line) => JSON.parse(line));
    const { data } = records.find(({ type }) => type === "output");
    const marks = data.entries.map((entry: Record<string, unknown>) => [entry["author"], entry["alike"]]);
    assertEquals(new Map(marks), new Map([["bob", undefined], ["bоb", "bob"]]));
  });
}
