/**
 * xstate's actors, of the cheapest logic it has (a transition function) and as children of one root: as roots they would
 * take more than twice the memory. It delivers synchronously, within `send`.
 */
import { type ActorScope, type AnyActorRef, createActor, fromTransition, type Snapshot, waitFor } from "xstate";
import type { Behavior, Contender, Message, Receive } from "./contender.ts";

type XstateActor = AnyActorRef;
type RootScope = Pick<ActorScope<Snapshot<unknown>, Message>, "stopChild">;

export function openXstate(): Contender<XstateActor> {
  let scope: RootScope | undefined;
  const root = createActor(fromTransition((_state: undefined, _event: Message, ownScope) => {
    scope = ownScope;
    return undefined;
  }, undefined)).start();
  root.send({ type: "add", amount: 0 }); // the scope comes with an event

  return {
    kind: (behavior) => {
      const logic = logicOf(behavior);
      return {
        spawn: () => createActor(logic, { parent: root }).start(),
        stop: (actor) => scope!.stopChild(actor),
      };
    },
    spawnReplier: () =>
      createActor(fromTransition((_answer: number, { amount }: Message) => amount + 1, 0), { parent: root }).start(),
    tell: (to, message) => to.send(message),
    // There is no ask: the answer is the state that the question leads to.
    ask: async (of, amount) => {
      of.send({ type: "add", amount });
      return (await waitFor(of, ({ context }) => context === amount + 1)).context as number;
    },
  };
}

function logicOf(behavior: Behavior) {
  return fromTransition((receive: Receive, event: Message) => {
    if (event.type === "add") receive(event); // a stop comes as an event too
    return receive;
  }, () => behavior());
}
