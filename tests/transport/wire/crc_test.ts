import { assertEquals, assertThrows } from "@std/assert";
import { decodeCrc, encodeCrc } from "../../../transport/wire/crc.ts";
import { bytesOf } from "./vectors.ts";

const USER = "0868656c6c6f2c20776f726c64";

Deno.test("encodeCrc() and decodeCrc() agree with packet-crc-user", () => {
  assertEquals(encodeCrc(bytesOf(USER)).toHex(), "0cd10921ba" + USER);
  assertEquals(decodeCrc(bytesOf("0cd10921ba" + USER)), { ok: true, value: bytesOf(USER) });
});

Deno.test("faults row 6: decodeCrc() refuses a wrong sum, wherever the flipped bit is", () => {
  const bytes = bytesOf("0cd10921ba" + USER);
  for (let at = 1; at < bytes.length; at++) {
    bytes[at]! ^= 1;
    assertEquals(decodeCrc(bytes), { ok: false, reason: "bad_crc", at: 1 });
    bytes[at]! ^= 1;
  }
});

Deno.test("a checksum is neither put around nothing nor taken from it", () => {
  assertThrows(() => encodeCrc(new Uint8Array(0)), RangeError);
  assertEquals(decodeCrc(bytesOf("0c00000000")), { ok: false, reason: "empty", at: 5 });
  assertEquals(decodeCrc(bytesOf("0c000000")), { ok: false, reason: "truncated", at: 4 });
});

Deno.test("decodeCrc() finds the sum in bytes that begin amid a larger buffer", () => {
  const bytes = bytesOf("ffff0cd10921ba" + USER).subarray(2);
  assertEquals(decodeCrc(bytes), { ok: true, value: bytesOf(USER) });
});
