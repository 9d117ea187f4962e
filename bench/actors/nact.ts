/** nact: each message takes a turn of the event loop (`setImmediate`), and an ask has a timer, as ours. */
import { dispatch, query, type Ref, spawn, spawnStateless, start, stop } from "nact";
import { ASK_TIMEOUT_MS, type Contender, type Message, type Receive } from "./contender.ts";

type Question = Readonly<{ type: "ask"; amount: number; replyTo: Ref<number> }>;
type NactActor = Ref<Message | Question>;

export function openNact(): Contender<NactActor> {
  const system = start();
  let spawned = 0;
  return {
    kind: (behavior) => {
      const handle = (receive: Receive, message: Message): Receive => {
        receive(message);
        return receive;
      };
      const properties = { initialStateFunc: behavior };
      return {
        spawn: () => spawn(system, handle, `actor-${spawned++}`, properties) as NactActor,
        stop: (actor) => stop(actor),
      };
    },
    spawnReplier: () =>
      spawnStateless(
        system,
        ({ amount, replyTo }: Question) => dispatch(replyTo, amount + 1),
        `actor-${spawned++}`,
      ) as NactActor,
    tell: (to, message) => dispatch(to, message),
    ask: (of, amount) => query(of, (replyTo: Ref<number>) => ({ type: "ask", amount, replyTo }), ASK_TIMEOUT_MS),
  };
}
