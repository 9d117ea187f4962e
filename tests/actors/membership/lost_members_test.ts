import { assertEquals } from "@std/assert";
import { LostMembers } from "../../../actors/membership/lost_members.ts";
import type { NodeName } from "../../../actors/membership/member.ts";
import { seededRandom } from "../../../actors/runtime/random.ts";
import type { Address } from "../../../transport/address.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
const at = (n: number): Address => `10.0.${n >> 8}.${n & 255}:7946` as Address;
const named = (n: number): NodeName => `member-${n}` as NodeName;

/** Everybody who is ever picked at this time by a peer that is alone. */
function picked(members: LostMembers, now: number): readonly Address[] {
  const random = seededRandom("picked");
  const found = new Set<Address>();
  for (let i = 0; i < 200; i++) {
    const address = members.pick(0, now, random);
    if (address !== undefined) found.add(address);
  }
  return [...found].toSorted();
}

Deno.test("who failed is sought at its address, until it is found", () => {
  const members = new LostMembers();
  assertEquals(picked(members, 0), []);
  members.lost(named(1), at(1), 0);
  members.lost(named(2), at(2), 0);
  assertEquals(picked(members, 1), [at(1), at(2)]);
  members.found(named(1), at(1));
  assertEquals(picked(members, 1), [at(2)]);
  members.clear();
  assertEquals(picked(members, 1), []);
});

Deno.test("who failed again elsewhere is sought there", () => {
  const members = new LostMembers();
  members.lost(named(1), at(1), 0);
  members.lost(named(1), at(2), 5);
  assertEquals(picked(members, 6), [at(2)]);
});

Deno.test("who is away for a day is not sought any more, counted from its last failure", () => {
  const members = new LostMembers();
  members.lost(named(1), at(1), 0);
  members.lost(named(2), at(2), 1);
  members.lost(named(1), at(1), 2);
  assertEquals(picked(members, DAY_MS), [at(1), at(2)]);
  assertEquals(picked(members, DAY_MS + 1), [at(1)]);
  assertEquals(picked(members, DAY_MS + 2), []);
  assertEquals(members.size, 0);
});

Deno.test("of too many the one lost longest ago is given up", () => {
  const members = new LostMembers();
  for (let i = 0; i <= 1_024; i++) members.lost(named(i), at(i), i);
  assertEquals(members.size, 1_024);
  const random = seededRandom("many");
  for (let i = 0; i < 20_000; i++) assertEquals(members.pick(0, 2_000, random) === at(0), false);
});

Deno.test("a place is looked at until somebody answers there, a member is there, or a day has passed", () => {
  const members = new LostMembers();
  for (const n of [1, 2, 3]) members.seek(at(n), n);
  assertEquals(members.size, 3);
  assertEquals(picked(members, 4), [at(1), at(2), at(3)]);
  members.met(at(1));
  assertEquals(picked(members, 4), [at(2), at(3)]);
  members.found(named(7), at(2));
  assertEquals(picked(members, 4), [at(3)]);
  assertEquals(picked(members, DAY_MS + 2), [at(3)]);
  assertEquals(picked(members, DAY_MS + 3), []);
  members.seek(at(4), 5);
  members.clear();
  assertEquals(members.size, 0);
});

Deno.test("of too many places the one given first is given up, and the lost are none of them", () => {
  const members = new LostMembers();
  members.lost(named(900), at(900), 0);
  for (let i = 0; i <= 64; i++) members.seek(at(i), i);
  members.seek(at(2), 65);
  assertEquals(members.size, 65);
  assertEquals(members.addresses.includes(at(0)), false);
  members.seek(at(100), 66);
  assertEquals([1, 2, 900].map((n) => members.addresses.includes(at(n))), [false, true, true]);
});

Deno.test("places and the lost are tried alike", () => {
  const members = new LostMembers();
  members.lost(named(1), at(1), 0);
  members.seek(at(2), 0);
  assertEquals(picked(members, 1), [at(1), at(2)]);
  const random = seededRandom("share");
  const tries = Array.from({ length: 10_000 }, () => members.pick(100, 1, random)).filter((one) => one !== undefined);
  assertEquals(tries.length > 150 && tries.length < 250, true, `${tries.length} of 10,000`);
});

Deno.test("all that lost the same one try together about as often as one alone would", () => {
  const members = new LostMembers();
  members.lost(named(1), at(1), 0);
  const random = seededRandom("share");
  const tries = Array.from({ length: 10_000 }, () => members.pick(100, 1, random)).filter((one) => one !== undefined);
  assertEquals(tries.length > 50 && tries.length < 150, true, `${tries.length} of 10,000`);
  for (let n = 2; n <= 50; n++) members.lost(named(n), at(n), 0);
  const more = Array.from({ length: 10_000 }, () => members.pick(100, 1, random)).filter((one) => one !== undefined);
  assertEquals(more.length > 4_500 && more.length < 5_500, true, `half of the time for half as many: ${more.length}`);
});
