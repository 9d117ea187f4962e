import { assertEquals } from "@std/assert";
import { LossEstimate } from "../../../actors/failure_detector/loss_estimate.ts";

Deno.test("the loss is the share of the last 64 probes that were not answered straight", () => {
  const estimate = new LossEstimate();
  assertEquals(estimate.percent, 0);
  for (let i = 0; i < 64; i++) estimate.note(i % 4 === 0);
  assertEquals(estimate.percent, 25);
  for (let i = 0; i < 64; i++) estimate.note(true);
  assertEquals(estimate.percent, 100);
  for (let i = 0; i < 16; i++) estimate.note(false);
  assertEquals(estimate.percent, 75);
});
