import { assertEquals } from "@std/assert";
import type { RoomName } from "../../../actors/chat_room/entry.ts";
import { NAMES_MAX } from "../../../actors/history/known_names.ts";
import { MemoryStore } from "../../../actors/history/memory_store.ts";
import { People, type PeopleReply } from "../../../actors/history/people.ts";
import { RoomLog } from "../../../actors/history/room_log.ts";
import { simulatedSigning } from "../../../sim/simulated_signing.ts";

const [alice, bob, mallory] = ["alice", "bob", "mallory"].map((name) => simulatedSigning(name).author) as [Id, Id, Id];
type Id = ReturnType<typeof simulatedSigning>["author"];

const DONE: PeopleReply = { ok: true };
const no = (why: string): PeopleReply => ({ ok: false, why });

/** alice's people, and the same after a restart. */
function people(store = new MemoryStore()) {
  const made = new People(store, alice, "alice", 1_000);
  return { store, made, again: () => new People(store, alice, "alice", 2_000) };
}

Deno.test("a name stays with the key that it was first seen with, also after a restart, until the person gives it away", () => {
  const { made, again } = people();
  assertEquals(made.note("bob", bob, 5), "first");
  assertEquals(made.note("bob", mallory, 6), { changed: bob });
  made.save();
  const later = again();
  assertEquals([later.isTaken("bob", mallory), later.isTaken("bob", bob)], [true, false]);
  assertEquals(later.accept("bob", 7), no('Nobody else has gone by the name "bob" since the start'));
  later.note("bob", mallory, 8);
  assertEquals(later.whois("bob")?.claimant, mallory);
  assertEquals(later.accept("bob", 9), DONE);
  assertEquals(later.authorOf("bob"), mallory);
  assertEquals(again().authorOf("bob"), mallory);
  assertEquals(later.accept("carol", 9), no('Nobody called "carol" is known here'));
});

Deno.test("our own name is ours whoever had it before, and is nobody's to accept", () => {
  const store = new MemoryStore();
  const former = new People(store, bob, "bob", 1);
  former.note("alice", mallory, 2);
  former.save();
  const { made } = people(store);
  assertEquals(made.authorOf("alice"), alice);
  made.note("alice", mallory, 3);
  assertEquals(made.accept("alice", 4), no("That name is yours"));
});

Deno.test("who is ignored is ignored by key, whatever the name, and after a restart", () => {
  const { made, again } = people();
  made.note("bob", bob, 5);
  assertEquals(made.ignore("bob"), DONE);
  made.note("robert", bob, 6);
  assertEquals([made.isIgnored(bob), made.isIgnored(mallory), made.isIgnored(undefined)], [true, false, false]);
  made.save();
  const later = again();
  assertEquals([later.isIgnored(bob), later.ignored], [true, ["robert"]]);
  assertEquals(later.unignore("robert"), DONE);
  assertEquals(again().isIgnored(bob), false);
  assertEquals(later.unignore("bob"), no('You do not ignore "bob"'));
  assertEquals(later.ignore("alice"), no("That is you"));
  assertEquals(later.ignore("x"), no('Nobody called "x" is known here, and only who has a key can be ignored'));
});

Deno.test("we speak by another name that is nobody's and looks like nobody's, and after a restart too", () => {
  const { made, again } = people();
  made.note("bob", bob, 5);
  assertEquals(made.setNick("bob", 6), no('The name "bob" belongs to another key here'));
  assertEquals(made.setNick("Bob", 6), no('The name "Bob" looks like "bob", which belongs to another key'));
  assertEquals(made.setNick("ali", 6), DONE);
  assertEquals([made.name, again().name], ["ali", "ali"]);
  assertEquals(made.setNick("alice", 7), DONE);
  assertEquals([made.name, again().name], ["alice", "alice"]);
});

Deno.test("who speaks by another name than last is called so now", () => {
  const { made } = people();
  assertEquals([made.renamed(bob, "bob"), made.renamed(bob, "bob"), made.renamed(bob, "rob")], [
    undefined,
    undefined,
    "bob",
  ]);
});

Deno.test("our other name is ours no longer where it was found to be another's meanwhile", () => {
  const { made, store, again } = people();
  made.setNick("ali", 5);
  const other = new People(store, bob, "bob", 6); // on the same disk, with another key
  assertEquals(other.name, "bob");
  assertEquals(again().name, "ali");
});

Deno.test("back to our own name, nothing is left of the other", () => {
  const { made, store } = people();
  made.setNick("ali", 5);
  made.setNick("alice", 6);
  assertEquals(store.recall("nick"), undefined);
});

Deno.test("so many can be ignored and no more, and so many claims are told", () => {
  const { made } = people();
  const authorOf = (n: number): Id => simulatedSigning(`nobody ${n}`).author;
  for (let n = 0; n < 257; n++) made.note(`nobody ${n}`, authorOf(n), n);
  const replies = Array.from({ length: 257 }, (_, n) => made.ignore(`nobody ${n}`).ok);
  assertEquals([replies.filter((ok) => ok).length, replies.at(-1)], [256, false]);
  const claims = Array.from({ length: 1_025 }, (_, n) => made.isNewClaim(`${n}`, bob));
  assertEquals([claims.filter((isNew) => isNew).length, claims.at(-1)], [1_024, false]);
  made.note("nobody 1", bob, 300);
  assertEquals(made.counters, {
    "names forgotten for others": 0,
    "names not kept": 0,
    "names claimed by others": 1,
    "claims not told": 1,
  });
});

Deno.test("when somebody was seen last is kept at the end, as there is no other reason to", () => {
  const { made, again } = people();
  made.note("bob", bob, 5);
  made.save();
  made.note("bob", bob, 9);
  made.save();
  assertEquals(again().whois("bob")?.lastWallMs, 5);
  made.save(true);
  assertEquals(again().whois("bob")?.lastWallMs, 9);
});

Deno.test("that a name is claimed is told once for each that claims it", () => {
  const { made } = people();
  const told = [made.isNewClaim("bob", mallory), made.isNewClaim("bob", mallory), made.isNewClaim("bob", undefined)];
  assertEquals(told, [true, false, true]);
});

Deno.test("of somebody known is told since when, by which names, and which logs are here", () => {
  const { made, store } = people();
  const room = "dev" as RoomName;
  new RoomLog({ room, store, signing: simulatedSigning("bob") })
    .write([{ type: "said", text: "one" }, { type: "said", text: "two" }], { name: "bob", wallMs: 7 });
  made.note("bob", bob, 5);
  made.note("rob", bob, 6);
  made.note("bob", bob, 9);
  assertEquals(made.whois("bob"), {
    name: "bob",
    author: bob,
    sinceWallMs: 5,
    lastWallMs: 9,
    names: ["bob", "rob"],
    claimant: undefined,
    isIgnored: false,
    logs: [{ room, log: store.spans(room)[0]!.log, last: 2 }],
  });
  assertEquals(made.whois("carol"), undefined);
});

Deno.test("what is damaged of what was kept is learnt anew", () => {
  const store = new MemoryStore();
  for (const [key, value] of [["known names", "{"], ["ignored", '{"a":1}'], ["nick", ""]] as const) {
    store.remember(key, value);
  }
  const { made } = people(store);
  assertEquals([made.authorOf("alice"), made.ignored], [alice, []]);
});

Deno.test("nobody's name is driven out who is in some place, by whoever watches it, until it does no more", () => {
  const { made } = people();
  const flood = (from: number) => {
    for (let number = 0; number < NAMES_MAX; number++) {
      made.note(`n${from + number}`, simulatedSigning(`n${from + number}`).author, 6);
    }
  };
  const unwatch = [["bob"], ["bob", "mallory"]].map((names) => made.watch((name) => names.includes(name)));
  made.note("bob", bob, 5);
  made.note("mallory", mallory, 5);
  const known = () => ["bob", "mallory"].map((name) => made.authorOf(name) !== undefined);
  flood(0);
  assertEquals(known(), [true, true]);
  unwatch[1]!();
  flood(NAMES_MAX);
  assertEquals(known(), [true, false]);
  unwatch[0]!();
  flood(0);
  assertEquals(known(), [false, false]);
});
