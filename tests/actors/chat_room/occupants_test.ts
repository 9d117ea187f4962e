import { assertEquals } from "@std/assert";
import type { Entry } from "../../../actors/chat_room/entry.ts";
import { Occupants } from "../../../actors/chat_room/occupants.ts";

const names = (occupants: Occupants): string[] => occupants.list().map(({ name }) => name);

Deno.test("who comes, is present, asks or speaks is in the room; who goes is not", () => {
  const occupants = new Occupants();
  assertEquals(occupants.note("dora", { type: "came", wallMs: 4 }), true);
  assertEquals(occupants.note("bob", { type: "present", wallMs: 1 }), true);
  assertEquals(occupants.note("alice", { type: "asked", wallMs: 2 }), true);
  occupants.spoke("charly", 3);
  assertEquals(names(occupants), ["alice", "bob", "charly", "dora"]);
  assertEquals(occupants.note("bob", { type: "went", wallMs: 5 }), true);
  assertEquals(occupants.note("bob", { type: "went", wallMs: 5 }), false);
  assertEquals(names(occupants), ["alice", "charly", "dora"]);
});

Deno.test("speech does not change since when somebody is there, being present does", () => {
  const occupants = new Occupants();
  occupants.spoke("bob", 9);
  assertEquals(occupants.note("bob", { type: "present", wallMs: 3 }), false);
  occupants.spoke("bob", 12);
  assertEquals(occupants.list(), [{ name: "bob", sinceWallMs: 3 }]);
});

Deno.test("last words do not bring back a member that is gone, until it is a member again", () => {
  const occupants = new Occupants();
  occupants.note("bob", { type: "came", wallMs: 1 });
  occupants.memberGone("bob");
  occupants.spoke("bob", 2);
  assertEquals(names(occupants), []);
  occupants.memberBack("bob");
  assertEquals(occupants.note("bob", { type: "came", wallMs: 3 }), true);
  assertEquals(names(occupants), ["bob"]);
});

Deno.test("a word is out of date that is older than since when they are here, or when they went, each and each guest for itself", () => {
  const occupants = new Occupants();
  const outOfDate = (wallMs: number, name = "bob", guest?: string) =>
    (["came", "went"] as const).map((type) =>
      occupants.isOutOfDate(name, { type, wallMs, ...(guest === undefined ? {} : { guest }) })
    );
  assertEquals(outOfDate(0), [false, false]);
  occupants.note("bob", { type: "came", wallMs: 5 });
  assertEquals([outOfDate(4), outOfDate(5)], [[true, true], [false, false]]);
  assertEquals(["present", "asked"].map((type) => occupants.isOutOfDate("bob", { type, wallMs: 4 } as Entry)), [
    true,
    true,
  ]);
  assertEquals(occupants.isOutOfDate("bob", { type: "looked_in", wallMs: 4 }), false);
  assertEquals([outOfDate(4, "ada"), outOfDate(4, "bob", "Mina")], [[false, false], [false, false]]);
  occupants.note("bob", { type: "came", wallMs: 7, guest: "Mina" });
  occupants.note("bob", { type: "went", wallMs: 9 });
  assertEquals([outOfDate(8), outOfDate(9), outOfDate(6, "bob", "Mina")], [[true, true], [false, false], [true, true]]);
  occupants.note("bob", { type: "present", wallMs: 3 }); // what it says itself counts
  assertEquals([outOfDate(2), outOfDate(3)], [[true, true], [false, false]]);
});

Deno.test("that somebody was heard to speak puts no earlier word that they are here out of date, but for one from before they went", () => {
  const occupants = new Occupants();
  const isOutOfDate = (type: "came" | "present" | "asked" | "went", wallMs: number) =>
    occupants.isOutOfDate("bob", { type, wallMs });
  occupants.note("bob", { type: "went", wallMs: 2 });
  occupants.spoke("bob", 9);
  const here = (["came", "present", "asked"] as const).map((type) => [isOutOfDate(type, 1), isOutOfDate(type, 3)]);
  assertEquals(here, [[true, false], [true, false], [true, false]]);
  assertEquals([isOutOfDate("went", 8), isOutOfDate("went", 9)], [true, false]);
  occupants.note("bob", { type: "came", wallMs: 3 });
  assertEquals([isOutOfDate("came", 2), isOutOfDate("went", 2)], [true, true]);
});

Deno.test("that a guest is here does not change since when, as who hosts does not say when each came", () => {
  const occupants = new Occupants();
  occupants.note("bob", { type: "came", wallMs: 7, guest: "Mina" });
  occupants.note("bob", { type: "hosting", wallMs: 3, guests: ["Mina", "Lena"] });
  assertEquals(["Mina", "Lena"].map((guest) => occupants.guestSince("bob", guest)), [7, 3]);
  assertEquals(occupants.isOutOfDate("bob", { type: "went", wallMs: 5, guest: "Mina" }), true);
});

Deno.test("words from before somebody went do not bring them back, later ones do", () => {
  const occupants = new Occupants();
  occupants.note("bob", { type: "came", wallMs: 3 });
  occupants.note("bob", { type: "went", wallMs: 5 });
  for (const wallMs of [4, 5]) occupants.spoke("bob", wallMs);
  assertEquals(names(occupants), []);
  occupants.spoke("bob", 6);
  assertEquals(names(occupants), ["bob"]);
});

Deno.test("who was gone from the cluster may come back with another clock, and so may its guests", () => {
  const occupants = new Occupants();
  for (const guest of [{}, { guest: "Mina" }]) {
    occupants.note("bob", { type: "came", wallMs: 5, ...guest });
    occupants.note("bob", { type: "went", wallMs: 9, ...guest });
    occupants.note("rob", { type: "went", wallMs: 9, ...guest });
  }
  occupants.memberGone("bob");
  const isOutOfDate = (name: string, guest = {}) => occupants.isOutOfDate(name, { type: "came", wallMs: 4, ...guest });
  assertEquals([isOutOfDate("bob"), isOutOfDate("bob", { guest: "Mina" })], [false, false]);
  assertEquals([isOutOfDate("rob"), isOutOfDate("rob", { guest: "Mina" })], [true, true]);
});

Deno.test("when so many went is remembered, the latest of them", () => {
  const occupants = new Occupants();
  for (let i = 0; i < 4_097; i++) occupants.note(`bot${i}`, { type: "went", wallMs: 9 });
  const isOutOfDate = (name: string) => occupants.isOutOfDate(name, { type: "came", wallMs: 4 });
  assertEquals([isOutOfDate("bot0"), isOutOfDate("bot1"), isOutOfDate("bot4096")], [false, true, true]);
});

Deno.test("a crowd beyond any room is not let in", () => {
  const occupants = new Occupants();
  for (let i = 0; i < 5_000; i++) occupants.note(`bot${i}`, { type: "came", wallMs: i });
  assertEquals(occupants.list().length, 4_096);
  assertEquals(occupants.note("bot0", { type: "present", wallMs: 0 }), false);
  assertEquals(occupants.note("bot0", { type: "went", wallMs: 0 }), true);
  assertEquals(occupants.note("late", { type: "came", wallMs: 0 }), true);
});

Deno.test("who is away is here all the same, until back", () => {
  const occupants = new Occupants();
  occupants.note("bob", { type: "present", wallMs: 1, away: "lunch" });
  assertEquals(occupants.list(), [{ name: "bob", sinceWallMs: 1, away: "lunch" }]);
  occupants.spoke("bob", 2);
  assertEquals(occupants.list()[0]?.away, "lunch");
  assertEquals(occupants.note("bob", { type: "present", wallMs: 1 }), false);
  assertEquals(occupants.list(), [{ name: "bob", sinceWallMs: 1 }]);
});
