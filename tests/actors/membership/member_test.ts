import { assertEquals } from "@std/assert";
import { isListed, parseNodeName, parseVersions, stateOfRow, toAlive } from "../../../actors/membership/member.ts";
import { aliveFromNodeState, toNodeState } from "../../../actors/membership/member.ts";
import { memberOf, rosterOf, rosterWith } from "./table.ts";

Deno.test("parseNodeName() takes plain names in any script", () => {
  for (const name of ["a", "anna-2.example_1", "Ångström", "名前", "🦜", "x".repeat(128)]) {
    assertEquals(parseNodeName(name) as string | undefined, name);
  }
});

Deno.test("parseNodeName() refuses what would mislead a reader or a command", () => {
  const bad = [
    "",
    "x".repeat(129),
    "é".repeat(65),
    "a/b",
    "a b",
    "a\n",
    "\x1b[31m",
    "a\u202eb",
    "a\u200bb",
    "\ud800",
    "\u2028",
  ];
  for (const name of bad) assertEquals(parseNodeName(name), undefined, JSON.stringify(name));
});

Deno.test("fewer than six version bytes count as none", () => {
  assertEquals(parseVersions(Uint8Array.of(1, 5, 2, 0, 0)), [0, 0, 0, 0, 0, 0]);
  assertEquals(parseVersions(Uint8Array.of(1, 5, 2, 3, 4, 5, 6)), [1, 5, 2, 3, 4, 5]);
});

Deno.test("a member listed is alive or suspect", () => {
  const states = ["alive", "suspect", "dead", "left"] as const;
  assertEquals(states.map((state) => isListed(memberOf(rosterWith("b", state, 1), "b"))), [true, true, false, false]);
});

Deno.test("a member and its row in an exchange say the same", () => {
  const member = memberOf(rosterOf("b"), "b");
  assertEquals(aliveFromNodeState(toNodeState(member)), toAlive(member));
  assertEquals(stateOfRow(toNodeState(member)), "alive");
});
