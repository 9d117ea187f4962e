/** What one author says to everybody: the payload is opaque to whoever passes it on. */
export type Rumour = Readonly<{
  type: "rumour";
  /** Who is interested, such as `room/lobby`. */
  topic: string;
  author: string;
  /** New with each start of the author; within it, rumours are numbered from 1. */
  epoch: number;
  /** 0 for what is said to one peer only and may come twice. */
  sequence: number;
  /** How long ago it was said, by the author's clock: not 0 where a newcomer is told what it may have missed. */
  ageMs: number;
  payload: Uint8Array;
}>;

/** Longest payload: a message of the longest text, with room for what wraps it. */
export const RUMOUR_PAYLOAD_BYTES_MAX = 16 * 1024;

/** Newcomers are told what was said a few seconds ago: whatever claims to be older than this is nonsense. */
export const RUMOUR_AGE_MS_MAX = 60_000;

const NAME_CHARACTERS_MAX = 256;

/** The rumour in what a stranger sent, or `undefined`. */
export function decodeRumour(value: unknown): Rumour | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { type, topic, author, epoch, sequence, ageMs, payload } = value as Record<string, unknown>;
  if (type !== "rumour" || !isName(topic) || !isName(author) || !isCount(epoch) || !isCount(sequence)) return undefined;
  if (typeof ageMs !== "number" || !(ageMs >= 0 && ageMs <= RUMOUR_AGE_MS_MAX)) return undefined;
  if (!(payload instanceof Uint8Array) || payload.length > RUMOUR_PAYLOAD_BYTES_MAX) return undefined;
  return { type, topic, author, epoch, sequence, ageMs, payload };
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= NAME_CHARACTERS_MAX;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
