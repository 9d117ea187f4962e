/**
 * How long our process stood still, in ms, as far as a timer tells that was due at `dueAt` and comes `now`; 0 for one
 * that is late by no more than a probe interval, as any may be. A process that was stopped, or whose machine slept, finds
 * all its timers run out when it wakes, and what others answered meanwhile still unread. memberlist declares its suspects
 * dead then; nothing that was not heard in such a time may count against anybody.
 */
export function pausedMs(dueAt: number, now: number, probeIntervalMs: number): number {
  const lateMs = now - dueAt;
  return lateMs > probeIntervalMs ? lateMs : 0;
}
