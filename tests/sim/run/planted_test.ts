/**
 * Mistakes planted in the shipped code while a run goes on, and taken out again: what the run finds them by. Without
 * these, that many runs pass would say little.
 */
import { assert, assertEquals } from "@std/assert";
import { Seen } from "../../../actors/broadcaster/seen.ts";
import { type Broadcast, TransmitQueue } from "../../../actors/broadcaster/transmit_queue.ts";
import { Repair } from "../../../actors/history/repair.ts";
import { Shelf } from "../../../actors/history/shelf.ts";
import type { Kept } from "../../../actors/history/store.ts";
import type { Member } from "../../../actors/membership/member.ts";
import { Roster } from "../../../actors/membership/roster.ts";
import { TimerTable } from "../../../actors/runtime/timers.ts";
import { parseFaults } from "../../../sim/faults/choice.ts";
import type { Violation } from "../../../sim/invariants/invariant.ts";
import type { RunParameters } from "../../../sim/run/parameters.ts";
import { type Outcome, run } from "../../../sim/run/run.ts";
import { shrink } from "../../../sim/run/shrink.ts";
import { decodeMessage, encodeMessage } from "../../../transport/wire/messages.ts";

/** Has `method` of all of a class replaced while `during` goes on; `plant` gets the right one. */
async function planted<C extends object, K extends keyof C, T>(
  prototype: C,
  method: K,
  plant: (right: C[K]) => C[K],
  during: () => Promise<T>,
): Promise<T> {
  const right = prototype[method];
  prototype[method] = plant(right);
  try {
    return await during();
  } finally {
    prototype[method] = right;
  }
}

function parameters(faults: string, more: Partial<RunParameters> = {}): RunParameters {
  const parsed = parseFaults(faults);
  if (!parsed.ok) throw new Error(parsed.why);
  return { seed: "1", peers: 6, minutes: 3, profile: "lan", faults: parsed.value, chatters: 3, rooms: 1, ...more };
}

/** What the first of a few runs that fails, fails by. */
async function foundBy(faults: string, more: Partial<RunParameters> = {}): Promise<Violation> {
  for (let seed = 1; seed <= 10; seed++) {
    const { verdict } = await run(parameters(faults, { seed: String(seed), ...more }));
    if (verdict.type === "failed") return verdict.violation;
  }
  throw new Error("Ten runs did not notice");
}

const withoutSuspicionTimers = <T>(during: () => Promise<T>): Promise<T> =>
  planted(
    TimerTable.prototype,
    "after",
    (right) =>
      function (this: TimerTable<unknown>, key: string, delayMs: number, message: unknown) {
        if (!key.startsWith("suspicion")) right.call(this, key, delayMs, message);
      },
    during,
  );

Deno.test("a suspicion timer that is dropped: who is gone stays listed", async () => {
  const { invariant, what } = await withoutSuspicionTimers(() => foundBy("crash"));
  assertEquals(invariant, "a peer that is gone stays listed");
  assert(/^p\d lists p\d(, p\d lists p\d)*/.test(what), what);
});

/** Who refutes vouches for itself anew, and says nothing else than before. */
function isRefutation(roster: Roster, member: Member): boolean {
  const own = roster.get(roster.self);
  return member.name === roster.self && own?.state === "alive" && member.incarnation > own.incarnation &&
    member.meta === own.meta;
}

/** A refutation is queued under the address, all other news under a name. */
function isRefutationQueued({ replacement }: Broadcast<unknown>): boolean {
  return "name" in replacement && replacement.name === "127.0.0.1";
}

Deno.test("a refutation that is off by one, so that nobody believes it: who lives stays dead", async () => {
  const offByOne = (bytes: Uint8Array): Uint8Array => {
    const decoded = decodeMessage(bytes);
    assert(decoded.ok && decoded.value.type === "alive");
    return encodeMessage({ ...decoded.value, incarnation: decoded.value.incarnation - 1 });
  };
  const inGossip = <T>(during: () => Promise<T>): Promise<T> =>
    planted(TransmitQueue.prototype, "enqueue", (right) =>
      function (this: TransmitQueue<unknown>, broadcast) {
        return right.call(
          this,
          isRefutationQueued(broadcast) ? { ...broadcast, bytes: offByOne(broadcast.bytes) } : broadcast,
        );
      }, during);
  const inTables = <T>(during: () => Promise<T>): Promise<T> =>
    planted(Roster.prototype, "replace", (right) =>
      function (this: Roster, member: Member) {
        const { incarnation } = member;
        if (isRefutation(this, member)) this.incarnation = incarnation - 1;
        right.call(this, isRefutation(this, member) ? { ...member, incarnation: incarnation - 1 } : member);
      }, during);
  const { invariant } = await inGossip(() => inTables(() => foundBy("pause")));
  assertEquals(invariant, "a live, reachable peer stays declared dead");
});

Deno.test("a refutation that is lost, in gossip and in what we say of ourselves in tables: who lives stays dead", async () => {
  const inGossip = <T>(during: () => Promise<T>): Promise<T> =>
    planted(TransmitQueue.prototype, "enqueue", (right) =>
      function (this: TransmitQueue<unknown>, broadcast) {
        return isRefutationQueued(broadcast) ? [] : right.call(this, broadcast);
      }, during);
  const inTables = <T>(during: () => Promise<T>): Promise<T> =>
    planted(Roster.prototype, "replace", (right) =>
      function (this: Roster, member: Member) {
        if (!isRefutation(this, member)) right.call(this, member);
      }, during);
  const { invariant } = await inGossip(() => inTables(() => foundBy("pause")));
  assertEquals(invariant, "a live, reachable peer stays declared dead");
});

Deno.test("a comparison of incarnations that is missing: old news wins over new", async () => {
  const { invariant, what } = await planted(Roster.prototype, "get", (right) =>
    function (this: Roster, name: string) {
      const member = right.call(this, name);
      return member === undefined || name === this.self ? member : { ...member, incarnation: 0 };
    }, () => foundBy("restart,loss"));
  assertEquals(invariant, "an incarnation goes backwards");
  assert(/^to p\d, p\d was in incarnation \d+ and is in \d+$/.test(what), what);
});

Deno.test("a shelf that hands out twice what waited: a message is shown twice", async () => {
  const { invariant, what } = await planted(
    Shelf.prototype,
    "put",
    (right) =>
      function (this: Shelf<Kept>, ...args: Parameters<typeof right>) {
        const ready = right.apply(this, args);
        return ready.length > 1 ? [...ready, ...ready] : ready;
      },
    () => foundBy("cut", { chatters: 6 }),
  );
  assertEquals(invariant, "a message is shown twice");
  assert(/^p\d was shown "p\d \d+" twice$/.test(what), what);
});

Deno.test("a shelf that waits for nothing of others: a message is shown after one that follows from it", async () => {
  const prototype = Shelf.prototype as Shelf<Kept>;
  const ofOneLog = (right: Shelf<Kept>["put"]) =>
    function (this: Shelf<Kept>, ...[entries, ...rest]: Parameters<typeof right>) {
      return right.call(this, entries.map((entry) => ({ ...entry, parents: [] })), ...rest);
    };
  const { invariant } = await planted(
    prototype,
    "put",
    ofOneLog,
    () => planted(prototype, "isLate", () => () => false, () => foundBy("cut,latency", { chatters: 6 })),
  );
  assertEquals(invariant, "a message is shown after one that follows from it");
});

Deno.test("a sieve that keeps something back, and nobody who asks for it: a message is lost", async () => {
  let calls = 0;
  const withoutRepair = <T>(during: () => Promise<T>) => planted(Repair.prototype, "next", () => () => [], during);
  const { invariant, what } = await withoutRepair(() =>
    planted(
      Seen.prototype,
      "isNew",
      (right) =>
        function (this: Seen, author: string, epoch: number, sequence: number) {
          return right.call(this, author, epoch, sequence) && ++calls % 20 !== 0;
        },
      () => foundBy("none"),
    )
  );
  assertEquals(invariant, "an acknowledged message is lost");
  assert(/^"p\d \d+", said at \d+ ms, was not shown to p\d$/.test(what), what);
});

Deno.test("timers that do not end with their actor: they come due after it", async () => {
  const { invariant, what } = await planted(TimerTable.prototype, "end", () => () => {}, () => foundBy("churn"));
  assertEquals(invariant, "a timer outlives its actor");
  assert(/^\d+ timers of p\d came due after it had stopped$/.test(what), what);
});

Deno.test("a failing run is made smaller, until nothing can be left out, and the smallest fails too", async () => {
  await withoutSuspicionTimers(async () => {
    const failed = await run(parameters("crash,loss", { peers: 12, minutes: 4 }));
    const smallest = await shrink(failed, run);
    const { peers, minutes, only, chatters } = smallest.parameters;
    assert(peers <= 3 && minutes <= 2 && chatters === 0, JSON.stringify(smallest));
    assertEquals(only?.length, 1);
    assertEquals(smallest.parameters.seed, "1");
    const again = await run(smallest.parameters);
    assertEquals(again.verdict, { type: "failed", violation: smallest.violation });
  });
});

Deno.test("what fails over one fault of many is found to need that one alone", async () => {
  await withoutSuspicionTimers(async () => {
    const failed = await run(parameters("crash,duplication,clock-jump,slow,reordering", { minutes: 5 }));
    const { parameters: { only = [] }, tries } = await shrink(failed, run);
    assertEquals(only.length, 1);
    assert(tries < 60, `${tries} tries`);
  });
});

Deno.test("who stops the tries gets what was found by then", async () => {
  await withoutSuspicionTimers(async () => {
    const failed = await run(parameters("crash"));
    const smallest = await shrink(failed, (candidate) => run(candidate, { stopped: () => true }));
    assertEquals([smallest.tries, smallest.parameters], [1, failed.parameters]);
  });
});

Deno.test("what may be tried is limited by what it costs: a large run is not run again and again", async () => {
  await withoutSuspicionTimers(async () => {
    const failed = await run(parameters("crash"));
    const large = { ...failed, parameters: { ...failed.parameters, peers: 1_000, minutes: 10 } };
    let cost = 0;
    const attempt = ({ peers, minutes }: RunParameters): Promise<Outcome> => {
      cost += peers * minutes;
      return Promise.resolve({ ...failed, verdict: { type: "passed" } });
    };
    await shrink(large, attempt);
    assert(cost > 10_000 && cost <= 60_000, `${cost}`);
  });
});

Deno.test("nothing is tried after the last try, and what was found by then is the smallest", async () => {
  await withoutSuspicionTimers(async () => {
    const failed = await run(parameters("crash"));
    let tries = 0;
    const attempt = (candidate: RunParameters): Promise<Outcome> => {
      tries++;
      return run(candidate);
    };
    const smallest = await shrink(failed, attempt, 3);
    assertEquals([tries, smallest.tries], [3, 3]);
  });
});
