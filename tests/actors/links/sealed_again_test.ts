/** The promises of links hold with keys as without: tests of other files once more, with peers that have a ring. */
import { keyOf, protectedBy } from "../../support/keys.ts";
import { LinkedPeers } from "../../support/linked_peers.ts";

type Body = (t: Deno.TestContext) => void | Promise<void>;

/** In these somebody speaks in bytes, and plainly, whom a peer with a ring does not listen to. */
const SPEAKS_PLAINLY = /\bstranger\(|toOneWhoDoesNotRead/;

const register = Deno.test;
Object.defineProperty(Deno, "test", {
  value: (name: string, body: Body): void => {
    if (!SPEAKS_PLAINLY.test(String(body))) register(`sealed: ${name}`, body);
  },
});
LinkedPeers.usual = protectedBy(keyOf(1));

await import("../links_test.ts");
await import("./fate_test.ts");
await import("./order_test.ts");
await import("./room_test.ts");
await import("./stop_test.ts");
await import("./watch_test.ts");
