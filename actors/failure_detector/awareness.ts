/**
 * The local health score of Lifeguard (LHM): 0 is well, and the worse we hear, the more time we give others before we
 * blame them (`awareness.go`).
 */

/** The score after `delta`, kept within 0 and `multiplierMax` − 1. */
export function adjust(score: number, delta: number, multiplierMax: number): number {
  return Math.min(Math.max(score + delta, 0), multiplierMax - 1);
}

/** An interval as a node of this health takes it, in ms. Only the probe interval is stretched, nothing else. */
export function scaledMs(ms: number, score: number): number {
  return ms * (score + 1);
}
