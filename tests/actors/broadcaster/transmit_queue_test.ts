import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type Broadcast,
  type Replacement,
  retransmitLimit,
  TransmitQueue,
} from "../../../actors/broadcaster/transmit_queue.ts";
import vectors from "../../data/memberlist.json" with { type: "json" };
import { type Scenario, scenarios } from "../membership/scenario.ts";

type QueueStep =
  & Readonly<{ finished: readonly string[]; queue_after: readonly { id: string; size: number; transmits: number }[] }>
  & (
    | Readonly<
      {
        op: "queue";
        id: string;
        kind: Replacement<string>["kind"];
        size: number;
        name?: string;
        invalidates_id?: string;
      }
    >
    | Readonly<
      {
        op: "get_broadcasts";
        overhead: number;
        limit: number;
        returned_ids: string[];
        returned_sizes_in_order: number[];
      }
    >
    | Readonly<{ op: "num_nodes"; value: number }>
    | Readonly<{ op: "prune"; max_retain: number }>
  );

for (const scenario of scenarios<QueueStep>("queue")) {
  Deno.test(`replay ${scenario.name}: ${scenario.note}`, () => replay(scenario));
}

Deno.test("replay covers every scenario of the queue", () => {
  assertEquals(scenarios("queue").length, 4);
});

function replay({ config, steps }: Scenario<QueueStep>): void {
  const queue = new TransmitQueue<string>(1000);
  let members = config.num_nodes!;
  const perform = (step: QueueStep): readonly Broadcast<string>[] => {
    switch (step.op) {
      case "queue":
        return queue.enqueue(item(step.id, step.size, replacementOf(step)));
      case "get_broadcasts": {
        const limit = retransmitLimit(config.retransmit_mult!, members);
        const { taken, finished } = queue.take(step.overhead, step.limit, limit);
        assertEquals(taken.map(({ bytes }) => bytes.length), step.returned_sizes_in_order);
        assertEquals(taken.map(({ about }) => about).sort(), [...step.returned_ids].sort());
        return finished;
      }
      case "num_nodes":
        members = step.value;
        return [];
      case "prune":
        return queue.prune(step.max_retain);
    }
  };
  steps.forEach((step, i) => {
    const finished = perform(step);
    assertEquals(finished.map(({ about }) => about).sort(), [...step.finished].sort(), `finished by step ${i}`);
    const after = queue.inspect().map(({ about, bytes, transmits }) => ({ id: about, size: bytes, transmits }));
    assertEquals(after, [...step.queue_after], `queue after step ${i}`);
  });
}

function replacementOf(step: Extract<QueueStep, { op: "queue" }>): Replacement<string> {
  if (step.kind === "named") return { kind: "named", name: step.name! };
  if (step.kind === "unique") return { kind: "unique" };
  return { kind: "plain", invalidates: (other) => other === step.invalidates_id };
}

function item(about: string, size: number, replacement: Replacement<string>): Broadcast<string> {
  return { about, bytes: new Uint8Array(size), replacement };
}

Deno.test("retransmitLimit() gives memberlist's numbers", () => {
  const vector = vectors.vectors.find(({ name }) => name === "formula-retransmit-limit") as unknown as {
    cases: { retransmit_mult: number; num_nodes: number; limit: number }[];
  };
  for (const { retransmit_mult, num_nodes, limit } of vector.cases) {
    assertEquals(retransmitLimit(retransmit_mult, num_nodes), limit, `${retransmit_mult} × for ${num_nodes}`);
  }
});

Deno.test("an item is sent once even if the limit is 0", () => {
  const queue = new TransmitQueue<string>(10);
  queue.enqueue(item("a", 10, { kind: "unique" }));
  const { taken, finished } = queue.take(0, 100, 0);
  assertEquals(taken, finished);
  assertEquals(queue.size, 0);
});

Deno.test("what is urgent goes before all that was sent as often, and waits when it does not fit", () => {
  const queue = new TransmitQueue<string>(10);
  const enqueue = (id: string, size: number, isUrgent = false): void => {
    queue.enqueue({ ...item(id, size, { kind: "unique" }), isUrgent });
  };
  enqueue("long", 60);
  enqueue("longer", 70);
  enqueue("farewell", 20, true);
  enqueue("great farewell", 90, true);
  enqueue("short", 10);
  const packets = [30, 75, 95, 1_000].map((limit) => queue.take(0, limit, 2).taken.map(({ about }) => about));
  assertEquals(packets[0], ["farewell", "short"], "the great one does not fit, and holds nobody up");
  assertEquals(packets[1], ["longer"]);
  assertEquals(packets[2], ["great farewell"]);
  assertEquals(packets[3], ["long", "great farewell", "farewell", "longer", "short"], "once sent, it is one of those");
});

Deno.test("a full queue finishes what was told most often", () => {
  const queue = new TransmitQueue<string>(2);
  queue.enqueue(item("told", 10, { kind: "unique" }));
  queue.take(0, 100, 5);
  queue.enqueue(item("b", 1, { kind: "unique" }));
  const pushedOut = queue.enqueue(item("c", 1, { kind: "unique" }));
  assertEquals(pushedOut.map(({ about }) => about), ["told"]);
  assertEquals(queue.size, 2);
});

Deno.test("the bytes of all that waits are known, and whether anything short is among it", () => {
  const queue = new TransmitQueue<string>(10);
  const add = (about: string, bytes: number, replacement: Replacement<string>) =>
    queue.enqueue({ about, bytes: new Uint8Array(bytes), replacement });
  assertEquals([queue.bytes, queue.hasWithin(100)], [0, false]);
  add("a", 30, { kind: "named", name: "a" });
  add("b", 20, { kind: "unique" });
  assertEquals([queue.bytes, queue.hasWithin(19), queue.hasWithin(20)], [50, false, true]);
  queue.take(0, 20, 4); // now the short one is in another tier
  assertEquals([queue.bytes, queue.hasWithin(20)], [50, true]);
  add("a", 5, { kind: "named", name: "a" });
  assertEquals(queue.bytes, 25);
  queue.prune(0);
  assertEquals([queue.bytes, queue.hasWithin(100)], [0, false]);
});

Deno.test("no more items are taken than were asked for, and the others are neither sent nor counted as sent", () => {
  const queue = new TransmitQueue<string>(10);
  for (const about of ["a", "b", "c"]) {
    queue.enqueue({ about, bytes: new Uint8Array(1), replacement: { kind: "unique" } });
  }
  assertEquals(queue.take(0, 100, 4, 2).taken.map(({ about }) => about), ["c", "b"]);
  assertEquals(queue.inspect().map(({ about, transmits }) => `${about} ${transmits}`), ["a 0", "c 1", "b 1"]);
  assertEquals(queue.take(0, 100, 4, 0).taken, []);
});

Deno.test("a queue for no items is refused", () => {
  assertThrows(() => new TransmitQueue(0), RangeError, "at least 1 item: 0");
});

Deno.test("the queue never exceeds its bound, a packet never its limit, and no item its transmits", () => {
  const enqueue = fc.record({ size: fc.nat({ max: 60 }), name: fc.constantFrom("", "a", "b", "c", "d") });
  const take = fc.record({ overhead: fc.nat({ max: 3 }), limit: fc.nat({ max: 200 }) });
  const itemsMax = 12;
  const transmitLimit = 3;
  fc.assert(fc.property(fc.array(fc.oneof(enqueue, take), { maxLength: 80 }), (steps) => {
    const queue = new TransmitQueue<number>(itemsMax);
    const sent = new Map<number, number>();
    const finished = new Set<number>();
    steps.forEach((step, id) => {
      if ("size" in step) {
        const replacement: Replacement<number> = step.name === ""
          ? { kind: "unique" }
          : { kind: "named", name: step.name };
        for (const { about } of queue.enqueue({ about: id, bytes: new Uint8Array(step.size), replacement })) {
          finished.add(about);
        }
      } else {
        const result = queue.take(step.overhead, step.limit, transmitLimit);
        const used = result.taken.reduce((sum, { bytes }) => sum + bytes.length + step.overhead, 0);
        assert(used <= step.limit, "the packet is within its limit");
        assertEquals(new Set(result.taken).size, result.taken.length, "nothing is taken twice at once");
        for (const { about } of result.taken) {
          assert(!finished.has(about), "nothing finished is sent");
          sent.set(about, (sent.get(about) ?? 0) + 1);
        }
        for (const { about } of result.finished) finished.add(about);
      }
      assert(queue.size <= itemsMax);
      assertEquals(queue.inspect().length, queue.size);
    });
    for (const count of sent.values()) assert(count <= transmitLimit);
  }));
});
