import { Distribution, type Summary } from "../../sim/run/distribution.ts";
import type { Outcome, Verdict } from "../../sim/run/run.ts";
import type { Sight } from "../../sim/sometimes.ts";
import { round, time } from "../../sim/report/text.ts";

/** What many runs come to together. */
type TotalFigures = Readonly<{
  runs: number;
  passed: number;
  failed: number;
  void: number;
  stopped: number;
  detectionMs: Summary;
  falselyDead: number;
  /** After the last fault, until all rooms were alike: of the runs in which somebody talked. */
  roomsAlikeAfterMs: Summary;
  seen: Readonly<Partial<Record<Sight, number>>>;
}>;

/** Sums up runs. */
export class Totals {
  readonly #verdicts: Record<Verdict["type"], number> = { passed: 0, failed: 0, void: 0, stopped: 0 };
  readonly #detection = new Distribution();
  readonly #roomsAlike = new Distribution();
  readonly #seen = new Map<string, number>();
  #falselyDead = 0;
  tookMs = 0;

  add({ verdict, detectionMs, figures, sights, tookMs }: Outcome): void {
    this.#verdicts[verdict.type]++;
    for (const ms of detectionMs) this.#detection.add(ms);
    for (const [sight, count] of Object.entries(sights)) this.#seen.set(sight, (this.#seen.get(sight) ?? 0) + count);
    const { rooms: { said }, roomsAlikeAfterMs } = figures;
    if (said > 0 && roomsAlikeAfterMs !== undefined) this.#roomsAlike.add(roomsAlikeAfterMs);
    this.#falselyDead += figures.falsePositives.failures;
    this.tookMs += tookMs;
  }

  figures(): TotalFigures {
    const { passed, failed, stopped } = this.#verdicts;
    return {
      runs: passed + failed + stopped + this.#verdicts.void,
      ...this.#verdicts,
      detectionMs: this.#detection.summary(),
      falselyDead: this.#falselyDead,
      roomsAlikeAfterMs: this.#roomsAlike.summary(),
      seen: Object.fromEntries(this.#seen),
    };
  }

  lines(): readonly string[] {
    const { runs, passed, failed, void: voided, detectionMs, falselyDead } = this.figures();
    const { count, median, p90, max } = detectionMs;
    const alike = this.#roomsAlike.summary();
    return [
      `${runs} runs, ${time(this.tookMs)} of virtual time: ${passed} passed, ${failed} failed, ${voided} void`,
      count === 0
        ? "nobody was declared dead who was"
        : `deaths were known to each after ${time(median)} (median), ${time(p90)} (p90), ${time(max)} (max)`,
      `${round(falselyDead)} times somebody who lived was declared dead`,
      ...(alike.count === 0 ? [] : [
        `after the last fault, rooms were alike after ${time(alike.median)} (median), ${time(alike.p90)} (p90), ${
          time(alike.max)
        } (max)`,
      ]),
    ];
  }
}
