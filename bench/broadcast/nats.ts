/** A client of NATS: what one says, the server gives to all others. */
import { NatsClient } from "./nats_client.ts";
import { runProgram } from "./program.ts";

await runProgram((heard) => {
  let client: NatsClient | undefined;
  return Promise.resolve({
    address: "",
    async meet(_size, [server = ""]) {
      client = await NatsClient.connect(server, "room", heard);
      client.ended.then(() => Deno.exit(1), (error) => {
        Deno.stderr.writeSync(new TextEncoder().encode(`${error}\n`));
        Deno.exit(1);
      });
    },
    say: async (bodies) => await client?.publish(bodies),
  });
});
