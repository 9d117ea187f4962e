import { assertEquals, assertThrows } from "@std/assert";
import { leave, startSelf, updateSelf } from "../../../actors/membership/own_entry.ts";
import { Roster } from "../../../actors/membership/roster.ts";
import { addrOf, moment, rosterOfSelf, SELF, words } from "./table.ts";

Deno.test("a restarted peer that kept its incarnation starts above it", () => {
  const roster = new Roster({ self: SELF, bindPort: 7946, incarnation: 41 });
  const effects = startSelf(roster, { addr: addrOf(SELF), port: 7946, meta: new Uint8Array() }, moment());
  assertEquals(words(effects), ["broadcast alive 42", "join"]);
});

Deno.test("an update is an event only if it changes something, and always a new incarnation", () => {
  const roster = rosterOfSelf();
  assertEquals(words(updateSelf(roster, Uint8Array.of(1), moment())), ["broadcast alive 2", "update"]);
  assertEquals(words(updateSelf(roster, Uint8Array.of(1), moment())), ["broadcast alive 3"]);
});

Deno.test("a meta of more than 512 bytes is a mistake of the caller, and changes nothing", () => {
  const roster = rosterOfSelf();
  assertThrows(() => updateSelf(roster, new Uint8Array(513), moment()), RangeError, "at most 512 bytes: 513");
  assertEquals(roster.own?.incarnation, 1);
});

Deno.test("we leave once, by our own word", () => {
  const roster = rosterOfSelf();
  const effects = leave(roster, moment());
  assertEquals(words(effects), ["broadcast dead 1", "leave"]);
  assertEquals(roster.own?.state, "left");
  assertEquals(leave(roster, moment()), []);
  assertEquals(words(updateSelf(roster, Uint8Array.of(1), moment())), ["alive_after_own_leave"]);
});

Deno.test("before the start there is nothing to update or to leave", () => {
  const roster = new Roster({ self: SELF, bindPort: 7946 });
  assertEquals(updateSelf(roster, new Uint8Array(), moment()), []);
  assertEquals(leave(roster, moment()), []);
});
