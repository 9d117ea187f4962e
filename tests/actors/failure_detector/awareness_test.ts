import { assertEquals } from "@std/assert";
import { adjust, scaledMs } from "../../../actors/failure_detector/awareness.ts";
import vectors from "../../data/memberlist.json" with { type: "json" };

Deno.test("adjust() and scaledMs() follow memberlist's health step by step", () => {
  const vector = vectors.vectors.find(({ name }) => name === "formula-awareness") as unknown as {
    cases: { delta: number; score: number; probe_interval_ms: number }[];
  };
  let score = 0;
  for (const row of vector.cases) {
    score = adjust(score, row.delta, 8);
    assertEquals(score, row.score);
    assertEquals(scaledMs(1000, score), row.probe_interval_ms);
  }
});
