import type { Profile } from "../pool/profile.ts";

/**
 * A running suspicion: dead unless refuted in time, and the time shrinks with everybody who agrees (Lifeguard,
 * LHA-Suspicion; `suspicion.go`).
 */
export type Suspicion = Readonly<{
  /** Names this suspicion in its timer, so that one from an earlier suspicion is about nothing. */
  token: number;
  startedAt: number;
  /** Independent confirmations after which the shortest time applies. */
  k: number;
  minMs: number;
  maxMs: number;
  /** Confirmations counted so far, without the first accuser. */
  confirmations: number;
  /** Whoever accused, in order, the first one included. */
  heard: ReadonlySet<string>;
}>;

/** How many confirmations are wanted and how long a suspicion may last. */
type SuspicionBounds = Readonly<{ k: number; minMs: number; maxMs: number }>;

/**
 * The bounds for a table of `members` entries, in ms (`suspicionTimeout` in `util.go`). With too few others to ask,
 * nobody can confirm, so k is 0 and the shortest time applies at once. The logarithm is cut to thousandths, as there.
 */
export function suspicionBounds(members: number, profile: Profile): SuspicionBounds {
  const wanted = profile.suspicionMult - 2;
  const k = members - 2 < wanted ? 0 : wanted;
  const scale = Math.max(1, Math.log10(Math.max(1, members)));
  const minMs = profile.suspicionMult * Math.trunc(scale * 1000) * profile.probeIntervalMs / 1000;
  return { k, minMs, maxMs: profile.suspicionMaxTimeoutMult * minMs };
}

/**
 * What is left of a suspicion, in ms, maybe below 0: from `maxMs` with no confirmation down to `minMs` with `k`, on a
 * logarithm, so that the first ones count most (`remainingSuspicionTime`). `k` is at least 1.
 */
export function remainingMs(confirmations: number, elapsedMs: number, { k, minMs, maxMs }: SuspicionBounds): number {
  const fraction = Math.log(confirmations + 1) / Math.log(k + 1);
  const totalSeconds = maxMs / 1000 - fraction * (maxMs / 1000 - minMs / 1000);
  return Math.max(minMs, Math.floor(1000 * totalSeconds)) - elapsedMs;
}

/** A new suspicion in a table of `members` entries. Its first accuser is known but confirms nothing. */
export function startSuspicion(
  token: number,
  from: string,
  members: number,
  now: number,
  profile: Profile,
): Suspicion {
  const bounds = suspicionBounds(members, profile);
  return { token, startedAt: now, ...bounds, confirmations: 0, heard: new Set([from]) };
}

/** The suspicion after `from` joined the accusers; `undefined` if that changes nothing: enough agree, or it had. */
export function confirm(suspicion: Suspicion, from: string): Suspicion | undefined {
  if (suspicion.confirmations >= suspicion.k || suspicion.heard.has(from)) return undefined;
  const heard = new Set(suspicion.heard).add(from);
  return { ...suspicion, heard, confirmations: suspicion.confirmations + 1 };
}

/** From its start to its expiry as things stand, in ms. */
export function totalMs(suspicion: Suspicion): number {
  return suspicion.k < 1 ? suspicion.minMs : remainingMs(suspicion.confirmations, 0, suspicion);
}

/** From `now` to its expiry, in ms; 0 when it is due. */
export function expiresAfterMs(suspicion: Suspicion, now: number): number {
  return Math.max(0, totalMs(suspicion) - (now - suspicion.startedAt));
}
