import { assertEquals } from "@std/assert";
import { pausedMs } from "../../../actors/failure_detector/pause.ts";

Deno.test("a timer that is late by up to an interval shows nothing, one that is later a pause", () => {
  assertEquals([900, 1_000, 1_001, 2_000].map((now) => pausedMs(1_000, now, 1_000)), [0, 0, 0, 0]);
  assertEquals([2_001, 61_000].map((now) => pausedMs(1_000, now, 1_000)), [1_001, 60_000]);
});
