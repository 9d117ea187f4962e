import { assertEquals } from "@std/assert";
import { type AliveClaim, META_BYTES_MAX, validateAlive, validName } from "../../../transport/wire/validate.ts";

const GOOD: AliveClaim = {
  node: "node-a",
  addr: Uint8Array.of(127, 0, 0, 1),
  port: 7946,
  meta: null,
  vsn: Uint8Array.of(1, 5, 2, 0, 0, 0),
};

function verdict(change: Partial<AliveClaim>): string | undefined {
  return validateAlive({ ...GOOD, ...change });
}

Deno.test("validateAlive() takes what real nodes send", () => {
  assertEquals(verdict({}), undefined);
  assertEquals(verdict({ addr: new Uint8Array(16) }), undefined);
  assertEquals(verdict({ meta: new Uint8Array(META_BYTES_MAX) }), undefined);
  assertEquals(verdict({ port: 65_535 }), undefined);
});

Deno.test("faults row 5: validateAlive() refuses a Vsn that has not exactly 6 bytes", () => {
  for (const length of [0, 1, 2, 3, 4, 5, 7]) assertEquals(verdict({ vsn: new Uint8Array(length) }), "out_of_range");
});

Deno.test("faults row 5: validateAlive() refuses addresses that have not 4 or 16 bytes", () => {
  for (const length of [0, 3, 5, 15, 17]) assertEquals(verdict({ addr: new Uint8Array(length) }), "out_of_range");
});

Deno.test("faults row 5: validateAlive() refuses port 0 and a meta of more than 512 bytes", () => {
  assertEquals(verdict({ port: 0 }), "out_of_range");
  assertEquals(verdict({ meta: new Uint8Array(META_BYTES_MAX + 1) }), "too_large");
});

Deno.test("validateAlive() refuses what is not a valid name", () => {
  assertEquals(verdict({ node: "" }), "out_of_range");
  assertEquals(verdict({ node: "a\nb" }), "out_of_range");
});

Deno.test("validName() takes names of 1 to 128 bytes in any script", () => {
  for (const name of ["a", "node-1.dc1", "Zoë", "節点", "🙂", "x".repeat(128), "é".repeat(64)]) {
    assertEquals(validName(name), true, name);
  }
  for (const name of ["", "x".repeat(129), "é".repeat(64) + "x", "🙂".repeat(33)]) {
    assertEquals(validName(name), false, name);
  }
});

Deno.test("faults row 18: validName() refuses NUL, newline, ESC, C1, bidi override, lone surrogate and ../", () => {
  for (const bad of ["\0", "\n", "\x1b", "\x7f", "\x9b", "\u2028", "\u202e", "\u2066", "\ud800", "../", "\\"]) {
    assertEquals(validName(`a${bad}b`), false, JSON.stringify(bad));
  }
});
