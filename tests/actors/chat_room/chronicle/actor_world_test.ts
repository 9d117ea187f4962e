import { assertEquals } from "@std/assert";
import type { BroadcasterMessage } from "../../../../actors/broadcaster.ts";
import { actorWorld, type Ring } from "../../../../actors/chat_room/chronicle/actor_world.ts";
import { virtualSystem } from "../../../support/virtual_system.ts";

Deno.test("a chronicle's timer that runs is not put off, and rings once", async () => {
  const { clock, system } = virtualSystem();
  const broadcaster = system.spawn<BroadcasterMessage>("broadcaster", () => () => {});
  const rung: unknown[] = [];
  system.spawn<Ring>("room", (ctx) => {
    const { setTimer, now } = actorWorld(ctx, "room/dev", () => broadcaster);
    setTimer("flush", 100);
    setTimer("flush", 500);
    setTimer("write", 300);
    return ({ timer }) => void rung.push([timer, now()]);
  });
  await clock.advance(1_000);
  assertEquals(rung, [["flush", 100], ["write", 300]]);
});
