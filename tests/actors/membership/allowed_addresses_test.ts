import { assertEquals } from "@std/assert";
import {
  type AddressRange,
  isAllowed,
  isAllowedAddress,
  parseAddressRange,
  showAddressRange,
} from "../../../actors/membership/allowed_addresses.ts";
import { applyAlive } from "../../../actors/membership/merge.ts";
import { startSelf } from "../../../actors/membership/own_entry.ts";
import { Roster } from "../../../actors/membership/roster.ts";
import { lan } from "../../../actors/pool/profile.ts";
import { type Address, ipBytes, parseAddress } from "../../../transport/address.ts";
import { alive, memberOf, moment, rosterOfSelf, rosterWith, SELF, words } from "./table.ts";

const permissions = "none";

const RANGES: readonly (readonly [text: string, shown: string | undefined])[] = [
  ["10.0.0.0/8", "10.0.0.0/8"],
  ["10.1.2.3/8", "10.0.0.0/8"],
  ["10.1.2.255/25", "10.1.2.128/25"],
  ["0.0.0.0/0", "0.0.0.0/0"],
  ["127.0.0.1/32", "127.0.0.1/32"],
  ["fd00:1::1/8", "fd00::/8"],
  ["::1/128", "::1/128"],
  ["10.0.0.0/33", undefined],
  ["::/129", undefined],
  ["10.0.0.0", undefined],
  ["10.0.0.0/", undefined],
  ["10.0.0/8", undefined],
  ["10.0.0.0/-1", undefined],
  ["10.0.0.0/8/8", undefined],
  ["::ffff:10.0.0.0/104", undefined],
  ["::ffff:10.0.0.0/24", undefined],
  ["localhost/8", undefined],
  ["[::1]/8", undefined],
];

for (const [text, shown] of RANGES) {
  Deno.test({
    name: `"${text}" ${shown === undefined ? "is no range of addresses" : `is the range ${shown}`}`,
    permissions,
    fn() {
      const range = parseAddressRange(text);
      assertEquals(range && showAddressRange(range), shown);
    },
  });
}

const WITHIN: readonly (readonly [ranges: string, ip: string, allowed: boolean])[] = [
  ["", "192.0.2.1", true],
  ["", "[2001:db8::1]", true],
  ["10.0.0.0/8", "10.255.255.255", true],
  ["10.0.0.0/8", "11.0.0.0", false],
  ["10.1.2.128/25", "10.1.2.128", true],
  ["10.1.2.128/25", "10.1.2.127", false],
  ["0.0.0.0/0", "203.0.113.9", true],
  ["0.0.0.0/0", "[::1]", false],
  ["::/0", "[::1]", true],
  ["::/0", "127.0.0.1", false],
  ["fd00::/8", "[fdff::1]", true],
  ["fd00::/8", "[fe80::1]", false],
  ["10.0.0.0/8 127.0.0.1/32", "127.0.0.1", true],
  ["10.0.0.0/8 127.0.0.1/32", "127.0.0.2", false],
];

for (const [ranges, ip, allowed] of WITHIN) {
  Deno.test({
    name: `with the ranges [${ranges}], ${ip} is ${allowed ? "" : "not "}allowed`,
    permissions,
    fn: () => assertEquals(isAllowedAddress(rangesOf(ranges), parseAddress(`${ip}:7946`)!), allowed),
  });
}

Deno.test({
  name: "an IPv4-mapped address is allowed as the IPv4 address is, and what is no address never where ranges are given",
  permissions,
  fn() {
    const mapped = Uint8Array.from([...Array(10).fill(0), 0xff, 0xff, 10, 0, 0, 1]);
    assertEquals(isAllowed(rangesOf("10.0.0.0/8"), mapped), true);
    assertEquals(isAllowed(rangesOf("::/0"), mapped), false);
    for (const length of [0, 3, 5, 17]) assertEquals(isAllowed(rangesOf("0.0.0.0/0"), new Uint8Array(length)), false);
  },
});

/** Where the peers of these tables are is not where members may be. */
const elsewhere = { ...lan, addressesAllowed: rangesOf("192.0.2.0/24") };

Deno.test("a new member at an address not allowed is ignored (rule A4)", () => {
  const roster = rosterOfSelf();
  assertEquals(words(applyAlive(roster, alive("b", 1), "network", moment(0, elsewhere))), [
    "alive_address_not_allowed",
  ]);
  assertEquals(roster.get("b"), undefined);
});

Deno.test("a member that changes to an address not allowed is ignored, and is no conflict either (rule A5)", () => {
  for (const state of ["alive", "left"] as const) {
    const roster = rosterWith("b", state, 5);
    const moved = { ...alive("b", 6), addr: Uint8Array.of(10, 9, 9, 9) };
    assertEquals(words(applyAlive(roster, moved, "network", moment(0, elsewhere))), [
      "alive_address_not_allowed",
    ]);
    assertEquals(memberOf(roster, "b").state, state);
    const allowed = { ...moved, addr: Uint8Array.of(192, 0, 2, 9) };
    assertEquals(words(applyAlive(roster, allowed, "network", moment(0, elsewhere))), [
      ...(state === "left" ? ["broadcast alive 6", "join"] : ["conflict"]),
    ]);
  }
});

Deno.test("a member at an address that is known already goes on, and we ourselves are where we are", () => {
  const roster = rosterWith("b", "alive", 5);
  const known = applyAlive(
    roster,
    { ...alive("b", 6), addr: memberOf(roster, "b").addr },
    "network",
    moment(0, elsewhere),
  );
  assertEquals(words(known), ["broadcast alive 6"]);
  const own = new Roster({ self: SELF, bindPort: 1 });
  const entry = { addr: ipBytes("127.0.0.1:1" as Address), port: 1, meta: new Uint8Array() };
  startSelf(own, entry, moment(0, elsewhere));
  assertEquals(own.own?.state, "alive");
});

function rangesOf(texts: string): readonly AddressRange[] {
  return texts.split(" ").filter((text) => text !== "").map((text) => parseAddressRange(text)!);
}
