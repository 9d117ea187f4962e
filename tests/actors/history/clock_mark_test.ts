import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  CLOCK_OFF_MAX_MS as MAX,
  clockMarkOf,
  SAID_BEFORE_MAX_MS,
  shownIso,
} from "../../../actors/history/clock_mark.ts";
import { HYBRID_MS_MAX } from "../../../actors/history/hybrid_time.ts";

const NOW = Date.UTC(2026, 10, 21);
const HOUR_MS = 3_600_000;

/** The mark of an entry whose author's clock was off by so much, and who had seen a time so far from ours. */
function mark(wallOffMs: number, orderOffMs: number, isLive: boolean): string {
  const order = { ms: NOW + orderOffMs, count: 0 };
  return clockMarkOf({ wallMs: NOW + wallOffMs, order, receivedWallMs: NOW }, isLive) ?? "";
}

Deno.test("what is said just now is marked where its author's clock is more than two minutes from ours", () => {
  const marks = [HOUR_MS, MAX + 1, MAX, 0, -MAX, -MAX - 1, -HOUR_MS].map((off) => mark(off, Math.max(0, off), true));
  assertEquals(marks, ["ahead", "ahead", "", "", "", "behind", "behind"]);
});

Deno.test("what is fetched may be old; it is marked where it is ahead of us, or behind what its author had seen", () => {
  assertEquals(mark(-30 * 24 * HOUR_MS, -30 * 24 * HOUR_MS, false), "");
  assertEquals(mark(HOUR_MS, HOUR_MS, false), "ahead");
  assertEquals(mark(-HOUR_MS, 0, false), "behind");
  assertEquals([mark(-HOUR_MS, MAX - HOUR_MS, false), mark(-HOUR_MS, MAX + 1 - HOUR_MS, false)], ["", "behind"]);
});

Deno.test("who answers somebody whose clock is ahead is not marked for it", () => {
  assertEquals([mark(0, HOUR_MS, true), mark(0, HOUR_MS, false)], ["", ""]);
  assertEquals([mark(-90_000, 60_000, true), mark(-90_000, 60_000, false)], ["", "behind"], "as we have heard it said");
});

Deno.test("nobody has said anything in 1970, whatever it follows from", () => {
  assertEquals(mark(-NOW, -NOW, false), "behind");
  assertEquals([mark(-SAID_BEFORE_MAX_MS, -SAID_BEFORE_MAX_MS, false), mark(-NOW, -NOW, true)], ["", "behind"]);
});

Deno.test("a stranger's time is shown as one from 1970 to 9999", () => {
  assertEquals([-1, 0, HYBRID_MS_MAX].map(shownIso), [
    "1970-01-01T00:00:00.000Z",
    "1970-01-01T00:00:00.000Z",
    "9999-12-31T23:59:59.999Z",
  ]);
});

Deno.test("a time is shown to programs as a Date shows it", () => {
  const anyMs = fc.integer({ min: 0, max: Date.UTC(10_000, 0) - 1 });
  const offMs = fc.integer({ min: 0, max: 65_000 });
  fc.assert(fc.property(anyMs, fc.array(offMs), (ms, offs) => {
    for (const off of [0, ...offs]) {
      const shown = Math.min(ms + off, Date.UTC(10_000, 0) - 1);
      assertEquals(shownIso(shown), new Date(shown).toISOString());
    }
  }));
  for (const off of [9, 10, 99, 100, 999, 1_000, 9_999, 10_000, 59_999, 60_000]) {
    assertEquals(shownIso(NOW + off), new Date(NOW + off).toISOString());
  }
  assertEquals(shownIso(NOW + 0.9), new Date(NOW + 0.9).toISOString(), "whole milliseconds");
});
