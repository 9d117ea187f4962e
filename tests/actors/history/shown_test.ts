import { assertEquals } from "@std/assert";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import type { Content } from "../../../actors/history/content.ts";
import { MemoryStore } from "../../../actors/history/memory_store.ts";
import { RoomLog } from "../../../actors/history/room_log.ts";
import { changeOf, latestShown } from "../../../actors/history/shown.ts";
import type { Kept } from "../../../actors/history/store.ts";
import { simulatedSigning } from "../../../sim/simulated_signing.ts";

import { viewer } from "../../support/author.ts";

const DEV = "dev" as RoomName;

/** A store into which several write, each later than all before. */
function room() {
  const store = new MemoryStore();
  let wallMs = 1_000;
  const write = (name: string, content: Content): Kept => {
    const log = new RoomLog({ room: DEV, store, signing: simulatedSigning(name) });
    return log.write([content], { name, wallMs: wallMs++ })[0]!;
  };
  const lines = (limit = 100) =>
    latestShown(store, DEV, limit, viewer("alice")).map((
      { entry, text, isEdited, isOwn, reactions },
    ) =>
      [
        `${isOwn ? "own " : ""}${entry.name}: ${text ?? "-"}${isEdited ? " (edited)" : ""}`,
        ...reactions.map(({ sign, by }) => `${sign} ${by.join(" ")}`),
      ].join(", ")
    );
  return { store, write, lines };
}

Deno.test("an entry is shown by its newest text, or as taken back; nobody but its author can do that to it", () => {
  const { write, lines } = room();
  const { hash: target } = write("alice", { type: "said", text: "helo" });
  write("bob", { type: "edited", target, text: "forged" });
  write("bob", { type: "redacted", target });
  assertEquals(lines(), ["own alice: helo"]);
  write("alice", { type: "edited", target, text: "hello" });
  assertEquals(lines(), ["own alice: hello (edited)"]);
  write("alice", { type: "redacted", target });
  write("alice", { type: "edited", target, text: "again" });
  write("bob", { type: "reacted", target, sign: "+1" });
  assertEquals(lines(), ["own alice: -"]);
});

Deno.test("signs are shown with whose they are, as they were first given; given twice they are taken back", () => {
  const { write, lines } = room();
  const { hash: target } = write("bob", { type: "said", text: "hi", guest: "Mina" });
  for (const [name, sign] of [["alice", "+1"], ["bob", "x"], ["bob", "+1"], ["bob", "x"], ["alice", "y"]] as const) {
    write(name, { type: "reacted", target, sign });
  }
  assertEquals(lines(), ["bob: hi, +1 alice bob, y alice"]);
});

Deno.test("so many that are shown by themselves are found, however many that are not stand between them", () => {
  const { write, lines } = room();
  const { hash: target } = write("alice", { type: "said", text: "first" });
  for (let n = 0; n < 600; n++) write("bob", { type: "reacted", target, sign: "+1" });
  write("bob", { type: "did", text: "rests" });
  write("bob", { type: "topic", text: "rest" });
  assertEquals(lines(2), ["bob: rests", "bob: rest"]);
  assertEquals(lines(3), ["own alice: first", "bob: rests", "bob: rest"]);
});

Deno.test("however far back it is looked, each is shown once, and what a guest of ours said is not our own", () => {
  const { write, lines } = room();
  const all = Array.from({ length: 600 }, (_, n) => `alice: ${n}`);
  for (const line of all) write("alice", { type: "said", text: line.slice("alice: ".length), guest: "Mina" });
  assertEquals(lines(1_000), all);
});

Deno.test("of who is ignored neither words nor signs are shown", () => {
  const { store, write } = room();
  const { hash: target } = write("alice", { type: "said", text: "hi" });
  write("bob", { type: "said", text: "hi" });
  write("bob", { type: "reacted", target, sign: "+1" });
  write("charly", { type: "reacted", target, sign: "+1" });
  const bob = simulatedSigning("bob").author;
  const shown = latestShown(store, DEV, 10, { ...viewer("alice"), isIgnored: (author) => author === bob });
  assertEquals(shown.map(({ text, reactions }) => [text, reactions]), [["hi", [{ sign: "+1", by: ["charly"] }]]]);
});

Deno.test("a change tells what it is about and how that read before; without effect it is none", () => {
  const { store, write } = room();
  const said = write("alice", { type: "said", text: "helo" });
  const { hash: target } = said;
  const edit = write("alice", { type: "edited", target, text: "hello" });
  const sign = write("bob", { type: "reacted", target, sign: "+1" });
  const again = write("bob", { type: "reacted", target, sign: "+1" });
  const forged = write("bob", { type: "redacted", target });
  const redaction = write("alice", { type: "redacted", target });
  const late = write("bob", { type: "reacted", target, sign: "+1" });
  const told = [said, edit, sign, again, forged, redaction, late].map((entry) => {
    const change = changeOf(store, entry);
    return change === undefined ? "none" : `${change.before}${change.isTakenBack ? " (back)" : ""}`;
  });
  assertEquals(told, ["none", "helo", "hello", "hello (back)", "none", "hello", "none"]);
});
