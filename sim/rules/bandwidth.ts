import type { Address } from "../../transport/address.ts";
import type { Rule } from "../rule.ts";

/** A datagram that would wait longer than this is dropped: the buffer before the line is full. */
const QUEUE_MS_MAX = 1_000;

/** Of IP and UDP or TCP, in each packet. */
const HEADER_BYTES = 28;

/**
 * What each of these sends leaves one after the other, at so many bytes a second. Datagrams that find the buffer full
 * are dropped; what belongs to a stream waits, since its sender would send it again.
 */
export function bandwidth(senders: readonly Address[], bytesPerSecond: number, now: () => number): Rule {
  if (!(bytesPerSecond > 0)) throw new RangeError(`Not a bandwidth: ${bytesPerSecond} bytes per second`);
  const freeAt = new Map(senders.map((sender) => [sender, 0]));
  return ({ kind, from, bytes }) => {
    const free = freeAt.get(from);
    if (free === undefined || kind === "ack") return "pass";
    const waitMs = Math.max(0, free - now());
    if (kind === "packet" && waitMs > QUEUE_MS_MAX) return DROP;
    const tookMs = 1_000 * (bytes.length + HEADER_BYTES) / bytesPerSecond;
    freeAt.set(from, now() + waitMs + tookMs);
    return { type: "later", byMs: waitMs + tookMs };
  };
}

const DROP = { type: "drop" } as const;
