import { assert, assertEquals } from "@std/assert";
import { Drops } from "../../../actors/transport/drops.ts";

const MINUTE_MS = 60_000;

Deno.test("drops are counted by reason and by source", () => {
  const drops = new Drops();
  for (const source of ["eve", "eve", "mallory"]) drops.count("noise", source, 0);
  drops.count("closed");
  assertEquals(drops.reasons, { noise: 3, closed: 1 });
  assertEquals(drops.offenders, { "dropped from eve": 2, "dropped from mallory": 1 });
});

Deno.test("of one source a line is logged once a minute, whatever its drops are, and none of what has no source", () => {
  const drops = new Drops();
  const logged = (at: number): boolean => drops.count(`reason ${at}`, "eve", at);
  assertEquals([0, 1, MINUTE_MS - 1, MINUTE_MS, MINUTE_MS + 1].map(logged), [true, false, false, true, false]);
  assert(drops.count("noise", "mallory", 1) && !drops.count("closed"));
});

Deno.test("a flood of invented sources is neither one of lines nor of memory", () => {
  const drops = new Drops();
  let lines = 0;
  for (let i = 0; i < 100_000; i++) lines += Number(drops.count("noise", `source ${i}`, i));
  assertEquals([lines, drops.reasons], [256, { noise: 100_000 }]);
  assertEquals(Object.keys(drops.offenders).length, 8);
});
