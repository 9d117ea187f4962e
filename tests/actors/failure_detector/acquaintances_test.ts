import { assertEquals } from "@std/assert";
import { Acquaintances } from "../../../actors/failure_detector/acquaintances.ts";
import type { MembershipEvent, MemberView } from "../../../actors/membership.ts";
import type { Address } from "../../../transport/address.ts";

const [ONE, OTHER] = ["10.0.0.1:7946" as Address, "10.0.0.2:7946" as Address];

function event(type: "joined" | "left" | "updated" | "refuted", name: string, address: Address): MembershipEvent {
  return { type, member: { name, address, state: "alive", incarnation: 1 } as MemberView };
}

function after(...events: readonly MembershipEvent[]): [boolean, boolean] {
  const acquaintances = new Acquaintances();
  for (const one of events) acquaintances.hear(one);
  return [acquaintances.has(ONE), acquaintances.has(OTHER)];
}

Deno.test("members are known at their address until they leave or fail", () => {
  const joined = event("joined", "bob", ONE);
  assertEquals(after(joined), [true, false]);
  assertEquals(after(joined, event("left", "bob", ONE)), [false, false]);
  assertEquals(after(joined, { ...event("left", "bob", ONE), type: "failed", by: "alice" }), [false, false]);
  assertEquals(after(joined, event("refuted", "bob", ONE), event("updated", "bob", ONE)), [true, false]);
});

Deno.test("who moves is known at the new address only", () => {
  assertEquals(after(event("joined", "bob", ONE), event("joined", "bob", OTHER)), [false, true]);
});

Deno.test("two at one address are known there until both are gone", () => {
  const both = [event("joined", "bob", ONE), event("joined", "rob", ONE), event("left", "bob", ONE)];
  assertEquals([after(...both), after(...both, event("left", "rob", ONE))], [[true, false], [false, false]]);
});

Deno.test("who claims a taken name is not known for it", () => {
  const { member } = event("joined", "bob", OTHER);
  assertEquals(after({ type: "conflict", member, offered: OTHER }), [false, false]);
});
