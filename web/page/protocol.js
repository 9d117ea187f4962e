// @ts-check
/** What the page and its peer say to each other: objects in JSON, one in each text frame of a WebSocket. */

/**
 * @typedef {Readonly<{ type: "here", names: readonly string[] }>
 *   | Readonly<{ type: "refused", why: string }>
 *   | Readonly<{ type: "said", name: string, text: string }>
 *   | Readonly<{ type: "came" | "went", name: string }>} FromPeer
 * `here` says that we are in the room, and who else is.
 */

const TYPES = ["here", "refused", "said", "came", "went"];

/**
 * What came, or `undefined` when it is nothing that this page knows: a peer may be newer than it.
 * @param {unknown} data
 * @returns {FromPeer | undefined}
 */
export function parse(data) {
  if (typeof data !== "string") return undefined;
  try {
    const value = JSON.parse(data);
    return TYPES.includes(value?.type) ? value : undefined;
  } catch {
    return undefined;
  }
}

const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 15_000;

/**
 * How long to wait before the attempt of that number, from 1 on: twice as long each time, up to a quarter of a minute,
 * and not all pages at once.
 * @param {number} attempt
 * @param {number} dice from 0 to below 1
 */
export function retryDelayMs(attempt, dice) {
  return Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** (attempt - 1)) * (0.5 + dice / 2);
}
