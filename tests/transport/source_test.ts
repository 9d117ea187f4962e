import { assertEquals } from "@std/assert";
import { packetSource, streamSource } from "../../transport/source.ts";
import type { Address } from "../../transport/address.ts";

const SOURCES: readonly (readonly [address: string, packets: string, streams: string | undefined])[] = [
  ["10.1.2.3:7946", "10.1.2.3", "10.1.2.3"],
  ["10.1.2.3:7947", "10.1.2.3", "10.1.2.3"],
  ["[2001:db8:0:7::1]:7946", "20010db800000007::", "20010db800000007::"],
  ["[2001:db8:0:7:ffff::9]:1", "20010db800000007::", "20010db800000007::"],
  ["127.0.0.1:7946", "127.0.0.1:7946", undefined],
  ["127.3.2.1:7946", "127.3.2.1:7946", undefined],
  ["[::1]:7946", "[::1]:7946", undefined],
];

for (const [address, packets, streams] of SOURCES) {
  Deno.test(`packets from ${address} are counted with ${packets}, streams with ${streams ?? "all"}`, () => {
    assertEquals([packetSource(address as Address), streamSource(address as Address)], [packets, streams]);
  });
}
