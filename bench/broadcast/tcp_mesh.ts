/** The floor: every peer has a connection to every other, and writes the same frames as our links, as they are. */
import { concat } from "../../transport/concat.ts";
import { encodeFrame, FrameReader } from "../../transport/link/frame.ts";
import { runProgram } from "./program.ts";

const READ_BYTES = 65_536;

/** Frames that go out in one write at most. */
const BATCH_MAX = 256;

await runProgram((heard) => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections = new Set<Deno.TcpConn>();
  let joined = (): void => {};

  async function serve(connection: Deno.TcpConn): Promise<void> {
    connection.setNoDelay(true);
    connections.add(connection);
    joined();
    const reader = new FrameReader();
    const buffer = new Uint8Array(READ_BYTES);
    try {
      for (let length = await connection.read(buffer); length !== null; length = await connection.read(buffer)) {
        for (const body of reader.push(buffer.subarray(0, length)) ?? []) heard(body);
      }
    } catch {
      // It broke: the other is dead.
    }
    connections.delete(connection);
  }

  async function accept(): Promise<void> {
    for await (const connection of listener) void serve(connection);
  }
  void accept();

  return Promise.resolve({
    address: `127.0.0.1:${listener.addr.port}`,
    async meet(size, addresses) {
      const { promise, resolve } = Promise.withResolvers<void>();
      joined = () => connections.size === size - 1 && resolve();
      for (const address of addresses) {
        const [hostname = "", port = ""] = address.split(":");
        void serve(await Deno.connect({ hostname, port: Number(port) }));
      }
      joined();
      await promise;
    },
    async say(bodies) {
      for (let from = 0; from < bodies.length; from += BATCH_MAX) {
        const batch = concat(bodies.slice(from, from + BATCH_MAX).map(encodeFrame));
        await Promise.all([...connections].map((connection) => writeAll(connection, batch)));
      }
    },
  });
});

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  try {
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await connection.write(rest));
  } catch {
    // It broke: whoever reads it notices.
  }
}
