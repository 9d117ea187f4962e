/** The dispatcher on the machine's own clock, timers and sockets. */
import { assert } from "@std/assert";
import { type ActorRef, ActorSystem, realClock, systemRandom } from "../actors/runtime/mod.ts";
import { type Order, puppet } from "./support/puppet.ts";

/** Far more than any pause of the machine; a loop that starves somebody never ends. */
const BOUND_MS = 3_000;

/** A timer and ten round trips over TCP, while `busy` keeps the actors at work; false when they are not served. */
async function areServed(busy: (system: ActorSystem) => void): Promise<boolean> {
  const system = new ActorSystem({ clock: realClock, random: systemRandom() });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = echo(listener);
  try {
    busy(system);
    const late = Promise.withResolvers<false>();
    const watch = setTimeout(() => late.resolve(false), BOUND_MS);
    const served = Promise.all([new Promise((resolve) => setTimeout(resolve, 20)), roundTrips(listener.addr)]);
    const isServed = await Promise.race([served.then(() => true), late.promise]);
    clearTimeout(watch);
    return isServed;
  } finally {
    await system.stop({ mode: "kill" });
    listener.close();
    await serving;
  }
}

async function echo(listener: Deno.TcpListener): Promise<void> {
  const connection = await listener.accept();
  await connection.readable.pipeTo(connection.writable);
}

async function roundTrips(to: Deno.NetAddr): Promise<void> {
  const connection = await Deno.connect({ hostname: to.hostname, port: to.port });
  const byte = new Uint8Array(1);
  for (let i = 0; i < 10; i++) {
    await connection.write(byte);
    await connection.read(byte);
  }
  connection.close();
}

Deno.test("an actor that floods itself starves neither a timer nor a socket", async () => {
  const endless: Order = (ctx) => ctx.self.tell(endless);
  assert(await areServed((system) => system.spawn("flooder", puppet).tell(endless)));
});

Deno.test("two actors that ask each other for ever starve neither a timer nor a socket", async () => {
  assert(
    await areServed((system) => {
      const echo = system.spawn<ActorRef<string>>("echo", () => (replyTo) => replyTo.tell("hi"));
      system.spawn("asker", puppet).tell(async (ctx) => {
        while (!ctx.signal.aborted) {
          await ctx.ask<ActorRef<string>, string>(echo, (replyTo) => replyTo, BOUND_MS).catch(() => {});
        }
      });
    }),
  );
});
