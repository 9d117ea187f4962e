/** Keeps one core busy until stdin ends, so that nobody who started it can leave it behind. */

/** Then it looks whether it is still wanted. */
const SLICE_MS = 50;

let isWanted = true;
Deno.stdin.readable.pipeTo(new WritableStream()).finally(() => isWanted = false);

while (isWanted) {
  const until = performance.now() + SLICE_MS;
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 0));
}
