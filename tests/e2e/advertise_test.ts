import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { privateAddress } from "../../transport/advertise.ts";
import { parseAddress } from "../../transport/address.ts";
import { freePort } from "../support/free_port.ts";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";

/** Configures a peer step by step, and returns what it shows. */
async function configured(place: Place, args: readonly string[]): Promise<string> {
  await using alice = PeerProcess.start("peer", { place, args: ["alice", "--manual", place.bootstrapFlag, ...args] });
  await alice.say("memberlistconfigure\nmemberlistcreate\nmemberliststart\necho that is all");
  await alice.waitFor(/^that is all$/m);
  return alice.shown + alice.complaints;
}

Deno.test("a peer tells others the address that it was told to tell, with the port on which it listens", async () => {
  await using place = await Place.create();
  const port = freePort();
  const shown = await configured(place, ["--bind", `127.0.0.1:${port}`, "--advertise", "127.0.0.9"]);
  assertStringIncludes(shown, `Local member 127.0.0.9:${port}\n`);
});

Deno.test("listening everywhere on a machine without a private address is refused, and says what helps", async () => {
  const machine = Deno.networkInterfaces().map(({ address }) => address);
  if (privateAddress(parseAddress("0.0.0.0:1")!, machine) !== undefined) return; // it would listen to the network
  await using place = await Place.create();
  const args = ["alice", "--bind", "0.0.0.0:0", "--plaintext-on-network", place.bootstrapFlag];
  await using alice = PeerProcess.start("peer", { place, args });
  const { code, stderr } = await alice.ended();
  assertEquals(code, 3);
  assert(stderr.includes("name one with --advertise"), stderr);
});
