import {
  type ActorRef,
  ActorSystem,
  type Behavior,
  type Context,
  realClock,
  seededRandom,
} from "../../actors/runtime/mod.ts";
import { ASK_TIMEOUT_MS, type Contender, type Kind, type Message } from "./contender.ts";

type Question = Readonly<{ type: "ask"; amount: number; replyTo: ActorRef<number> }>;

/** Ours, as the product uses it: supervised children of an actor, bounded mailboxes, every counter. */
export async function openParley(): Promise<Contender<ActorRef<Message | Question>>> {
  const system = new ActorSystem({ clock: realClock, random: seededRandom(1) });
  let kinds = 0;

  async function openKind<M>(behavior: Behavior<M>): Promise<Kind<ActorRef<M>>> {
    const parent = await openParent(system, `kind-${kinds++}`);
    return {
      spawn: () => parent.spawnUnnamed(behavior),
      stop: (actor) => parent.stop(actor),
    };
  }

  const repliers = await openKind<Question>(() => ({ amount, replyTo }) => replyTo.tell(amount + 1));
  return {
    kind: (behavior) => openKind<Message | Question>(() => behavior() as (message: Message | Question) => void),
    spawnReplier: () => repliers.spawn() as ActorRef<Message | Question>,
    tell: (to, message) => to.tell(message),
    ask: (of, amount) => of.ask<number>((replyTo) => ({ type: "ask", amount, replyTo }), ASK_TIMEOUT_MS),
  };
}

/** The context of a top-level actor that does nothing but have children. */
function openParent(system: ActorSystem, name: string): Promise<Context<never>> {
  return new Promise((resolve) =>
    system.spawn<never>(name, (ctx) => {
      resolve(ctx);
      return () => {};
    })
  );
}
