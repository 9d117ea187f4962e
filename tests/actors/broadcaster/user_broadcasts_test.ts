import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { fillPacket } from "../../../actors/broadcaster/piggyback.ts";
import { TransmitQueue } from "../../../actors/broadcaster/transmit_queue.ts";
import {
  type BroadcastReply,
  UserBroadcasts,
  type UserReplacement,
} from "../../../actors/broadcaster/user_broadcasts.ts";
import type { ActorRef } from "../../../actors/runtime/ref.ts";

const LIMIT = 1_400;
const LONGEST = LIMIT - 3;
const UNIQUE: UserReplacement = { kind: "unique" };

/** A ref that writes down what it is told. */
function noting(notes: BroadcastReply[]): ActorRef<BroadcastReply> {
  return { tell: (reply: BroadcastReply) => void notes.push(reply) } as ActorRef<BroadcastReply>;
}

/** Broadcasts of these lengths. */
function queued(...lengths: readonly number[]): UserBroadcasts {
  const users = new UserBroadcasts();
  for (const length of lengths) users.enqueue({ payload: new Uint8Array(length), replacement: UNIQUE }, LONGEST);
  return users;
}

/** A packet that memberlist's own messages, of 100 bytes each, would fill: how many of them it has, and what else. */
function fill(own: TransmitQueue<string>, users: UserBroadcasts) {
  const ask = (overhead: number, limit: number, itemsMax: number) => users.take(overhead, limit, 1_000, itemsMax);
  const filled = fillPacket(own, LIMIT, 1_000, ask, users.reserve(LIMIT));
  return { own: filled.own.length, user: filled.user.map(({ length }) => length) };
}

function manyOwn(): TransmitQueue<string> {
  const queue = new TransmitQueue<string>(1_000);
  for (let i = 0; i < 100; i++) {
    queue.enqueue({ bytes: new Uint8Array(100), about: `${i}`, replacement: { kind: "unique" } });
  }
  return queue;
}

Deno.test("a share of each packet is the application's, though memberlist's own messages would fill it (issue 299)", () => {
  const [own, users] = [manyOwn(), queued(50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50)];
  for (let i = 0; i < 2; i++) {
    const { own: ownParts, user } = fill(own, users);
    assertEquals([ownParts, user.length], [10, 7]); // 10 × 102 of 1050 bytes, 7 × 53 of what is left
  }
});

Deno.test("a broadcast as long as a packet gets its turn too: one packet in four", () => {
  const [own, users] = [manyOwn(), queued(LONGEST)];
  const packets = Array.from({ length: 8 }, () => fill(own, users));
  assertEquals(packets.map(({ user }) => user.length), [0, 0, 0, 1, 0, 0, 0, 1]);
  assertEquals(packets.map(({ own }) => own), [13, 13, 13, 0, 13, 13, 13, 0]); // nothing is left empty meanwhile
});

Deno.test("no more is reserved than what waits would take", () => {
  const users = queued(10);
  assertEquals([users.reserve(LIMIT), queued().reserve(LIMIT)], [13, 0]);
});

Deno.test("what memberlist's own messages leave is the application's, and does not count against its share", () => {
  const users = queued(...Array<number>(100).fill(100));
  assertEquals(fill(new TransmitQueue(10), users).user.length, 13);
  assertEquals(fill(manyOwn(), users).user.length, 3); // 3 × 103 of 350 bytes
});

Deno.test("packets are never longer than their limit, whatever waits, and have at most 126 riders", () => {
  const lengths = fc.array(fc.integer({ min: 1, max: LONGEST }), { maxLength: 60 });
  const short = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 600 });
  fc.assert(fc.property(lengths, fc.oneof(lengths, short), (ownLengths, userLengths) => {
    const own = new TransmitQueue<string>(1_000);
    for (const length of ownLengths) {
      own.enqueue({ bytes: new Uint8Array(length), about: "", replacement: { kind: "unique" } });
    }
    const users = queued(...userLengths);
    for (let i = 0; i < 5; i++) {
      const ask = (overhead: number, limit: number, itemsMax: number) => users.take(overhead, limit, 1_000, itemsMax);
      const filled = fillPacket(own, LIMIT, 1_000, ask, users.reserve(LIMIT));
      const sum = (parts: readonly Uint8Array[], each: number) => parts.reduce((n, { length }) => n + length + each, 0);
      assert(sum(filled.own, 2) + sum(filled.user, 3) <= LIMIT);
      assert(filled.own.length + filled.user.length <= 126);
    }
  }));
});

Deno.test("of the shortest messages a packet has at most 126 riders, whosever they are", () => {
  const own = new TransmitQueue<string>(1_000);
  for (let i = 0; i < 400; i++) own.enqueue({ bytes: new Uint8Array(1), about: "", replacement: { kind: "unique" } });
  assertEquals(fill(own, queued()), { own: 126, user: [] });
  assertEquals(fill(new TransmitQueue(10), queued(...Array<number>(400).fill(0))).user.length, 126);
  const few = new TransmitQueue<string>(1_000);
  for (let i = 0; i < 100; i++) few.enqueue({ bytes: new Uint8Array(1), about: "", replacement: { kind: "unique" } });
  const both = fill(few, queued(...Array<number>(400).fill(1)));
  assertEquals([both.own, both.user.length], [100, 26]);
});

Deno.test("what was not used of a share is over when nothing waits any more", () => {
  const users = queued(1);
  users.reserve(LIMIT);
  users.take(3, LIMIT, 1, 10);
  assertEquals([users.isEmpty, users.reserve(LIMIT)], [true, 0]);
  users.enqueue({ payload: new Uint8Array(400), replacement: UNIQUE }, LONGEST);
  assertEquals(users.reserve(LIMIT), 0, "a quarter is too little for it, and there is no other credit");
});

Deno.test("who waits is told once that it was sent often enough", () => {
  const notes: BroadcastReply[] = [];
  const users = new UserBroadcasts();
  users.enqueue({ payload: new Uint8Array(5), replacement: UNIQUE, replyTo: noting(notes) }, LONGEST);
  users.take(3, LIMIT, 2, 10);
  assertEquals(notes, []);
  users.take(3, LIMIT, 2, 10);
  users.take(3, LIMIT, 2, 10);
  assertEquals([notes, users.isEmpty], [[{ type: "finished", how: "sent" }], true]);
  assertEquals(users.counters["user broadcasts sent"], 2);
});

Deno.test("a plain one ends those whose subject it makes pointless; named, unique and itself it leaves alone", () => {
  const users = new UserBroadcasts();
  const ends = new Map<string, BroadcastReply[]>();
  const add = (name: string, replacement: UserReplacement) => {
    const notes: BroadcastReply[] = [];
    ends.set(name, notes);
    users.enqueue({ payload: new Uint8Array(9), replacement, replyTo: noting(notes) }, LONGEST);
  };
  add("a", { kind: "plain", subject: "a", invalidates: [] });
  add("b", { kind: "plain", subject: "b", invalidates: [] });
  add("named a", { kind: "named", name: "a" });
  add("unique", UNIQUE);
  add("a again", { kind: "plain", subject: "a", invalidates: ["a"] });
  const over = [...ends].filter(([, notes]) => notes.length > 0).map(([name]) => name);
  assertEquals([over, ends.get("a")], [["a"], [{ type: "finished", how: "replaced" }]]);
});

Deno.test("at most 1024 wait, and 1 MiB: beyond that the most told end early, and are counted", () => {
  const users = new UserBroadcasts();
  const notes: BroadcastReply[] = [];
  const add = (length: number) =>
    users.enqueue({ payload: new Uint8Array(length), replacement: UNIQUE, replyTo: noting(notes) }, LONGEST);
  for (let i = 0; i < 1_024; i++) add(10);
  assertEquals(notes, []);
  add(11);
  assertEquals(notes, [{ type: "finished", how: "pruned" }]);
  for (let i = 0; i < 1_024; i++) add(1_300);
  assertEquals(users.counters["user broadcasts pruned"], notes.length);
  let waiting = 0;
  while (!users.isEmpty) waiting += users.take(3, LIMIT, 1, 126).length;
  assertEquals(waiting, Math.floor(1024 * 1024 / 1_300));
});

Deno.test("a full queue is no reason to end what a named one replaces twice", () => {
  const users = new UserBroadcasts();
  const notes: BroadcastReply[] = [];
  const named: UserReplacement = { kind: "named", name: "n" };
  users.enqueue({ payload: new Uint8Array(1), replacement: named, replyTo: noting(notes) }, LONGEST);
  for (let i = 0; i < 1_023; i++) users.enqueue({ payload: new Uint8Array(10), replacement: UNIQUE }, LONGEST);
  users.enqueue({ payload: new Uint8Array(1), replacement: named }, LONGEST);
  assertEquals([notes, users.counters["user broadcasts pruned"]], [[{ type: "finished", how: "replaced" }], 0]);
});
