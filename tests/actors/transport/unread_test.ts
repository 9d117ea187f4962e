import { assertEquals } from "@std/assert";
import { UnreadBytes } from "../../../actors/transport/unread.ts";
import type { Address } from "../../../transport/address.ts";

const MIB = 1024 * 1024;
const at = (host: number): Address => `10.0.0.${host}:7946` as Address;
const LOOPBACK = "127.0.0.1:7946" as Address;

/** How many MiB, one after the other, may be read from there. */
function readable(unread: UnreadBytes, from: Address, now = 0): number {
  let count = 0;
  while (count < 1_000 && unread.spend(from, MIB, now)) count++;
  return count;
}

Deno.test("one source may have 48 MiB unread, all together 192; what one is refused costs the others nothing", () => {
  const unread = new UnreadBytes(0);
  assertEquals([1, 2, 1, 2, 3, 4, 5].map((host) => readable(unread, at(host))), [48, 48, 0, 0, 48, 48, 0]);
});

Deno.test("on one machine there is only the limit of all", () => {
  const unread = new UnreadBytes(0);
  assertEquals([readable(unread, LOOPBACK), readable(unread, at(1))], [192, 0]);
});

Deno.test("what proves itself is given back, to its source and to all", () => {
  const unread = new UnreadBytes(0);
  assertEquals(readable(unread, at(1)), 48);
  unread.accepted(at(1), 40 * MIB);
  assertEquals(readable(unread, at(1)), 40);
  for (const host of [2, 3, 4]) assertEquals(readable(unread, at(host)), 48);
});

Deno.test("credit comes back with time: a MiB a second for each, sixteen for all", () => {
  const unread = new UnreadBytes(0);
  for (const host of [1, 2, 3, 4]) readable(unread, at(host));
  assertEquals([1, 2, 5].map((host) => readable(unread, at(host), 2_000)), [2, 2, 28]);
});

Deno.test("a short message that had to be unpacked before it was refused costs 2 MiB, others their length", () => {
  const unread = new UnreadBytes(0);
  for (const host of [1, 2]) unread.spend(at(host), 100, 0);
  unread.spend(at(3), 5 * MIB, 0);
  unread.refused(at(1), 100, "bad_compression");
  unread.refused(at(2), 100, "undecryptable");
  unread.refused(at(3), 5 * MIB, "malformed");
  assertEquals([1, 2, 3].map((host) => readable(unread, at(host))), [46, 47, 43]);
});
