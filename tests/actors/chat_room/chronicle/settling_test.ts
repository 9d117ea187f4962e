/** When what others said is brought to the disk, and who is told of it when. */
import { assert, assertEquals } from "@std/assert";
import { GREETING_MS } from "../../../../actors/chat_room/chronicle/since.ts";
import type { RoomName } from "../../../../actors/chat_room/entry.ts";
import { decodeLogMessage } from "../../../../actors/history/log_message.ts";
import { MemoryStore } from "../../../../actors/history/memory_store.ts";
import { Author, simulatedHistory } from "../../../support/author.ts";
import { LoneRoom } from "../../../support/lone_room.ts";

const DEV = "dev" as RoomName;

/** A store that needs several turns. */
class SlowStore extends MemoryStore {
  readonly steps: string[] = [];
  unsettled = 0;
  untidy = 0;

  override settle(): boolean {
    this.steps.push("settle");
    return this.unsettled-- <= 0 && super.settle();
  }

  override tidy(): boolean {
    this.steps.push("tidy");
    return this.untidy-- > 0;
  }
}

/** A room in which bob has just spoken, for the first time. */
function heard({ unsettled = 0, untidy = 0 }): Readonly<{ room: LoneRoom; store: SlowStore; heads: () => number }> {
  const store = new SlowStore();
  const room = new LoneRoom({ ...simulatedHistory("alice"), store }, DEV);
  room.passes(1_000);
  Object.assign(store, { unsettled, untidy });
  store.steps.length = 0;
  room.sent.length = 0;
  room.publishes("bob", decodeLogMessage(new Author("bob", DEV).says("hi", 1))!);
  return { room, store, heads: () => room.sent.filter(({ message }) => message.type === "heads").length };
}

Deno.test("what others said is brought to the disk within three seconds, and what is left to do for it is done", () => {
  const { room, store } = heard({});
  room.passes(100);
  assertEquals(store.steps, []);
  room.passes(2_900);
  assert(store.steps.includes("tidy"));
});

Deno.test("what is too much for one turn is gone on with in the next, also what is to be tidied", () => {
  const { room, store } = heard({ untidy: 3 });
  room.passes(3_300);
  assertEquals(store.steps.filter((step) => step === "tidy").length, 4);
});

Deno.test("others are told that it is kept once all of it is", () => {
  const { room, heads } = heard({ unsettled: 20 });
  room.passes(900);
  assertEquals(heads(), 0);
  room.passes(1_000);
  assert(heads() > 0);
});

Deno.test("whoever hears it, nobody tells it again while it could be taken for what was there before", () => {
  for (let seed = 0; seed < 50; seed++) {
    const room = new LoneRoom(simulatedHistory("alice"), DEV, undefined, `${seed}`);
    room.passes(1_000);
    room.sent.length = 0;
    room.publishes("bob", decodeLogMessage(new Author("bob", DEV).says("hi", 1))!);
    room.passes(GREETING_MS);
    assertEquals(room.sent, []);
    room.passes(250);
    assert(room.sent.length > 0);
  }
});

Deno.test("while others talk on and on, it is told within six seconds what of it is kept; and a second after they end", () => {
  const room = new LoneRoom(simulatedHistory("alice"), DEV);
  room.passes(1_000);
  const bob = new Author("bob", DEV);
  const heads = () => room.sent.splice(0).filter(({ message }) => message.type === "heads").length;
  heads();
  const talks = (ms: number) => {
    for (let left = ms; left > 0; left -= 50) {
      room.publishes("bob", decodeLogMessage(bob.says("and", 1))!);
      room.passes(50);
    }
  };
  talks(2_000);
  assertEquals(heads(), 0);
  talks(4_000);
  assert(heads() > 0);
  room.passes(1_300);
  assert(heads() > 0);
});

Deno.test("while very much is said, what can wait does; what is said is on disk all the same, and the rest follows", () => {
  const { room, store } = heard({});
  const bob = new Author("bob", DEV);
  const says = (texts: number) => {
    const contents = Array.from({ length: texts }, (_, at) => ({ type: "said", text: `${at}` } as const));
    room.publishes("bob", decodeLogMessage(bob.writes(1, ...contents))!);
  };
  room.passes(3_000); // the first words are settled
  store.steps.length = 0;
  for (let ms = 0; ms < 9_000; ms += 100) {
    says(60);
    room.passes(100);
  }
  const { steps } = store;
  assertEquals([steps.includes("settle"), steps.includes("tidy")], [true, false]);
  room.passes(6_000);
  assert(steps.includes("tidy"));
});
