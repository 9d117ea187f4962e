import type { Parsed } from "./setting.ts";

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The longest delay that timers keep: beyond 2^31 - 1 ms (24.8 days) they fire at once. */
export const DURATION_MS_MAX = 2 ** 31 - 1;

/** Milliseconds of `500ms`, `5s`, `1.5m`, `2h`, `1d`. The unit is required, because a bare 5 is read either way. */
export function parseDurationMs(text: string): Parsed<number> {
  const match = /^(\d{1,10}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text);
  if (match === null) return { ok: false, why: "expected a duration with its unit, such as 500ms or 5s" };
  const ms = Math.round(Number(match[1]) * UNIT_MS[match[2]!]!);
  if (ms > DURATION_MS_MAX) return { ok: false, why: "expected at most 24 days" };
  return { ok: true, value: ms };
}
