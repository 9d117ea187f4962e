/**
 * What the Lifeguard paper found, per variant (Dadgar, Phillips, Currey: arXiv 1707.00788, version 2 of 2018): sums over
 * 1 to 32 slow members and all their times, with suspicions of at least 5 log10(n) periods and at most six times that.
 * The two tables of section V, "false positives" and "messages and bytes sent", each as a percentage of SWIM's.
 */
export type PaperRow = Readonly<{
  falsePositives: number;
  falsePositivesPercent: number;
  atHealthy: number;
  atHealthyPercent: number;
  messagesPercent: number;
  bytesPercent: number;
}>;

export const PAPER: Readonly<Partial<Record<string, PaperRow>>> = {
  "SWIM": row(339_002, 100, 1_326, 100, 100, 100),
  "LHA-Probe": row(229_574, 67.72, 436, 32.88, 98.46, 90.03),
  "LHA-Suspicion": row(10_174, 3, 89, 6.71, 111.31, 106.52),
  "Buddy System": row(318_935, 94.08, 591, 44.57, 100.07, 99.01),
  "Lifeguard": row(5_193, 1.53, 25, 1.89, 110.59, 97.97),
};

function row(
  falsePositives: number,
  falsePositivesPercent: number,
  atHealthy: number,
  atHealthyPercent: number,
  messagesPercent: number,
  bytesPercent: number,
): PaperRow {
  return { falsePositives, falsePositivesPercent, atHealthy, atHealthyPercent, messagesPercent, bytesPercent };
}
