import { assertEquals } from "@std/assert";
import { MemoryStore } from "../../../actors/history/memory_store.ts";
import { ALICE, BOB, DEV, entryOf, OPS, SOME_SIGNATURE } from "../../support/entries.ts";
import { storeContract } from "./store_contract.ts";

storeContract("in memory", (run) => {
  const store = new MemoryStore(); // it outlives its owner's lives
  run({ open: () => store });
});

Deno.test("a store in memory holds so many entries, and the first in order of all rooms go, counted", () => {
  const store = new MemoryStore({ entriesMax: 3 });
  store.put([entryOf(4), entryOf(1, { room: OPS }), entryOf(2, { log: BOB }), entryOf(3), entryOf(5)]);
  assertEquals(store.rooms(), [DEV]);
  assertEquals(store.spans(DEV), [{ log: ALICE, first: 3, last: 5 }]);
  assertEquals(store.counters()["crowded_out"], 2);
  assertEquals(store.counters()["entries"], 3);
});

Deno.test("a store in memory holds so many bytes", () => {
  const { bytes } = entryOf(1);
  const store = new MemoryStore({ bytesMax: 2 * bytes.length });
  store.put([1, 2, 3].map((number) => entryOf(number)));
  assertEquals(store.spans(DEV), [{ log: ALICE, first: 2, last: 3 }]);
});

Deno.test("after a crash, a store in memory holds what was flushed and nothing that was not", () => {
  const store = new MemoryStore();
  const [one, two, three] = [entryOf(1), entryOf(2), entryOf(3)];
  const sealed = entryOf(4, { content: { type: "sealed", to: "c".repeat(64) as never, sealed: new Uint8Array(3) } });
  store.put([one, two, sealed]);
  store.remember("read", "1");
  store.flush();
  store.put([three, { ...two, signature: SOME_SIGNATURE }]);
  store.remember("read", "3");
  store.remember("new", "x");
  store.index(DEV, sealed.hash, "secret");
  store.crash();
  assertEquals(store.before(DEV, undefined, 9), [one, two, sealed]);
  assertEquals([store.recall("read"), store.recall("new")], ["1", undefined]);
  assertEquals(store.search({ words: ["secret"], limit: 9 }), []);
  assertEquals(store.spans(DEV), [{ log: ALICE, first: 1, last: 2 }, { log: ALICE, first: 4, last: 4 }]);
  store.crash();
  assertEquals(store.before(DEV, undefined, 9).length, 3);
});

Deno.test("a crash takes back what was done last first, and nothing that went since", () => {
  const store = new MemoryStore();
  store.remember("read", "1");
  store.flush();
  store.remember("read", "2");
  store.remember("read", "3");
  store.put([entryOf(1), entryOf(2)]);
  assertEquals(store.expire({ ageMs: 1 }, 3), 1);
  store.crash();
  assertEquals([store.recall("read"), store.counters()["entries"], store.counters()["bytes"]], ["1", 0, 0]);
});

Deno.test("who never flushes is not taken back farther than the store holds entries", () => {
  const store = new MemoryStore({ entriesMax: 2 });
  store.put([entryOf(1), entryOf(2), entryOf(3)]);
  store.crash();
  assertEquals(store.spans(DEV), [{ log: ALICE, first: 2, last: 2 }]);
});

Deno.test("a store in memory says the trouble that it stands in for", () => {
  assertEquals(new MemoryStore({ trouble: "The disk is full" }).trouble, "The disk is full");
  assertEquals(new MemoryStore().trouble, undefined);
});

Deno.test("what is crowded out raises the floor of its log, so that nobody fetches it for nothing", () => {
  const store = new MemoryStore({ entriesMax: 2 });
  store.put([entryOf(1), entryOf(2), entryOf(3)]);
  assertEquals([...store.floors(DEV)], [[ALICE, 1]]);
});

Deno.test("a crash takes nothing back that was to be kept at once, nor what was put before it", () => {
  const store = new MemoryStore();
  store.put([entryOf(1)]);
  assertEquals(store.keep([entryOf(2)]), true);
  store.put([entryOf(3)]);
  store.crash();
  assertEquals(store.spans(DEV), [{ log: ALICE, first: 1, last: 2 }]);
});
