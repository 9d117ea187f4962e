import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { nearest, typingDistance } from "../../../actors/repl/nearest.ts";

const COMMANDS = ["help", "members", "message", "rooms", "quit", "chatjoin", "chatleave", "ls", "me"];

for (
  const [word, found] of [
    ["help", ["help"]],
    ["hlep", ["help"]],
    ["halp", ["help"]],
    ["HELP", ["help"]],
    ["mem", ["members", "me"]],
    ["chat", ["chatjoin", "chatleave"]],
    ["membres", ["members"]],
    ["romos", ["rooms"]],
    ["sl", ["ls"]],
    ["xyzzy", []],
    ["", []],
    ["q", ["quit"]],
  ] as const
) {
  Deno.test(`nearest: "${word}" may have meant [${found.join(", ")}]`, () => {
    assertEquals(nearest(word, COMMANDS), [...found]);
  });
}

Deno.test("nearest: gives no more than asked for", () => {
  assertEquals(nearest("m", COMMANDS, 2), ["members", "message"]);
});

Deno.test("nearest: a long word costs nothing", () => {
  assertEquals(nearest("x".repeat(100_000), COMMANDS), []);
});

Deno.test("nearest: distance is a metric's: zero for the same, the same both ways, at most the longer word", () => {
  fc.assert(fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
    const distance = typingDistance(a, b);
    assertEquals(distance === 0, a === b);
    assertEquals(distance, typingDistance(b, a));
    assertEquals(distance <= Math.max(a.length, b.length), true);
  }));
});
