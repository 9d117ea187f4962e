/** No actors at all: a message is a call. What remains is the workload itself. */
import type { Contender, Receive } from "./contender.ts";

export function openDirectFloor(): Contender<Receive> {
  const registry = new Set<Receive>();
  const spawn = (receive: Receive): Receive => {
    registry.add(receive);
    return receive;
  };
  let answer = 0;
  return {
    kind: (behavior) => ({
      spawn: () => spawn(behavior()),
      stop: (receive) => void registry.delete(receive),
    }),
    spawnReplier: () =>
      spawn(({ amount }) => {
        answer = amount + 1;
      }),
    tell: (to, message) => to(message),
    ask: (of, amount) => {
      of({ type: "add", amount });
      return Promise.resolve(answer);
    },
  };
}
