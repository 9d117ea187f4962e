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

/** How long lies between two looks at another program. */
const LOOK_MS = 50;

/** Looks again and again until there is something to be found, and returns it; else throws what `missing` says then. */
export async function find<T>(
  look: () => T | undefined | Promise<T | undefined>,
  withinMs: number,
  missing: () => string,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`Not within ${withinMs} ms: ${missing()}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
