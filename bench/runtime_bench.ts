/** A thousand messages to an actor, beside a thousand bare microtasks: what an actor costs above the event loop. */
import { realClock } from "../actors/runtime/clock.ts";
import { seededRandom } from "../actors/runtime/random.ts";
import { ActorSystem } from "../actors/runtime/system.ts";

const MESSAGES = 1_000;

Deno.bench("microtasks", { group: "1,000 messages", baseline: true }, async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let seen = 0;
  for (let i = 0; i < MESSAGES; i++) {
    queueMicrotask(() => {
      if (++seen === MESSAGES) resolve();
    });
  }
  await promise;
});

const system = new ActorSystem({ clock: realClock, random: seededRandom(1) });
let seen = 0;
let done = (): void => {};
const counter = system.spawn<number>("counter", () => () => {
  if (++seen === MESSAGES) done();
});

Deno.bench("an actor", { group: "1,000 messages" }, async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  seen = 0;
  done = resolve;
  for (let i = 0; i < MESSAGES; i++) counter.tell(i);
  await promise;
});
