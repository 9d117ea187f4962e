/** A span of time for people: `0.4 ms`, `12 ms`. */
export function inMs(ms: number): string {
  return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
}
