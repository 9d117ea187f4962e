import { assert, assertEquals } from "@std/assert";
import { type Desk, NO_DESK } from "../../../actors/repl/desk.ts";
import { World } from "../../../sim/world.ts";
import { DIRECT_ROOM } from "../../../actors/direct/letter.ts";
import { entryOf } from "../../support/entries.ts";
import { Seat } from "../../support/seat.ts";

/** A machine whose files are in memory. */
function desk(files: Map<string, readonly string[]>): Desk {
  return {
    ...NO_DESK,
    async writeLines(file, lines) {
      const written: string[] = [];
      await lines((some) => Promise.resolve(void written.push(...some)));
      files.set(file, written);
      return `/home/${file}`;
    },
    async *readLines(file) {
      const lines = files.get(file);
      if (lines === undefined) throw new Error(`Cannot read ${file}: there is no such file`);
      for (let at = 0; at < lines.length; at += 3) yield lines.slice(at, at + 3);
    },
  };
}

/** Somebody alone, in the lobby. */
async function seated(name: string, files: Map<string, readonly string[]>): Promise<Seat> {
  const world = new World({ seed: name });
  const seat = new Seat(world, name, { desk: desk(files) });
  await world.clock.until(() => seat.peer.memory.rooms.size > 0, 10_000, `${name} is in`);
  await world.clock.advance(1_000);
  seat.look();
  return seat;
}

const last = (lines: readonly string[]): string => lines.at(-1) ?? "";

Deno.test("what one exports another imports, into rooms one is in and into others, and finds it there", async () => {
  const files = new Map<string, readonly string[]>();
  const alice = await seated("alice", files);
  for (let n = 1; n <= 600; n++) await alice.enter(`number ${n}`, 1);
  await alice.enter("/join dev");
  await alice.enter("/topic the release");
  await alice.enter("in dev");
  assertEquals(last(await alice.enter("/export all")), "Wrote 602 entries to /home/all");
  assertEquals(last(await alice.enter("/export some dev")), "Wrote 2 entries to /home/some");
  assertEquals(last(await alice.enter("/export none ops")), "Wrote 0 entries to /home/none");
  assertEquals([files.get("all")!.length, files.get("some")!.length], [602, 2]);
  const newest = JSON.parse(files.get("some")![0]!);
  assertEquals([newest.room, newest.content.text], ["dev", "in dev"], "the newest first");

  const bob = await seated("bob", files);
  assertEquals(await bob.enter("/import all"), ["all: 602 new, 0 known, 0 refused"]);
  assertEquals(await bob.enter("/import all"), ["all: 0 new, 602 known, 0 refused"]);
  assert(last(await bob.enter("/search in dev")).endsWith("#dev alice: in dev"));
  assert(last(await bob.enter("/history 1")).endsWith("alice: number 600"));
  assert((await bob.enter("/join dev")).some((line) => line.includes("set the topic: the release")));
  assert(last(await bob.enter("/history")).endsWith("alice: in dev"));
});

Deno.test("lines that were forged are refused by their numbers; the rest is taken", async () => {
  const files = new Map<string, readonly string[]>();
  const alice = await seated("alice", files);
  for (const text of ["one", "two", "three"]) await alice.enter(text);
  await alice.enter("/export all");
  const lines = files.get("all")!.map((line) => JSON.parse(line));
  const forged = { ...lines[0], signature: lines[1].signature };
  files.set("forged", [JSON.stringify(forged), "{", ...lines.slice(1).map((line) => JSON.stringify(line))]);
  const bob = await seated("bob", files);
  assertEquals(await bob.enter("/import forged"), [
    "forged: 2 new, 0 known, 2 refused",
    "  line 2: it is not JSON",
    "  line 1: nobody vouches for it: neither a signature nor what follows it",
  ]);
  files.set("many", Array.from({ length: 13 }, () => "{"));
  const many = await bob.enter("/import many");
  assertEquals([many.length, last(many)], [12, "  and 3 more"]);
});

Deno.test("of what was taken back nothing readable is exported, and it is taken back where it is imported", async () => {
  const files = new Map<string, readonly string[]>();
  const alice = await seated("alice", files);
  await alice.enter("a secret");
  await alice.enter("/history");
  await alice.enter("/redact 1");
  await alice.enter("/export all");
  assert(!files.get("all")!.some((line) => line.includes("a secret")));
  const bob = await seated("bob", files);
  assertEquals(await bob.enter("/import all"), ["all: 2 new, 0 known, 0 refused"]);
  assertEquals(await bob.enter("/search secret"), ["Nothing was found"]);
});

Deno.test("files that are not there, rooms that are none and too many words are told", async () => {
  const alice = await seated("alice", new Map());
  assertEquals(await alice.enter("/import nothing"), ["Cannot read nothing: there is no such file"]);
  assertEquals(await alice.enter("/export"), ["Usage: export FILE [ROOM]"]);
  assertEquals(await alice.enter("/export f lobby more"), ["Usage: export FILE [ROOM]"]);
  assertEquals(await alice.enter("/import"), ["Usage: import FILE"]);
  assertEquals(await alice.enter("/export f @direct"), ['No room can be called "@direct"']);
});

Deno.test("what was said to one alone is in no export, as only the two could read it", async () => {
  const files = new Map<string, readonly string[]>();
  const alice = await seated("alice", files);
  await alice.enter("to all");
  alice.peer.history.put([entryOf(1, { room: DIRECT_ROOM })]);
  assertEquals(last(await alice.enter("/export all")), "Wrote 1 entry to /home/all");
});
