import { assertEquals } from "@std/assert";
import type { ChronicleTimer } from "../../../../actors/chat_room/chronicle/world.ts";
import { DEV } from "../../../support/entries.ts";
import { loneChronicle } from "../../../support/lone_chronicle.ts";

function writing() {
  const later: ChronicleTimer[] = [];
  const told: string[] = [];
  const { chronicle, shown, published } = loneChronicle("alice", DEV, ["bob"], (timer) => later.push(timer));
  const say = (text: string) => chronicle.write({ type: "said", text }, () => told.push(text));
  return { chronicle, say, later, told, shown, published };
}

Deno.test("others are told first of what is written, then who wrote it, then the screen", () => {
  const { chronicle, say, later, told, shown, published } = writing();
  say("one");
  assertEquals([published(), later, told, shown], [1, ["written"], [], []]);
  say("two");
  assertEquals([published(), later, told, shown], [2, ["written"], [], []]);
  chronicle.ring("written");
  assertEquals([told, shown], [["one", "two"], ["one", "two"]]);
  chronicle.ring("written");
  say("three");
  assertEquals([later, shown], [["written", "written"], ["one", "two"]]);
});

Deno.test("whatever happens to a room before that happens after what was written in it", () => {
  const { chronicle, say, told, shown } = writing();
  const happenings = [
    () => chronicle.heard("bob", { type: "heads", spans: [], wantsAnswer: false }, true, false),
    () => chronicle.gone("bob"),
    () => chronicle.ring("compare"),
    () => chronicle.writeNow(),
    () => chronicle.close(),
  ];
  for (const [index, happen] of happenings.entries()) {
    say(`${index}`);
    assertEquals(shown.length, index);
    happen();
    assertEquals([told, shown], [[...Array(index + 1).keys()].map(String), [...Array(index + 1).keys()].map(String)]);
  }
});
