import { assertEquals, assertThrows } from "@std/assert";
import {
  type Address,
  addressFromBytes,
  ipBytes,
  joinAddress,
  parseAddress,
  splitAddress,
  withPort,
} from "../../transport/address.ts";

const ACCEPTED: readonly (readonly [text: string, address: string])[] = [
  ["127.0.0.1:7946", "127.0.0.1:7946"],
  ["0.0.0.0:0", "0.0.0.0:0"],
  ["255.255.255.255:65535", "255.255.255.255:65535"],
  ["127.0.0.1:00080", "127.0.0.1:80"],
  ["[::]:0", "[::]:0"],
  ["[::1]:7946", "[::1]:7946"],
  ["[2001:DB8:0:0:0:0:0:1]:1", "[2001:db8::1]:1"],
  ["[2001:db8:0:1:1:1:1:1]:1", "[2001:db8:0:1:1:1:1:1]:1"],
  ["[1:0:0:2:0:0:0:3]:1", "[1:0:0:2::3]:1"],
  ["[1:0:0:2:0:0:3:4]:1", "[1::2:0:0:3:4]:1"],
  ["[1:2:3:4:5:6:7:0]:1", "[1:2:3:4:5:6:7:0]:1"],
  ["[fe80::]:9", "[fe80::]:9"],
  ["[0001:0002::00ff]:9", "[1:2::ff]:9"],
  ["[::ffff:10.1.2.3]:80", "10.1.2.3:80"],
  ["[::FFFF:0a01:0203]:80", "10.1.2.3:80"],
  ["[64:ff9b::1.2.3.4]:80", "[64:ff9b::102:304]:80"],
];

const REJECTED: readonly string[] = [
  "",
  "127.0.0.1",
  ":80",
  "localhost:80",
  "127.0.0.1:",
  "127.0.0.1:65536",
  "127.0.0.1:123456",
  "127.0.0.1:-1",
  "127.0.0.1:8a",
  "127.0.0.1:80 ",
  "127.0.0.1:80\n",
  "127.1:80",
  "1.2.3.4.5:80",
  "256.0.0.1:80",
  "01.2.3.4:80",
  "1..2.3:80",
  "::1:80",
  "[::1]",
  "[::1:80",
  "[127.0.0.1]:80",
  "[1:2:3]:80",
  "[1:2:3:4:5:6:7:8:9]:80",
  "[1::2::3]:80",
  "[1:2:3:4:5:6:7::8]:80",
  "[:1:2:3:4:5:6:7]:80",
  "[12345::]:80",
  "[::g]:80",
  "[fe80::1%eth0]:80",
  "[::1.2.3]:80",
  "[1.2.3.4::]:80",
];

for (const [text, address] of ACCEPTED) {
  Deno.test(`parseAddress() reads "${text}" as ${address}`, () => {
    const parsed = parseAddress(text);
    assertEquals(parsed, address as Address);
    assertEquals(parseAddress(parsed!), parsed, "its own spelling parses to itself");
  });
}

for (const text of REJECTED) {
  Deno.test(`parseAddress() rejects ${JSON.stringify(text)}`, () => assertEquals(parseAddress(text), undefined));
}

for (const [, address] of ACCEPTED) {
  Deno.test(`${address} survives its bytes and its halves`, () => {
    const { hostname, port } = splitAddress(address as Address);
    assertEquals(addressFromBytes(ipBytes(address as Address), port), address as Address);
    assertEquals(joinAddress(hostname, port), address as Address);
  });
}

Deno.test("joinAddress() writes an IPv4 sender on a dual-stack socket as IPv4", () => {
  assertEquals(joinAddress("::ffff:127.0.0.1", 9), "127.0.0.1:9" as Address);
  assertEquals(joinAddress("localhost", 9), undefined);
});

Deno.test("addressFromBytes() rejects other lengths and ports", () => {
  for (const length of [0, 3, 5, 15, 17]) assertEquals(addressFromBytes(new Uint8Array(length), 1), undefined);
  for (const port of [-1, 65_536, 1.5, NaN]) assertEquals(addressFromBytes(new Uint8Array(4), port), undefined);
});

Deno.test("addressFromBytes() takes none of many addresses for another", () => {
  for (let time = 0; time < 2; time++) {
    for (let number = 0; number < 20_000; number++) {
      const ip = Uint8Array.of(number % 7, 0, number >> 8, number & 0xff);
      const port = number % 3 === 0 ? number : 7946;
      assertEquals(addressFromBytes(ip, port), `${ip.join(".")}:${port}` as Address);
    }
  }
});

Deno.test("ipBytes() refuses what never went through a parser", () => {
  assertThrows(() => ipBytes("nowhere:80" as Address), TypeError, "nowhere:80");
});

Deno.test("withPort() keeps the host", () => {
  assertEquals(withPort("127.0.0.1:1" as Address, 2), "127.0.0.1:2" as Address);
  assertEquals(withPort("[::1]:1" as Address, 2), "[::1]:2" as Address);
});
