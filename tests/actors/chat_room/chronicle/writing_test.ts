/** What of one's own words goes out together. */
import { assertEquals } from "@std/assert";
import type { RoomName } from "../../../../actors/chat_room/entry.ts";
import { simulatedHistory } from "../../../support/author.ts";
import { LoneRoom } from "../../../support/lone_room.ts";

const DEV = "dev" as RoomName;

/** A room in which so many lines are said in each millisecond. */
class Speaking {
  readonly #room = new LoneRoom(simulatedHistory("alice"), DEV);
  #said = 0;

  constructor() {
    this.#room.passes(1_000);
  }

  /** How many lines went out in each batch meanwhile. */
  says(linesPerMs: number, ms: number): readonly number[] {
    this.#room.published.length = 0;
    for (let passed = 0; passed < ms; passed++) {
      for (let line = 0; line < linesPerMs; line++) this.#says();
      this.#room.passes(1);
    }
    return this.#batches();
  }

  pause(ms: number): readonly number[] {
    this.#room.published.length = 0;
    this.#room.passes(ms);
    return this.#batches();
  }

  get said(): number {
    return this.#said;
  }

  #says(): void {
    this.#room.chronicle.write({ type: "said", text: `${++this.#said}` });
  }

  #batches(): readonly number[] {
    return this.#room.published.map((message) => message.type === "batch" ? message.bodies.length : 0);
  }
}

Deno.test("what is said goes out at once, and what is said right after it two milliseconds later, together", () => {
  const alice = new Speaking();
  assertEquals(alice.says(3, 1), [1]);
  assertEquals(alice.pause(10), [2]);
  assertEquals(alice.says(1, 1), [1]);
});

Deno.test("while more than a line a millisecond is said, more goes out together; nothing is lost, and afterwards all is as before", () => {
  const alice = new Speaking();
  const busy = alice.says(3, 200);
  assertEquals(busy.slice(0, 2), [1, 5]);
  assertEquals(busy.slice(2).every((lines) => lines >= 16), true, busy.join());
  const left = alice.pause(20);
  assertEquals([...busy, ...left].reduce((sum, lines) => sum + lines), alice.said);
  alice.pause(100);
  assertEquals(alice.says(1, 1), [1]);
  assertEquals(alice.says(1, 1), [], "what was said before it went out just now");
  assertEquals(alice.pause(2), [1]);
});
