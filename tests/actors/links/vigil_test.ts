import { assertEquals } from "@std/assert";
import { Connection } from "../../../actors/links/connection.ts";
import { Vigil } from "../../../actors/links/vigil.ts";
import type { Address } from "../../../transport/address.ts";
import { EnvelopeCodec } from "../../../transport/link/envelope.ts";
import type { Stream } from "../../../transport/transport.ts";
import { UNPROTECTED } from "../../../transport/wire/protection.ts";

const PEER = "127.0.0.1:5" as Address;
const nothing = (): void => {};
const STREAM: Stream = {
  remote: PEER,
  bufferedBytes: 0,
  write: nothing,
  end: nothing,
  destroy: nothing,
  pause: nothing,
  resume: nothing,
};
const CODEC = new EnvelopeCodec({
  isRef: (_value): _value is never => false,
  describe: () => ({ address: PEER, id: "" }),
  resolve: () => {
    throw new Error("No ref is sent here");
  },
});

/** A vigil over two connections, and when what was done about which of them; it looks every 2 s. */
function vigil(timedOut: (vigil: Vigil) => void = nothing) {
  let now = 0;
  const done: string[] = [];
  const terms = { protection: UNPROTECTED, place: PEER, secrets: (length: number) => new Uint8Array(length) };
  const connections = [1, 2].map(() => new Connection(STREAM, CODEC, terms, 0, PEER));
  const [first] = connections;
  const note = (what: string) => (connection: Connection): void => {
    done.push(`${what} ${connection === first ? "first" : "second"} ${now}`);
  };
  const watching = new Vigil({
    everyMs: 2_000,
    now: () => now,
    linkOf: () => undefined,
    ping: note("ping"),
    timedOut: (connection) => {
      note("timed out")(connection);
      timedOut(watching);
    },
    outdated: note("outdated"),
  });
  for (const connection of connections) watching.add(connection);
  const pass = (ms: number): void => {
    now += ms;
    if (now % 2_000 === 0) watching.look(UNPROTECTED);
  };
  return { watching, connections, done, pass };
}

Deno.test("who is told something and says nothing is asked for a sign of life, however much it is told meanwhile", () => {
  const { watching, connections: [first, second], done, pass } = vigil();
  first!.established = second!.established = true;
  for (let at = 0; at < 8_000; at += 500) {
    pass(500);
    watching.said(first!);
  }
  assertEquals(done[0], "ping first 6000");
});

Deno.test("who was dropped while others were looked after is not looked after any more", () => {
  const { connections, done, pass } = vigil((watching) => connections.forEach((one) => watching.drop(one)));
  for (let at = 0; at < 10_000; at += 2_000) pass(2_000);
  assertEquals(done, ["timed out first 6000"]);
});
