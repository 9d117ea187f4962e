import { assertEquals } from "@std/assert";
import type { Entry, RoomName } from "../../../actors/chat_room/entry.ts";
import { proofOf, type Standing, standingOf } from "../../../actors/chat_room/presence.ts";
import { MemoryStore } from "../../../actors/history/memory_store.ts";
import { People } from "../../../actors/history/people.ts";
import { simulatedSigning } from "../../../sim/simulated_signing.ts";

const DEV = "dev" as RoomName;
const [alice, bob, mallory] = ["alice", "bob", "mallory"].map(simulatedSigning) as [Signing, Signing, Signing];
type Signing = ReturnType<typeof simulatedSigning>;

const WHERE = { room: DEV, name: "bob" };

function standing(entry: Entry, isKnown: boolean, name = "bob", room = DEV): Standing {
  const people = new People(new MemoryStore(), alice.author, "alice", 0);
  if (isKnown) people.note("bob", bob.author, 1);
  return standingOf(entry, { room, name }, { signing: alice, people });
}

const entryBy = (signing: Signing, wallMs = 5, signedMs = wallMs, where = WHERE): Entry => ({
  type: "came",
  wallMs,
  proof: proofOf({ ...where, wallMs: signedMs }, signing),
});

Deno.test("who proves the key that the name belongs to is that one; so is the first to prove any", () => {
  const ours: Standing = { type: "ours", key: bob.author };
  for (const isKnown of [true, false]) assertEquals(standing(entryBy(bob), isKnown), ours);
});

Deno.test("who proves another key, or none, is not let in by a name that is known", () => {
  const holder = bob.author;
  assertEquals(standing(entryBy(mallory), true), { type: "foreign", key: mallory.author, holder });
  assertEquals(standing({ type: "present", wallMs: 5 }, true), { type: "foreign", key: undefined, holder });
  assertEquals(standing({ type: "asked", wallMs: 5 }, true), { type: "foreign", key: undefined, holder });
  assertEquals(standing({ type: "present", wallMs: 5 }, false), { type: "unknown" });
});

Deno.test("a proof is worth nothing for another time, name, room or key", () => {
  const holder = bob.author;
  const foreign: Standing = { type: "foreign", key: undefined, holder };
  assertEquals(standing(entryBy(bob, 5, 6), true), foreign);
  assertEquals(standing(entryBy(bob, 5, 5, { ...WHERE, name: "rob" }), true), foreign);
  assertEquals(standing(entryBy(bob), true, "bob", "lobby" as RoomName), foreign);
  const { proof } = entryBy(mallory) as { proof: { signature: Uint8Array } };
  const stolen: Entry = { type: "came", wallMs: 5, proof: { key: bob.author, signature: proof.signature } };
  assertEquals(standing(stolen, true), foreign);
});

Deno.test("nobody can come by our own name; of guests, of who looks in and of who goes nothing is asked", () => {
  assertEquals(standing({ type: "came", wallMs: 5 }, false, "alice").type, "foreign");
  for (
    const entry of [
      { type: "came", wallMs: 5, guest: "Mina" },
      { type: "hosting", wallMs: 5, guests: [] },
      { type: "looked_in", wallMs: 5 },
      { type: "went", wallMs: 5 },
    ] as const
  ) assertEquals(standing(entry, true), { type: "unknown" }, entry.type);
});
