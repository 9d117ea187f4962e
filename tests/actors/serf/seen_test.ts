import { assertEquals } from "@std/assert";
import { SeenEvents, SeenQueries } from "../../../actors/serf/seen.ts";

const bytes = (length: number): Uint8Array => new Uint8Array(length);
const event = (time: number, name = "deploy", payload: Uint8Array | null = null) => ({ time, name, payload });

Deno.test("an event is new once, and another of the same time is another", () => {
  const seen = new SeenEvents();
  assertEquals(seen.hear(event(5), 6), "new");
  assertEquals(seen.hear(event(5), 6), "seen");
  assertEquals(seen.hear(event(5, "other"), 6), "new");
  assertEquals(seen.hear(event(5, "deploy", bytes(1)), 6), "new");
  assertEquals(seen.hear(event(5, "deploy", bytes(0)), 6), "seen"); // as in Go, no bytes and none at all are the same
  assertEquals(seen.hear(event(6), 7), "new");
});

Deno.test("512 times are remembered; what was before them is old", () => {
  const seen = new SeenEvents();
  assertEquals(seen.hear(event(1), 2), "new");
  assertEquals(seen.hear(event(1), 513), "seen");
  assertEquals(seen.hear(event(1), 514), "old");
  assertEquals(seen.hear(event(2), 514), "new");
});

Deno.test("what is ignored on purpose is old", () => {
  const seen = new SeenEvents();
  seen.hear(event(3), 4);
  seen.ignoreBefore(4);
  assertEquals(seen.hear(event(3), 4), "old");
  assertEquals(seen.hear(event(4), 5), "new");
  assertEquals(seen.events.map(({ time }) => time), [4]);
});

Deno.test("of what is said at one time there is a limit, and the rest is not passed on", () => {
  const [events, queries] = [new SeenEvents(), new SeenQueries()];
  for (let at = 0; at < 64; at++) {
    assertEquals(events.hear(event(1, `event ${at}`), 2), "new");
    assertEquals(queries.hear({ time: 1, id: at }, 2), "new");
  }
  assertEquals(events.hear(event(1, "one more"), 2), "full");
  assertEquals(queries.hear({ time: 1, id: 64 }, 2), "full");
  assertEquals(queries.hear({ time: 1, id: 63 }, 2), "seen");
});

Deno.test("of all events together there is a limit of bytes: the oldest give way, and are old then", () => {
  const seen = new SeenEvents();
  for (let time = 1; time <= 100; time++) {
    assertEquals(seen.hear(event(time, "big", bytes(64 * 1024)), time + 1), "new");
  }
  const kept = seen.events.map(({ time }) => time);
  assertEquals(kept, Array.from({ length: 15 }, (_, at) => 86 + at));
  assertEquals(seen.hear(event(85, "big", bytes(64 * 1024)), 101), "old");
  for (let time = 601; time <= 605; time++) seen.hear(event(time, "big", bytes(64 * 1024)), time + 1);
  assertEquals(seen.events.length, 5 + 7); // what is too old gives its bytes back
});

Deno.test("the oldest are those of the earliest times, in whatever order they came", () => {
  const seen = new SeenEvents();
  for (let time = 20; time >= 1; time--) seen.hear(event(time, "big", bytes(64 * 1024)), 21);
  assertEquals(seen.events.map(({ time }) => time).toSorted((a, b) => a - b), [
    6,
    7,
    8,
    9,
    10,
    11,
    12,
    13,
    14,
    15,
    16,
    17,
    18,
    19,
    20,
  ]);
});

Deno.test("a query is new once, by its time and number", () => {
  const seen = new SeenQueries();
  assertEquals(seen.hear({ time: 1, id: 7 }, 2), "new");
  assertEquals(seen.hear({ time: 1, id: 7 }, 2), "seen");
  assertEquals(seen.hear({ time: 2, id: 7 }, 3), "new");
  assertEquals(seen.hear({ time: 1, id: 8 }, 2), "new");
  assertEquals(seen.hear({ time: 1, id: 7 }, 514), "old");
});
