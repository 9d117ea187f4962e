import { assertEquals } from "@std/assert";
import { DIRECT_ROOM } from "../../actors/direct/letter.ts";
import { LETTERS_MAX, lettersWith } from "../../actors/direct/letters.ts";
import type { AuthorId } from "../../actors/history/author.ts";
import { MemoryStore } from "../../actors/history/memory_store.ts";
import { viewerOf } from "../../actors/history/people.ts";
import { RoomLog } from "../../actors/history/room_log.ts";
import type { Kept } from "../../actors/history/store.ts";
import { simulatedSealing } from "../../sim/simulated_sealing.ts";
import { simulatedSigning } from "../../sim/simulated_signing.ts";

const [alice, bob, eve] = ["alice", "bob", "eve"].map((name) => simulatedSigning(name).author) as [Id, Id, Id];
type Id = AuthorId;

/** What all wrote to each other, as alice keeps it. */
function post() {
  const store = new MemoryStore();
  let wallMs = 1_000;
  const logs = new Map(["alice", "bob", "eve"].map((name) => {
    return [name, new RoomLog({ room: DIRECT_ROOM, store, signing: simulatedSigning(name) })] as const;
  }));
  const write = (name: string, to: AuthorId, text: string): Kept => {
    const sealed = simulatedSealing(simulatedSigning(name).author).seal(DIRECT_ROOM, to, text)!;
    return logs.get(name)!.write([{ type: "sealed", to, sealed }], { name, wallMs: wallMs++ })[0]!;
  };
  const redact = (name: string, { hash: target }: Kept) =>
    logs.get(name)!.write([{ type: "redacted", target }], { name, wallMs: wallMs++ });
  const viewer = viewerOf(store, alice);
  const shown = (limit = 20, isIgnored = viewer.isIgnored) => {
    const reader = { ...viewer, isIgnored };
    const { letters, isCut } = lettersWith(bob, limit, { store, viewer: reader, sealer: simulatedSealing(alice) });
    return { texts: letters.map(({ text, isOwn }) => `${isOwn ? "own " : ""}${text}`), isCut };
  };
  return { write, redact, shown };
}

Deno.test("of all that was told, the latest between the two is shown in order, and what was taken back as that", () => {
  const { write, redact, shown } = post();
  write("alice", bob, "one");
  write("eve", alice, "of eve");
  write("alice", eve, "to eve");
  const two = write("bob", alice, "two");
  write("bob", eve, "not for alice");
  write("bob", bob, "to himself");
  write("alice", bob, "three");
  assertEquals(shown(), { texts: ["own one", "two", "own three"], isCut: false });
  assertEquals(shown(2).texts, ["two", "own three"]);
  redact("eve", two);
  redact("bob", two);
  assertEquals(shown().texts, ["own one", "undefined", "own three"]);
  assertEquals(shown(20, (author) => author === bob).texts, ["own one", "own three"]);
});

Deno.test("however far back they are among others', they are found, up to a bound, beyond which that is said; so many at most", () => {
  const { write, shown } = post();
  for (let at = 0; at < 300; at++) write("alice", bob, `${at}`);
  assertEquals([shown(1_000).texts.length, shown(1_000).texts.at(-1)], [LETTERS_MAX, "own 299"]);
  for (let at = 0; at < 7_900; at++) write("eve", bob, "of eve");
  const { texts, isCut } = shown();
  assertEquals([texts.length, texts.at(-1), isCut], [20, "own 299", false]);
  for (let at = 0; at < 400; at++) write("eve", bob, "of eve");
  assertEquals(shown(), { texts: [], isCut: true });
});
