/** comedy, with its actors in this process: each message is a promise (of bluebird). */
import type { ActorRef } from "comedy";
import type { Contender, Receive } from "./contender.ts";

type Definition = Readonly<{ receive: Receive } | { answer(amount: number): number }>;

export async function openComedy(): Promise<Contender<ActorRef>> {
  // It looks for the program's folder when it is loaded, and does not find it from an ES module.
  Deno.env.set("APP_ROOT_PATH", Deno.cwd());
  const { createSystem } = (await import("comedy")).default;
  const root = await createSystem({ test: true }).rootActor(); // `test` silences its log
  const spawn = async (definition: Definition): Promise<ActorRef> =>
    await root.createChild(definition, { mode: "in-memory" });
  return {
    kind: (behavior) => ({
      spawn: () => spawn({ receive: behavior() }),
      stop: async (actor) => await actor.destroy(),
    }),
    spawnReplier: () => spawn({ answer: (amount) => amount + 1 }),
    tell: (to, message) => void to.send("receive", message),
    ask: (of, amount) => of.sendAndReceive("answer", amount),
  };
}
