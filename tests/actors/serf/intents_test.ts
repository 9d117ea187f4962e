/** Serf's rules about who means to leave, read off `serf.go` of 0.9.4 and its members' lists. */
import { assert, assertEquals } from "@std/assert";
import { Intents } from "../../../actors/serf/intents.ts";

const NEWS = { type: "news" } as const;
const OLD = { type: "old" } as const;
const HOUR_MS = 3_600_000;

const leave = (node: string, time: number, prune = false) => ({ node, time, prune });

/** With somebody else in it. */
function withBob(): Intents {
  const intents = new Intents("alice");
  intents.joined("bob");
  return intents;
}

Deno.test("who goes without a word has failed", () => {
  const intents = withBob();
  assertEquals(intents.gone("bob", 0), "failed");
  assertEquals(intents.statusOf("bob"), "failed");
});

Deno.test("who said that it leaves is leaving, and then has left", () => {
  const intents = withBob();
  assertEquals(intents.hearLeave(leave("bob", 1), 0), NEWS);
  assertEquals(intents.statusOf("bob"), "leaving");
  assertEquals(intents.gone("bob", 0), "left");
  assertEquals(intents.left, ["bob"]);
});

Deno.test("an intent counts once, and an older one not at all", () => {
  const intents = withBob();
  assertEquals(intents.hearJoin({ node: "bob", time: 5 }, 0), NEWS);
  assertEquals(intents.hearJoin({ node: "bob", time: 5 }, 0), OLD);
  assertEquals(intents.hearLeave(leave("bob", 5), 0), OLD);
  assertEquals(intents.hearLeave(leave("bob", 4), 0), OLD);
  assertEquals(intents.statusOf("bob"), "alive");
  assertEquals(intents.times, new Map([["alice", 0], ["bob", 5]]));
});

Deno.test("a leave at time 0 is no news: everybody begins there", () => {
  assertEquals(withBob().hearLeave(leave("bob", 0), 0), OLD);
});

Deno.test("who says that it is there is not leaving any more", () => {
  const intents = withBob();
  intents.hearLeave(leave("bob", 1), 0);
  assertEquals(intents.hearJoin({ node: "bob", time: 2 }, 0), NEWS);
  assertEquals(intents.gone("bob", 0), "failed");
});

Deno.test("who comes back is alive, and is as old as its last intent", () => {
  const intents = withBob();
  intents.hearLeave(leave("bob", 3), 0);
  intents.gone("bob", 0);
  intents.joined("bob");
  assertEquals(intents.statusOf("bob"), "alive");
  assertEquals(intents.hearLeave(leave("bob", 3), 0), OLD);
  assertEquals(intents.left, []);
});

Deno.test("a member that failed can be ruled out, and then counts as left", () => {
  const intents = withBob();
  intents.gone("bob", 0);
  assertEquals(intents.hearLeave(leave("bob", 1), 0), { type: "news", ruledOut: "bob" });
  assertEquals(intents.statusOf("bob"), "left");
  assertEquals(intents.hearLeave(leave("bob", 2), 0), NEWS);
  assertEquals(intents.gone("bob", 0), undefined);
});

Deno.test("who is to be forgotten is forgotten, at once or when it goes", () => {
  const intents = withBob();
  intents.joined("carol");
  intents.gone("bob", 0);
  intents.hearLeave(leave("bob", 1, true), 0);
  assertEquals(intents.statusOf("bob"), undefined);
  intents.hearLeave(leave("carol", 1, true), 0);
  assertEquals(intents.statusOf("carol"), "leaving");
  assertEquals(intents.gone("carol", 0), "left");
  assertEquals(intents.statusOf("carol"), undefined);
});

Deno.test("who is to be forgotten when it goes, and comes first, is not", () => {
  const intents = withBob();
  intents.hearLeave(leave("bob", 1, true), 0);
  intents.joined("bob");
  assertEquals(intents.gone("bob", 0), "failed");
  assertEquals(intents.statusOf("bob"), "failed");
});

Deno.test("that we leave is refuted, unless we do", () => {
  const intents = withBob();
  assertEquals(intents.hearLeave(leave("alice", 3), 0), { type: "refute" });
  assertEquals(intents.statusOf("alice"), "alive");
  assertEquals(intents.hearJoin({ node: "alice", time: 4 }, 0), NEWS);
  assertEquals(intents.hearLeave(leave("alice", 3), 0), OLD);
  intents.beginLeaving();
  assertEquals(intents.hearLeave(leave("alice", 5), 0), NEWS);
  assertEquals(intents.statusOf("alice"), "leaving");
  intents.hearJoin({ node: "alice", time: 6 }, 0);
  assertEquals(intents.statusOf("alice"), "leaving");
});

Deno.test("an intent may come before its member, and the newest counts", () => {
  const intents = new Intents("alice");
  assertEquals(intents.hearJoin({ node: "bob", time: 2 }, 0), NEWS);
  assertEquals(intents.hearJoin({ node: "bob", time: 2 }, 0), OLD);
  assertEquals(intents.hearLeave(leave("bob", 3), 0), NEWS);
  assertEquals(intents.hearJoin({ node: "bob", time: 1 }, 0), OLD);
  intents.joined("bob");
  assertEquals(intents.statusOf("bob"), "leaving");
  assertEquals(intents.times.get("bob"), 3);
  assertEquals(intents.counts.recent, 0);
});

Deno.test("a join that came before its member makes it no more than alive", () => {
  const intents = new Intents("alice");
  intents.hearJoin({ node: "bob", time: 2 }, 0);
  intents.joined("bob");
  assertEquals(intents.statusOf("bob"), "alive");
  assertEquals(intents.hearLeave(leave("bob", 2), 0), OLD);
});

Deno.test("an intent waits five minutes for its member", () => {
  const intents = new Intents("alice");
  intents.hearLeave(leave("bob", 3), 1_000);
  intents.expire(301_000);
  assertEquals(intents.counts.recent, 1);
  intents.expire(301_001);
  assertEquals(intents.counts.recent, 0);
});

Deno.test("invented names push each other out, and no member", () => {
  const intents = withBob();
  for (let at = 0; at < 5_000; at++) intents.hearJoin({ node: `nobody-${at}`, time: 1 }, at);
  assertEquals(intents.counts.recent, 1_024);
  assertEquals(intents.hearJoin({ node: "nobody-4999", time: 1 }, 0), OLD);
  assertEquals(intents.hearJoin({ node: "nobody-0", time: 1 }, 0), NEWS);
  assertEquals(intents.statusOf("bob"), "alive");
});

Deno.test("those who are gone are forgotten after a day, or when there are too many", () => {
  const intents = withBob();
  intents.gone("bob", 0);
  intents.expire(24 * HOUR_MS);
  assertEquals(intents.statusOf("bob"), "failed");
  intents.expire(24 * HOUR_MS + 1);
  assertEquals(intents.statusOf("bob"), undefined);
  for (let at = 0; at < 4_100; at++) {
    intents.joined(`node-${at}`);
    intents.gone(`node-${at}`, at);
  }
  assertEquals(intents.counts.gone, 4_096);
  assertEquals(intents.statusOf("node-3"), undefined);
  assertEquals(intents.statusOf("node-4"), "failed");
});

Deno.test("about names that no member can have, nothing is heard", () => {
  const intents = withBob();
  for (const node of ["", "a\nb", "\u202ebob", "x".repeat(129), "../bob"]) {
    assertEquals(intents.hearLeave(leave(node, 9), 0), { type: "bad_name" });
    assertEquals(intents.hearJoin({ node, time: 9 }, 0), { type: "bad_name" });
  }
  assertEquals(intents.counts.recent, 0);
});

Deno.test("who goes twice, or was never there, is no news", () => {
  const intents = withBob();
  intents.gone("bob", 0);
  assertEquals(intents.gone("bob", 1), undefined);
  assertEquals(intents.gone("nobody", 1), undefined);
});

Deno.test("who is back is not forgotten among those who are gone", () => {
  const intents = new Intents("alice");
  intents.joined("bob");
  intents.gone("bob", 0);
  intents.joined("bob");
  for (let at = 1; at <= 4_096; at++) {
    intents.joined(`node-${at}`);
    intents.gone(`node-${at}`, at);
  }
  assertEquals([intents.statusOf("bob"), intents.statusOf("node-1"), intents.counts.gone], ["alive", "failed", 4_096]);
  intents.gone("bob", 5_000);
  assertEquals([intents.statusOf("bob"), intents.statusOf("node-1")], ["failed", undefined]);
});

/** Generous, for machines that run other tests; with a look at all of the others each, it takes more than half a minute. */
const FLOOD_MS_MAX = 15_000;

Deno.test("a hundred thousand that come and go cost no look at all of the others each", () => {
  const intents = new Intents("alice");
  const startedAt = performance.now();
  for (let at = 0; at < 100_000; at++) {
    intents.joined(`node-${at}`);
    if (at >= 8_192) intents.gone(`node-${at - 8_192}`, at);
  }
  assert(performance.now() - startedAt < FLOOD_MS_MAX);
  assertEquals(intents.counts.gone, 4_096);
});
