import { assertEquals } from "@std/assert";
import type { BroadcasterMessage } from "../../../actors/broadcaster.ts";
import { RUMOURS } from "../../../actors/broadcaster.ts";
import type { ChatPingReply } from "../../../actors/chat_room.ts";
import { encodeEntry, type RoomName } from "../../../actors/chat_room/entry.ts";
import { rooms, type RoomsMessage } from "../../../actors/rooms.ts";
import type { ActorRef } from "../../../actors/runtime/ref.ts";
import { simulatedHistory } from "../../support/author.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

const DEV = "dev" as RoomName;
const PRESENT = encodeEntry({ type: "present", wallMs: 0 });

Deno.test("of people in a room who do not answer, at most so many are asked at once, and they give way in time", async () => {
  const { clock, system } = virtualSystem();
  const broadcaster = system.spawn<BroadcasterMessage>("broadcaster", () => () => {});
  const deps = {
    self: "alice",
    history: simulatedHistory("alice"),
    memory: new Map(),
    hosted: new Map(),
    broadcaster: () => broadcaster,
  };
  const keeper = system.spawn<RoomsMessage>("rooms", rooms(deps));
  const answers: string[] = [];
  const asker = system.spawn<ChatPingReply | Readonly<{ type: "not_in" }>>(
    "asker",
    () => ({ type }) => void answers.push(type),
  );
  const ignored = asker as unknown as ActorRef<"joined" | "was_in" | "full">;
  keeper.tell({ type: "join", room: DEV, replyTo: ignored });
  await clock.advance(10);
  const say = (author: string): void =>
    system.events.publish(RUMOURS, { topic: "room/dev", author, ageMs: 0, direct: true, payload: PRESENT });
  for (let at = 0; at < 66; at++) say(`silent-${at}`);
  await clock.advance(10);
  answers.length = 0;
  const ping = (at: number): void => keeper.tell({ type: "ping", room: DEV, name: `silent-${at}`, replyTo: asker });
  for (let at = 0; at < 65; at++) ping(at);
  await clock.advance(10);
  assertEquals(answers, ["too_many"]);
  ping(0); // who is asked already may be asked again
  say("silent-0");
  await clock.advance(10);
  assertEquals(answers, ["too_many", "answered"]);
  ping(0);
  await clock.advance(6_000);
  ping(65);
  await clock.advance(10);
  say("silent-65");
  await clock.advance(10);
  assertEquals(answers.slice(2), ["answered"]);
});
