/** Doors for clients of older systems that cannot be opened; what comes in by them is in `acceptance`. */
import { assertEquals } from "@std/assert";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";

Deno.test("a port for clients that another program has ends the peer with 3, and says which", async () => {
  await using place = await Place.create();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  await using alice = PeerProcess.start("peer", {
    place,
    args: ["alice", place.bootstrapFlag, "--tcp", `127.0.0.1:${port}`],
  });
  const { code, stderr } = await alice.ended();
  assertEquals([code, stderr], [
    3,
    `parley: Clients cannot be let in: Another program listens on "127.0.0.1:${port}"\n`,
  ]);
});
