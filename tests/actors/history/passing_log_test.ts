/** What is said while the disk fails goes into a log of its own. */
import { assertEquals } from "@std/assert";
import { MemoryStore } from "../../../actors/history/memory_store.ts";
import { pageOf, RoomLog } from "../../../actors/history/room_log.ts";
import type { Kept } from "../../../actors/history/store.ts";
import { simulatedSigning } from "../../../sim/simulated_signing.ts";
import { DEV } from "../../support/entries.ts";

/** Fails over whatever is to be kept first. */
class FailingOnce extends MemoryStore {
  #hasFailed = false;

  override keep(entries: readonly Kept[]): boolean {
    if (this.#hasFailed) return super.keep(entries);
    this.#hasFailed = true;
    return false;
  }
}

Deno.test("what is written anew follows from what it would have followed from", () => {
  const alice = new RoomLog({ room: DEV, store: new FailingOnce(), signing: simulatedSigning("alice") });
  const bob = new RoomLog({ room: DEV, store: new MemoryStore(), signing: simulatedSigning("bob") });
  const [question] = bob.write([{ type: "said", text: "why?" }], { name: "bob", wallMs: 1 });
  alice.admit(pageOf([question!])!, 1);
  const [answer] = alice.write([{ type: "said", text: "because" }], { name: "alice", wallMs: 2 });
  assertEquals(answer?.parents, [{ log: question!.log, sequence: 1 }]);
});
