import { assertEquals, assertThrows } from "@std/assert";
import type { ActorRef, StopOptions, StopReason } from "../../../actors/runtime/ref.ts";
import { REMOTE_STOP_DEADLINE_MAX_MS } from "../../../actors/runtime/remote_ref.ts";
import { failure, LinkedPeers, outcomeOf, type Word } from "../../support/linked_peers.ts";

const STOPPABLE = { stoppable: true } as const;

Deno.test("a published actor that may be stopped from outside is, behind what was sent to it, and its watchers get one notice", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const { heard } = bob.listen("ear", STOPPABLE);
  const ear = alice.to(bob, "ear");
  const [here, there]: [StopReason[], StopReason[]] = [[], []];
  ear.watch((reason) => here.push(reason));
  await world.clock.advance(100);
  ear.tell({ text: "before" });
  await world.clock.advance(100);
  ear.stop();
  alice.to(bob, "ear").watch((reason) => there.push(reason));
  await world.clock.advance(60_000);
  assertEquals([heard.length, here, there], [1, ["stopped"], ["stopped"]]);
  assertEquals(alice.deadLetters, []);
});

Deno.test("the ctx.stop of a remote actor is the same as its ref's", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const { ref } = bob.listen("ear", STOPPABLE);
  const notices: StopReason[] = [];
  ref.watch((reason) => notices.push(reason));
  const target = alice.to(bob, "ear");
  alice.system.spawn<never>("stopper", (ctx) => {
    ctx.stop(target as ActorRef<never>, { mode: "kill" });
    return () => {};
  });
  await world.clock.advance(100);
  assertEquals(notices, ["killed"]);
});

Deno.test("an actor that was not published as stoppable is not stopped, and the sender gets a dead letter", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const { heard } = bob.listen("ear");
  const ear = alice.to(bob, "ear");
  for (const mode of ["finish", "drain", "kill"] as const) ear.stop({ mode });
  ear.tell({ text: "still there" });
  await world.clock.advance(100);
  assertEquals([heard, (await bob.status()).counters.refused], [[{ text: "still there" }], 3]);
  const letters = alice.deadLetters.map(({ to, reason }) => [to, reason]);
  assertEquals(letters, Array.from({ length: 3 }, () => [`${bob.address}/ear`, "refused"]));
});

Deno.test("a refused stop fails no ask of the same actor", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const waiting: ActorRef<unknown>[] = [];
  bob.publish(
    "slow",
    bob.system.spawn<Word>("slow", () => (word) => void ("replyTo" in word && waiting.push(word.replyTo))),
  );
  const slow = alice.to(bob, "slow");
  const reply = outcomeOf(slow.ask<string>((replyTo) => ({ echo: "", replyTo: replyTo as ActorRef<unknown> }), 5_000));
  slow.stop();
  await world.clock.advance(100);
  assertEquals([alice.deadLetters.length, reply.settled], [1, false]);
  waiting[0]!.tell("here");
  await world.clock.advance(100);
  assertEquals(reply.value, "here");
});

Deno.test("a stop of an actor that is not there, or not any more, is a dead letter at the sender", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.listen("ear", STOPPABLE);
  alice.to(bob, "nobody").stop();
  alice.to(bob, "ear").stop();
  await world.clock.advance(100);
  alice.to(bob, "ear").stop();
  await world.clock.advance(100);
  assertEquals(alice.deadLetters.map(({ to, reason }) => [to, reason]), [
    [`${bob.address}/nobody`, "no_such_actor"],
    [`${bob.address}/ear`, "no_such_actor"],
  ]);
});

Deno.test("a stop of an actor of a peer that cannot be reached is a dead letter", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.kill();
  alice.to(bob, "ear").stop({ mode: "drain" });
  await world.clock.advance(30_000);
  assertEquals(alice.deadLetters.map(({ to, reason, message }) => [to, reason, message]), [
    [`${bob.address}/ear`, "unreachable", { type: "stop", id: "ear", mode: "drain", deadlineMs: undefined }],
  ]);
});

/** Stops an actor of bob's that has one message in hand for ten seconds, and two more waiting. */
async function stopABusyOne(options: StopOptions) {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  const handled: string[] = [];
  const ref = bob.system.spawn<Word>("busy", (ctx) => async (word) => {
    await new Promise<void>((resolve) => void bob.clock.after(10_000, resolve));
    if (!ctx.signal.aborted && "text" in word) handled.push(word.text);
  }, { stopTimeoutMs: 60_000 });
  bob.publish("busy", ref, STOPPABLE);
  const busy = alice.to(bob, "busy");
  const notices: [StopReason, number][] = [];
  for (const text of ["one", "two", "three"]) busy.tell({ text });
  await world.clock.advance(1_000);
  const askedAt = world.clock.now();
  busy.watch((reason) => notices.push([reason, Math.round((world.clock.now() - askedAt) / 1_000)]));
  busy.stop(options);
  await world.clock.advance(200_000);
  return { handled, notices, lost: bob.deadLetters.length };
}

Deno.test("a stop's mode travels: finish waits for the message in hand, drain for all, kill for none", async () => {
  assertEquals((await stopABusyOne({ mode: "finish" })).notices, [["stopped", 9]]);
  const drained = await stopABusyOne({ mode: "drain", deadlineMs: 100_000 });
  assertEquals([drained.handled, drained.notices, drained.lost], [["one", "two", "three"], [["stopped", 29]], 0]);
  assertEquals((await stopABusyOne({ mode: "kill" })).notices, [["killed", 0]]);
});

Deno.test("a stop's deadline travels: after it the actor is killed", async () => {
  for (const mode of ["finish", "drain"] as const) {
    assertEquals((await stopABusyOne({ mode, deadlineMs: 3_000 })).notices, [["killed", 3]]);
  }
});

Deno.test("a deadline that is none is the caller's mistake, and nothing is sent", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  for (const deadlineMs of [-1, NaN, Infinity, REMOTE_STOP_DEADLINE_MAX_MS + 1]) {
    assertThrows(() => alice.to(bob, "ear").stop({ deadlineMs }), RangeError);
  }
  await world.clock.advance(100);
  assertEquals((await alice.status()).counters.sent, 0);
});

Deno.test("who is asked may say that there will be no reply, by stopping the ref that he was given", async () => {
  const world = new LinkedPeers();
  const [alice, bob] = await world.startAll("alice", "bob");
  bob.publish(
    "shy",
    bob.system.spawn<Word>("shy", () => (word) => void ("replyTo" in word && word.replyTo.stop())),
  );
  const reply = outcomeOf(
    alice.to(bob, "shy").ask<string>((replyTo) => ({ echo: "", replyTo: replyTo as ActorRef<unknown> }), 60_000),
  );
  await world.clock.advance(100);
  assertEquals(failure(reply), "gone");
});
