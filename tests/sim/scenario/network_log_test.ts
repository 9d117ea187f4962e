import { assertEquals } from "@std/assert";
import type { Carried, Verdict } from "../../../sim/rule.ts";
import { NetworkLog } from "../../../sim/scenario/network_log.ts";
import type { Address } from "../../../transport/address.ts";

const DROP: Verdict = { type: "drop" };

function carried(from: string, to: string, kind: Carried["kind"] = "packet"): Carried {
  return { kind, from: from as Address, to: to as Address, bytes: new Uint8Array() };
}

Deno.test("what was not delivered is told by names where there are names", () => {
  const log = new NetworkLog((address) => address === "1.1.1.1:1" ? "alice" : undefined);
  log.note(61_234.5, carried("1.1.1.1:1", "2.2.2.2:2"), DROP);
  log.note(62_000, carried("2.2.2.2:2", "1.1.1.1:1", "stream"), DROP);
  assertEquals(log.lines, [
    "01:01.234  alice -> 2.2.2.2:2: a packet was dropped",
    "01:02.000  2.2.2.2:2 -> alice: a piece of a stream was held up",
  ]);
});

Deno.test("what was delivered, and acknowledgements, are not told", () => {
  const log = new NetworkLog((address) => address);
  log.note(0, carried("a", "b"), { type: "deliver", afterMs: 5 });
  log.note(0, carried("a", "b", "ack"), DROP);
  assertEquals(log.lines, []);
});

Deno.test("the same again and again is one line, at its last place, and only the last of many are told", () => {
  const log = new NetworkLog((address) => address);
  log.note(1, carried("a", "b"), DROP);
  log.note(2, carried("b", "a"), DROP);
  log.note(3, carried("a", "b"), DROP);
  log.note(4, carried("a", "b"), DROP);
  assertEquals(log.lines, [
    "00:00.002  b -> a: a packet was dropped",
    "00:00.004  a -> b: a packet was dropped, the last of 3",
  ]);
  for (let n = 0; n < 12; n++) log.note(10 + n, carried("x", `${n}`), DROP);
  assertEquals(log.lines.length, 10);
  assertEquals(log.lines[0], "00:00.012  x -> 2: a packet was dropped");
});
