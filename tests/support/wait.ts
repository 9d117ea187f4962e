import { assert } from "@std/assert";

/** How long lies between two looks at a condition. */
const POLL_MS = 2;

/** Looks at `condition` again and again until it holds; fails when it does not within `withinMs`. */
export async function waitUntil(condition: () => boolean, withinMs: number, what: string): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    assert(performance.now() < deadline, `Not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
