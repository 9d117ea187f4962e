import { assertEquals } from "@std/assert";
import { parseWhen } from "../../../actors/repl/when.ts";

/** Noon of a day in summer, in whatever zone this is. */
const NOON = new Date(2026, 6, 15, 12, 0).getTime();

const TIMES: Readonly<Record<string, number>> = {
  "30s": NOON - 30_000,
  "10m": NOON - 600_000,
  "2h": NOON - 7_200_000,
  "3d": NOON - 3 * 86_400_000,
  "1w": NOON - 7 * 86_400_000,
  "09:30": new Date(2026, 6, 15, 9, 30).getTime(),
  "9:30": new Date(2026, 6, 15, 9, 30).getTime(),
  "12:00": NOON,
  "12:01": new Date(2026, 6, 14, 12, 1).getTime(),
  "2026-07-01": new Date(2026, 6, 1).getTime(),
  "2026-07-01T23:59": new Date(2026, 6, 1, 23, 59).getTime(),
  "2026-07-01 00:01": new Date(2026, 6, 1, 0, 1).getTime(),
};

for (const [text, at] of Object.entries(TIMES)) {
  Deno.test(`${text} is a time`, () => assertEquals(parseWhen(text, NOON), at));
}

const NONE = ["", "m", "10", "10y", "-1h", "1.5h", "1234567s", "24:00", "9:60", "2026-02-30", "2026-13-01"];
for (const text of [...NONE, "2026-07-01T24:00", "2026-07-01T10:60", "yesterday", "10m ago"]) {
  Deno.test(`"${text}" is no time`, () => assertEquals(parseWhen(text, NOON), undefined));
}
