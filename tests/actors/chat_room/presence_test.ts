import { assertEquals } from "@std/assert";
import type { Entry, RoomName } from "../../../actors/chat_room/entry.ts";
import { proofOf, type Provable, proven, type Standing, standingOf } from "../../../actors/chat_room/presence.ts";
import { MemoryStore } from "../../../actors/history/memory_store.ts";
import { People } from "../../../actors/history/people.ts";
import { simulatedSigning } from "../../../sim/simulated_signing.ts";

const DEV = "dev" as RoomName;
const [alice, bob, mallory] = ["alice", "bob", "mallory"].map(simulatedSigning) as [Signing, Signing, Signing];
type Signing = ReturnType<typeof simulatedSigning>;

const WHERE = { room: DEV, name: "bob" };

function standing(entry: Entry, isKnown: boolean, name = "bob", room = DEV, isHandedOn = false): Standing {
  const people = new People(new MemoryStore(), alice.author, "alice", 0);
  if (isKnown) people.note("bob", bob.author, 1);
  return standingOf(entry, { room, name }, { signing: alice, people }, isHandedOn);
}

/** Of what came by way of others, whose key is known unless told otherwise. */
function handedOn(entry: Entry, { isKnown = true, name = "bob", room = DEV } = {}): Standing {
  return standing(entry, isKnown, name, room, true);
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

const WORDS: readonly Provable[] = [
  { type: "came", wallMs: 5 },
  { type: "present", wallMs: 5, away: "lunch" },
  { type: "asked", wallMs: 5 },
  { type: "came", wallMs: 5, guest: "Mina" },
  { type: "went", wallMs: 5 },
  { type: "went", wallMs: 5, guest: "Mina" },
  { type: "looked_in", wallMs: 5 },
];
const UNPROVEN: Standing = { type: "unproven" };

for (const word of WORDS) {
  const what = `${word.type}${"guest" in word ? " of a guest" : ""}${"away" in word ? " and away" : ""}`;

  Deno.test(`by way of others is believed what is proven by the name's key, or by any where none is known: ${what}`, () => {
    const signed = proven(word, WHERE, bob);
    const isOfOneself = word.type !== "went" && word.type !== "looked_in" && !("guest" in word);
    const believed: Standing = isOfOneself ? { type: "ours", key: bob.author } : { type: "unknown" };
    for (const isKnown of [true, false]) assertEquals(handedOn(signed, { isKnown }), believed);
    assertEquals(standing(signed, true), believed, "and by itself too");
  });

  Deno.test(`by way of others nothing is believed without a proof, nor with one of something else: ${what}`, () => {
    for (const isKnown of [true, false]) assertEquals(handedOn(word, { isKnown }), UNPROVEN);
    const signed = proven(word, WHERE, bob);
    assertEquals(handedOn({ ...signed, wallMs: 6 }), UNPROVEN);
    assertEquals(handedOn(signed, { isKnown: false, name: "rob" }), UNPROVEN);
    assertEquals(handedOn(signed, { room: "lobby" as RoomName }), UNPROVEN);
    const stolen = { key: bob.author, signature: proven(word, WHERE, mallory).proof!.signature };
    assertEquals(handedOn({ ...signed, proof: stolen }), UNPROVEN);
    if (!("guest" in word)) return;
    assertEquals(handedOn({ ...signed, guest: "Zoë" } as Entry), UNPROVEN);
  });
}

Deno.test("by way of others one word is no proof of another, but for those that say that one is here", () => {
  const isHere = ({ type, ...rest }: Provable) => !("guest" in rest) && ["came", "present", "asked"].includes(type);
  for (const word of WORDS.filter((word) => !("away" in word))) {
    const { proof } = proven(word, WHERE, bob);
    for (const other of WORDS.filter((one) => one !== word && !("away" in one))) {
      const isTaken = isHere(word) && isHere(other);
      assertEquals(handedOn({ ...other, ...(proof && { proof }) }).type === "unproven", !isTaken);
    }
  }
});

Deno.test("by way of others nobody goes, comes or hosts by another's key; a name that another comes by is told of", () => {
  for (const word of WORDS) {
    const signed = proven(word, WHERE, mallory);
    const isOfOneself = word.type !== "went" && word.type !== "looked_in" && !("guest" in word);
    const expected: Standing = isOfOneself ? { type: "foreign", key: mallory.author, holder: bob.author } : UNPROVEN;
    assertEquals(handedOn(signed), expected, word.type);
  }
  assertEquals(handedOn({ type: "hosting", wallMs: 5, guests: [] }), UNPROVEN);
});

Deno.test("where somebody is can be made up by nobody else; from itself it is taken as it was signed at first, without", () => {
  const signed = proven({ type: "present", wallMs: 5, away: "lunch" }, WHERE, bob);
  const { away: _, ...back } = signed;
  for (const other of [back, { ...signed, away: "gone for good" }]) {
    assertEquals(handedOn(other), UNPROVEN);
    assertEquals(standing(other, true), { type: "foreign", key: undefined, holder: bob.author });
  }
  const former: Entry = { ...entryBy(bob), type: "present", away: "lunch" } as Entry;
  assertEquals([standing(former, true), handedOn(former)], [{ type: "ours", key: bob.author }, UNPROVEN]);
});
