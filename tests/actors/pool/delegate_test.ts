/** What the application of a pool is told and asked, and what it can say: between real actors, on virtual time. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { decodePacket } from "../../../transport/wire/packet.ts";
import type { PoolMember } from "../../support/pool_member.ts";
import { cutOff } from "../../../sim/rules/cut.ts";
import { EVERYTHING, PoolWorld } from "../../support/pool_world.ts";
import { outcomeOf } from "../../support/linked_peers.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (payload: Uint8Array): string => new TextDecoder().decode(payload);

/** A rumour is sent often enough to reach each of three for sure; twice, as in the hasty profile, one may miss it. */
const CAREFUL = { retransmitMult: 8 };

/** What the application of a member heard others say. */
function said(member: PoolMember): readonly string[] {
  return member.told("user_message").map(({ payload, via }) => `${via}: ${text(payload)}`);
}

/** What it heard of members, as `event name`. */
function events(member: PoolMember): readonly string[] {
  return member.told("member").map(({ event }) => `${event.type} ${event.member.name}`);
}

Deno.test("meta: a new one reaches everybody, with a higher incarnation, and is told to be sent", async () => {
  const world = new PoolWorld("meta", CAREFUL);
  const [a, b, c] = await world.cluster(["a", "b", "c"]);
  const before = (await world.within(b.members())).get("a")!;
  assertEquals(await world.within(a.updateMeta(bytes("new")), 4_000), { type: "updated" });
  await world.clock.advance(100);
  for (const other of [b, c]) {
    const view = (await world.within(other.members())).get("a")!;
    assertEquals([text(view.meta), view.incarnation > before.incarnation], ["new", true]);
    assertEquals(events(other), ["updated a"]);
  }
  assertEquals(events(a), ["updated a"]);
});

Deno.test("meta: it may have 512 bytes and not one more, which is refused and changes nothing", async () => {
  const world = new PoolWorld("meta length");
  const [a, b] = await world.cluster(["a", "b"]);
  assertEquals(await world.within(a.updateMeta(new Uint8Array(512).fill(7))), { type: "updated" });
  const before = (await world.within(a.members())).get("a");
  const reply = await world.within(a.updateMeta(new Uint8Array(513)));
  assert(reply.type === "refused");
  assertMatch(reply.why, /at most 512 bytes: 513/);
  assertEquals((await world.within(a.members())).get("a"), before);
  assertEquals(a.memory.membership.meta.length, 512);
  assertEquals((await world.within(a.count("membership")))["meta refused"], 1);
  assertEquals((await world.within(b.members())).get("a")!.meta.length, 512);
});

Deno.test("meta: with nobody to tell it is told at once; before the start it is the first that others see", async () => {
  const world = new PoolWorld("meta alone");
  const [a, b] = [await world.start("a"), await world.start("b")];
  const before = world.clock.now();
  assertEquals(await world.within(a.updateMeta(bytes("alone"))), { type: "updated" });
  assert(world.clock.now() - before < 10);
  await world.within(b.join(a.address));
  assertEquals(text((await world.within(b.members())).get("a")!.meta), "alone");
});

Deno.test("meta: where gossip does not go round, who changed it is told so after five seconds", async () => {
  const world = new PoolWorld("meta late", { gossipIntervalMs: 0, probeIntervalMs: 1_000_000 });
  const [a] = await world.cluster(["a", "b"]);
  const before = world.clock.now();
  assertEquals(await world.within(a.updateMeta(bytes("late"))), { type: "timed_out" });
  assertEquals(Math.round((world.clock.now() - before) / 100), 50);
  assertEquals(text((await world.within(a.members())).get("a")!.meta), "late");
});

Deno.test("meta: a second change ends the wait for the first, which it replaces", async () => {
  const world = new PoolWorld("meta twice");
  const [a, b] = await world.cluster(["a", "b"]);
  const [first, second] = [outcomeOf(a.updateMeta(bytes("1"))), outcomeOf(a.updateMeta(bytes("2")))];
  await world.clock.advance(5);
  assertEquals([first.value, second.settled], [{ type: "updated" }, false]);
  await world.clock.advance(4_000);
  assertEquals(second.value, { type: "updated" });
  assertEquals(text((await world.within(b.members())).get("a")!.meta), "2");
});

Deno.test("meta: it survives a crash of the membership", async () => {
  const world = new PoolWorld("meta crash");
  const [a, b] = await world.cluster(["a", "b"]);
  await world.within(a.updateMeta(bytes("kept")));
  a.system.crash("/pool/membership");
  await world.clock.advance(3_000);
  assertEquals(text((await world.within(a.members())).get("a")!.meta), "kept");
  assertEquals(text((await world.within(b.members())).get("a")!.meta), "kept");
});

Deno.test("meta: of a hundred changes at once the first ones are made and the others refused", async () => {
  const world = new PoolWorld("meta flood");
  const [a] = await world.cluster(["a", "b"]);
  const changes = Array.from({ length: 100 }, (_, i) => outcomeOf(a.updateMeta(bytes(`${i}`))));
  await world.clock.advance(5_000);
  const refused = changes.filter(({ value }) => value?.type === "refused");
  assertEquals(changes.filter(({ value }) => value?.type === "updated").length, 100 - refused.length);
  assertEquals(refused[0]?.value, { type: "refused", why: "Too many changes of meta at once" });
  assertEquals(text(a.memory.membership.meta), `${99 - refused.length}`);
});

Deno.test("meta: where no incarnation is left to say it with, it is refused and changes nothing", async () => {
  const world = new PoolWorld("meta at the end");
  const [a] = await world.cluster(["a", "b"]);
  a.membership.tell({
    type: "heard",
    claims: [{ type: "suspect", node: "a", from: "z", incarnation: 2 ** 32 - 2 }],
  });
  const reply = await world.within(a.updateMeta(bytes("new")));
  assertEquals(reply, { type: "refused", why: "There is no higher incarnation" });
  assertEquals(a.memory.membership.meta, new Uint8Array());
});

Deno.test("meta: who shuts the membership down ends the wait", async () => {
  const world = new PoolWorld("meta shut down");
  const [a] = await world.cluster(["a", "b"]);
  const update = outcomeOf(a.updateMeta(bytes("new")));
  const down = outcomeOf(a.shutdown());
  await world.clock.advance(5);
  assertEquals([update.value, down.value], [{ type: "timed_out" }, "down"]);
});

Deno.test("meta: who has left says nothing of itself any more", async () => {
  const world = new PoolWorld("meta left");
  const [a] = await world.cluster(["a", "b"]);
  await world.within(a.leave());
  const reply = await world.within(a.updateMeta(bytes("new")));
  assert(reply.type === "refused");
  assertMatch(reply.why, /have left/);
  assertEquals(a.memory.membership.meta, new Uint8Array());
});

Deno.test("user messages: best effort is one packet, reliable one stream, broadcast goes to everybody", async () => {
  const world = new PoolWorld("user messages", CAREFUL);
  const [a, b, c] = await world.cluster(["a", "b", "c"]);
  assertEquals(await world.within(a.send(b.address, bytes("perhaps"), false)), { type: "sent" });
  assertEquals(await world.within(a.send(b.address, bytes("surely"), true)), { type: "sent" });
  await world.clock.advance(100);
  assertEquals([said(b), said(c)], [["packet: perhaps", "stream: surely"], []]);
  assertEquals(await world.within(a.broadcast(bytes("to all"))), { type: "finished", how: "sent" });
  await world.clock.advance(100);
  for (const other of [b, c]) assert(said(other).includes("packet: to all"));
  assertEquals(b.told("user_message")[0]!.from, a.address);
});

Deno.test("user messages: what is heard is not passed on", async () => {
  const world = new PoolWorld("not passed on");
  const [a, b, c] = await world.cluster(["a", "b", "c"]);
  await world.within(a.send(b.address, bytes("for b"), false));
  await world.clock.advance(10_000);
  assertEquals([said(b), said(c)], [["packet: for b"], []]);
});

Deno.test("user messages: an empty one is delivered from a packet and not from a stream", async () => {
  const world = new PoolWorld("empty");
  const [a, b] = await world.cluster(["a", "b"]);
  assertEquals(await world.within(a.send(b.address, new Uint8Array(), true)), { type: "sent" });
  assertEquals(await world.within(a.send(b.address, new Uint8Array(), false)), { type: "sent" });
  await world.clock.advance(100);
  assertEquals(said(b), ["packet: "]);
});

Deno.test("user messages: what is longer than a packet is refused, and not cut or sent anyway", async () => {
  const world = new PoolWorld("long", { packetBytesMax: 200 });
  const [a, b] = await world.cluster(["a", "b"]);
  assertEquals(await world.within(a.send(b.address, new Uint8Array(199), false)), { type: "sent" });
  const refused = await world.within(a.send(b.address, new Uint8Array(200), false));
  assertEquals(refused, { type: "failed", why: "At most 199 bytes fit a packet: 200" });
  assertEquals((await world.within(a.broadcast(new Uint8Array(195)))).type, "finished");
  const reply = await world.within(a.broadcast(new Uint8Array(196)));
  assertEquals(reply, { type: "refused", why: "At most 195 bytes fit a packet: 196" });
  const stream = await world.within(a.send(b.address, new Uint8Array(1024 * 1024 + 1), true));
  assert(stream.type === "failed");
  assertMatch(stream.why, /^At most 1048576 bytes go over a stream/);
  const counts = await world.within(a.count("broadcaster"));
  assertEquals([counts["user messages not sent"], counts["user broadcasts refused"]], [2, 1]);
  assertEquals(b.told("user_message").filter(({ via }) => via === "stream"), []);
});

Deno.test("user messages: a whole MiB goes over a stream", async () => {
  const world = new PoolWorld("a MiB");
  const [a, b] = await world.cluster(["a", "b"]);
  assertEquals(await world.within(a.send(b.address, new Uint8Array(1024 * 1024), true)), { type: "sent" });
  assertEquals(b.told("user_message").map(({ payload }) => payload.length), [1024 * 1024]);
});

Deno.test("user messages: at most 256 wait for their streams at once", async () => {
  const world = new PoolWorld("many streams");
  const [a, b] = await world.cluster(["a", "b"]);
  world.network.add(cutOff(b.address));
  const sends = Array.from({ length: 257 }, () => outcomeOf(a.send(b.address, bytes("x"), true)));
  await world.clock.advance(10);
  const settled = sends.filter(({ settled }) => settled).map(({ value }) => value);
  assertEquals(settled, [{ type: "failed", why: "Too many user messages at once" }]);
  await world.clock.advance(2_000);
  assertEquals(sends.filter(({ value }) => value?.type === "failed").length, 257);
  const again = outcomeOf(a.send(b.address, bytes("x"), true));
  await world.clock.advance(10);
  assertEquals(again.settled, false, "there is room again");
});

Deno.test("user messages: a reliable one to nobody fails, and says why", async () => {
  const world = new PoolWorld("nobody");
  const [a] = await world.cluster(["a", "b"]);
  const reply = await world.within(a.send("127.0.0.9:9", bytes("hello?"), true));
  assertEquals(reply.type, "failed");
  assertEquals((await world.within(a.count("broadcaster")))["user messages not sent"], 1);
});

Deno.test("user messages: without an application they are dropped and counted", async () => {
  const world = new PoolWorld("no application");
  const [a, b] = [await world.start("a"), await world.start("b", null)];
  await world.within(a.send(b.address, bytes("x"), false));
  assertEquals(await world.within(a.send(b.address, bytes("x"), true)), { type: "sent" });
  await world.clock.advance(100);
  assertEquals((await world.within(b.count("pool")))["user message"], 2);
});

Deno.test("broadcasts: a named one takes the place of its namesake, a plain one what it makes pointless", async () => {
  const world = new PoolWorld("replaced", { gossipIntervalMs: 1_000_000, probeIntervalMs: 1_000_000 });
  const [a] = await world.cluster(["a", "b"]);
  const named = { kind: "named", name: "n" } as const;
  const plain = (subject: string, ...invalidates: string[]) => ({ kind: "plain", subject, invalidates }) as const;
  const [first, other, apples, pears, unique] = [
    outcomeOf(a.broadcast(bytes("1"), named)),
    outcomeOf(a.broadcast(bytes("1"), { kind: "named", name: "m" })),
    outcomeOf(a.broadcast(bytes("apples"), plain("apples"))),
    outcomeOf(a.broadcast(bytes("pears"), plain("pears"))),
    outcomeOf(a.broadcast(bytes("2"))),
  ];
  const [second, fruit] = [
    outcomeOf(a.broadcast(bytes("2"), named)),
    outcomeOf(a.broadcast(bytes("fruit"), plain("fruit", "apples", "n"))),
  ];
  await world.clock.advance(10);
  assertEquals([first.value, apples.value], [REPLACED, REPLACED]);
  for (const waiting of [other, pears, unique, second, fruit]) assertEquals(waiting.settled, false);
});

const REPLACED = { type: "finished", how: "replaced" } as const;

Deno.test("broadcasts: they wait until there is somebody to hear them, and end with the membership", async () => {
  const world = new PoolWorld("waiting");
  const [a, b] = [await world.start("a"), await world.start("b")];
  const early = outcomeOf(a.broadcast(bytes("early")));
  await world.clock.advance(20_000);
  assertEquals(early.settled, false);
  await world.within(b.join(a.address));
  await world.clock.advance(3_000);
  assertEquals([early.value, said(b)], [{ type: "finished", how: "sent" }, ["packet: early", "packet: early"]]);
  const last = outcomeOf(a.broadcast(bytes("last")));
  await world.within(a.shutdown());
  await world.clock.advance(10);
  assertEquals(last.value, { type: "finished", how: "stopped" });
});

Deno.test("state: each side of an exchange is asked with the flag of who began, and hears the other's after the merge", async () => {
  const world = new PoolWorld("state");
  const [a, b] = [await world.start("a"), await world.start("b")];
  for (const one of [a, b]) one.answers.localState = (join) => bytes(`${one.name} ${join}`);
  for (const one of [a, b]) one.heard.length = 0;
  await world.within(b.join(a.address));
  await world.clock.advance(100);
  const joinHeard = (one: PoolMember, other: string) => {
    assertEquals(one.told("local_state_wanted").map(({ join }) => join), [true]);
    assertEquals(one.told("remote_state").map(({ state, join }) => [text(state), join]), [[`${other} true`, true]]);
    const kinds = one.heard.map(({ type }) => type);
    assert(kinds.indexOf("member") < kinds.indexOf("remote_state"));
  };
  joinHeard(a, "b");
  joinHeard(b, "a");
  for (const one of [a, b]) one.heard.length = 0;
  await world.clock.until(
    () => a.told("remote_state").length > 0 && b.told("remote_state").length > 0,
    60_000,
    "periodic",
  );
  assertEquals([a.told("local_state_wanted")[0]!.join, b.told("remote_state")[0]!.join], [false, false]);
});

Deno.test("state: of who says nothing, nothing is heard", async () => {
  const world = new PoolWorld("no state");
  const [a, b] = [await world.start("a"), await world.start("b")];
  await world.within(b.join(a.address));
  await world.clock.advance(100);
  assertEquals([a.told("remote_state"), b.told("remote_state")], [[], []]);
});

Deno.test("state: an application that is late or says too much is not waited for, and none is sent", async () => {
  const world = new PoolWorld("late state");
  const [a, b] = [await world.start("a"), await world.start("b")];
  a.answers.localState = () => undefined;
  b.answers.localState = () => new Uint8Array(1024 * 1024 + 1);
  const before = world.clock.now();
  assertEquals((await world.within(b.join(a.address))).type, "joined");
  assert(world.clock.now() - before < 600);
  await world.clock.advance(100);
  assertEquals((await world.within(a.count("membership")))["local state late"], 1);
  assertEquals((await world.within(b.count("membership")))["local state too long"], 1);
  assertEquals([a.told("remote_state"), b.told("remote_state")], [[], []]);
});

Deno.test("state: 128 exchanges of others wait for the application at once, and more are closed and counted", async () => {
  const world = new PoolWorld("many exchanges");
  const [a] = await world.cluster(["a", "b"], { localState: true });
  a.answers.localState = () => undefined;
  const row = { name: "b", addr: Uint8Array.of(127, 0, 0, 1), port: 9, meta: null, incarnation: 0, state: 2 } as const;
  const nodes = [{ ...row, vsn: Uint8Array.of(1, 5, 2, 0, 0, 0) }];
  const message = { type: "push_pull", join: false, nodes, userState: new Uint8Array() } as const;
  const ask = (session: number) => a.membership.tell({ type: "push_pull_asked", session, message });
  for (let session = 1_000; session < 1_129; session++) ask(session);
  await world.clock.advance(10);
  const asked = () => a.told("local_state_wanted").length;
  assertEquals([asked(), (await world.within(a.count("membership")))["too many exchanges"]], [128, 1]);
  await world.clock.advance(1_000);
  ask(2_000);
  await world.clock.advance(10);
  assertEquals(asked(), 129);
});

Deno.test("state: an exchange that still waits for the application when the membership ends shows nobody anything", async () => {
  const world = new PoolWorld("ended");
  const [a, b] = [await world.start("a"), await world.start("b")];
  b.answers.localState = () => undefined;
  const joined = outcomeOf(b.join(a.address));
  await world.clock.until(() => b.told("local_state_wanted").length > 0, 1_000, "asked", 1);
  await world.within(b.shutdown());
  await world.clock.advance(1_000);
  assert(joined.value?.type === "joined");
  assertEquals(joined.value.failures.map(({ reason }) => reason), ["not a member any more"]);
  assertEquals([...(await world.within(a.members())).keys()], ["a"]);
});

Deno.test("merge veto: the joiner's own application refuses, and the joiner is told why", async () => {
  const world = new PoolWorld("own veto");
  const [a, b] = [await world.start("a"), await world.start("b")];
  b.answers.merge = (members) =>
    members.some(({ name }) => name === "a") ? { ok: false, why: "not with a" } : { ok: true };
  const reply = await world.within(b.join(a.address));
  assert(reply.type === "joined");
  assertEquals(reply.failures.map(({ reason }) => reason), ["merge refused: not with a"]);
  assertEquals(reply.contacted, 0);
  assertEquals([...(await world.within(b.members())).keys()], ["b"]);
  assertEquals(b.told("alive_proposed").length, 0);
});

Deno.test("merge veto: who is asked refuses, tells the joiner why, and neither knows the other", async () => {
  const world = new PoolWorld("their veto");
  const [a, b] = [await world.start("a"), await world.start("b")];
  a.answers.merge = (members) => ({ ok: false, why: `no ${members.map(({ name }) => name)}` });
  const reply = await world.within(b.join(a.address));
  assert(reply.type === "joined");
  assertEquals(reply.failures.map(({ reason }) => reason), ["remote error: merge refused: no b"]);
  await world.clock.advance(60_000);
  for (const one of [a, b]) assertEquals([...(await world.within(one.members())).keys()], [one.name]);
  assertEquals(a.told("local_state_wanted").length, 0);
  assert(a.records.some(({ event }) => event === "exchange_refused"));
});

Deno.test("merge veto: an application that does not answer refuses; that is counted", async () => {
  const world = new PoolWorld("silent veto");
  const [a, b] = [await world.start("a"), await world.start("b")];
  a.answers.merge = () => undefined;
  const reply = await world.within(b.join(a.address));
  assert(reply.type === "joined");
  assertEquals(reply.contacted, 0);
  const counts = await world.within(a.count("membership"));
  assertEquals([counts["merge veto late"], counts["merge vetoed"]], [1, 1]);
});

Deno.test("merge veto: periodic exchanges are not proposed", async () => {
  const world = new PoolWorld("periodic");
  const [a, b] = await world.cluster(["a", "b"]);
  await world.clock.until(() => a.told("local_state_wanted").length > 2, 120_000, "three exchanges");
  assertEquals([a.told("merge_proposed"), b.told("merge_proposed")], [[], []]);
});

Deno.test("alive veto: whom the application refuses it does not know, whoever tells of it, and others do", async () => {
  const world = new PoolWorld("alive veto");
  const [a, b] = await world.cluster(["a", "b"]);
  a.answers.alive = ({ name }) => name === "c" ? { ok: false, why: "not c" } : { ok: true };
  const c = await world.start("c");
  await world.within(c.join(b.address));
  await world.clock.advance(60_000);
  assertEquals([...(await world.within(a.members())).keys()], ["a", "b"]);
  assertEquals([...(await world.within(b.members())).keys()], ["a", "b", "c"]);
  assert(a.told("alive_proposed").filter(({ member }) => member.name === "c").length > 1);
  assert(0 < (await world.within(a.count("membership")))["alive vetoed"]!);
});

Deno.test("alive veto: stale words and those about ourselves are proposed too", async () => {
  const world = new PoolWorld("all proposed");
  const [a, b] = await world.cluster(["a", "b"]);
  await world.clock.until(() => a.told("local_state_wanted").length > 0, 60_000, "an exchange");
  await world.clock.advance(100);
  const proposed = a.told("alive_proposed").map(({ member }) => [member.name, member.address, member.state]);
  assertEquals(proposed.slice(0, 2).toSorted(), [["a", a.address, "alive"], ["b", b.address, "alive"]]);
});

Deno.test("alive veto: what the rules drop unseen is not proposed: of ourselves after leaving, and bad versions", async () => {
  const world = new PoolWorld("unseen");
  const [a, b] = await world.cluster(["a", "b"]);
  await world.within(a.leave());
  a.heard.length = 0;
  const view = (address: string) => ({ addr: Uint8Array.of(127, 0, 0, 1), port: Number(address.split(":")[1]) });
  const alive = { type: "alive", incarnation: 99, meta: null } as const;
  const vsn = Uint8Array.of(1, 5, 2, 0, 0, 0);
  a.membership.tell({ type: "heard", claims: [{ ...alive, node: "a", ...view(a.address), vsn }] });
  const bad = Uint8Array.of(5, 1, 2, 0, 0, 0);
  a.membership.tell({ type: "heard", claims: [{ ...alive, node: "b", ...view(b.address), vsn: bad }] });
  await world.clock.advance(10);
  assertEquals(a.told("alive_proposed"), []);
  a.membership.tell({ type: "heard", claims: [{ ...alive, node: "b", ...view(b.address), vsn }] });
  await world.clock.advance(10);
  assertEquals(a.told("alive_proposed").map(({ member }) => member.name), ["b"]);
});

Deno.test("alive veto: a row in a state that nobody has defined is counted, and keeps nobody waiting", async () => {
  const world = new PoolWorld("no state known");
  const [a] = await world.cluster(["a", "b"]);
  const row = { name: "c", addr: Uint8Array.of(127, 0, 0, 1), port: 9, meta: null, incarnation: 1, state: 9 } as const;
  const nodes = [{ ...row, vsn: Uint8Array.of(1, 5, 2, 0, 0, 0) }];
  const message = { type: "push_pull", join: true, nodes, userState: bytes("and more") } as const;
  a.membership.tell({ type: "push_pull_asked", session: 1_000, message });
  await world.clock.advance(10);
  assertEquals(a.told("merge_proposed").map(({ members }) => members), [[]]);
  assertEquals(a.told("remote_state").map(({ state }) => text(state)), ["and more"]);
  assertEquals((await world.within(a.count("membership")))["unknown_state"], 1);
});

Deno.test("alive veto: a word that is not given in time is a refusal, and is counted", async () => {
  const world = new PoolWorld("silent alive");
  const [a, b] = [await world.start("a"), await world.start("b")];
  a.answers.alive = () => undefined;
  await world.within(b.join(a.address));
  await world.clock.advance(5_000);
  assertEquals([...(await world.within(a.members())).keys()], ["a"]);
  assert(0 < (await world.within(a.count("membership")))["alive veto late"]!);
});

Deno.test("alive veto: what is said of a member while the application thinks waits, and is applied in its order", async () => {
  const world = new PoolWorld("order");
  const [a, b] = await world.cluster(["a", "b"]);
  const late: (() => void)[] = [];
  a.answers.alive = () => undefined;
  a.onQuestion = (reply) => late.push(reply);
  await world.within(b.updateMeta(bytes("last words")));
  await world.within(b.leave());
  await world.clock.advance(100);
  assertEquals(events(a), []);
  for (const reply of late) reply();
  await world.clock.advance(10);
  assertEquals(events(a), ["updated b", "left b"]);
});

Deno.test("alive veto: a join is over when the last row is, and the other's state comes after it", async () => {
  const world = new PoolWorld("rows");
  const [a, b] = await world.cluster(["a", "b"]);
  const c = await world.start("c");
  a.answers.localState = b.answers.localState = () => bytes("state");
  c.answers.alive = () => undefined;
  c.onQuestion = (reply) => world.clock.after(300, reply);
  c.heard.length = 0;
  const joined = outcomeOf(c.join(b.address));
  await world.clock.advance(200);
  assertEquals([joined.settled, c.told("remote_state").length, events(c)], [false, 0, []]);
  await world.clock.until(() => joined.settled, 1_000, "joined", 1);
  assertEquals(events(c).toSorted(), ["joined a", "joined b"]);
  assertEquals(c.heard.at(-1)!.type, "remote_state");
  assertEquals([...(await world.within(a.members())).keys()], ["a", "b", "c"]);
});

Deno.test("alive veto: a suspect whose refutation is being thought about does not fail meanwhile", async () => {
  const world = new PoolWorld("refuted", { suspicionMult: 4 });
  const [a, b] = await world.cluster(["a", "b"], { aliveVeto: true, members: true });
  const view = (await world.within(a.members())).get("b")!;
  const accusation = { type: "suspect", node: "b", incarnation: view.incarnation, from: "z" } as const;
  const late: (() => void)[] = [];
  a.answers.alive = () => undefined;
  a.onQuestion = (reply) => late.push(reply);
  world.network.add(cutOff(b.address));
  a.membership.tell({ type: "heard", claims: [accusation] });
  await world.clock.advance(3_800); // it expires after 4 s
  const alive = { ...accusation, type: "alive", incarnation: view.incarnation + 1, meta: null } as const;
  const [addr, vsn] = [Uint8Array.of(127, 0, 0, 1), Uint8Array.of(1, 5, 2, 0, 0, 0)];
  const port = Number(b.address.split(":")[1]);
  a.membership.tell({ type: "heard", claims: [{ ...alive, addr, port, vsn }] });
  await world.clock.advance(400);
  assertEquals([late.length, events(a)], [1, ["suspected b"]]);
  late[0]!();
  await world.clock.advance(10);
  assertEquals(events(a), ["suspected b", "refuted b"]);
});

Deno.test("pings: a direct answer is told with its time and the other's payload", async () => {
  const world = new PoolWorld("pings");
  const [a, b] = await world.cluster(["a", "b"]);
  b.failureDetector.tell({ type: "set_ack_payload", payload: bytes("here") });
  await world.clock.advance(10_000);
  const [last] = a.told("ping_completed").slice(-1);
  assertEquals([last!.member.name, text(last!.payload)], ["b", "here"]);
  assert(last!.roundTripMs > 0 && last!.roundTripMs < 100);
  assertEquals(b.told("ping_completed")[0]!.payload, new Uint8Array());
});

Deno.test("pings: without a payload the answer has none, as memberlist writes it where there is no application", async () => {
  const world = new PoolWorld("no payload");
  const payloads: unknown[] = [];
  world.network.add(({ kind, bytes }) => {
    if (kind === "packet") {
      for (const message of decodePacket(bytes).messages) if (message.type === "ack") payloads.push(message.payload);
    }
    return "pass";
  });
  const [, b] = await world.cluster(["a", "b"]);
  assertEquals(new Set(payloads), new Set([null]));
  b.failureDetector.tell({ type: "set_ack_payload", payload: bytes("here") });
  await world.clock.advance(5_000);
  assertEquals(new Set(payloads), new Set([null, bytes("here")]));
});

Deno.test("pings: a payload of more than 512 bytes is refused, and the former one stays, also after a crash", async () => {
  const world = new PoolWorld("payload");
  const [a, b] = await world.cluster(["a", "b"]);
  b.failureDetector.tell({ type: "set_ack_payload", payload: new Uint8Array(512).fill(1) });
  b.failureDetector.tell({ type: "set_ack_payload", payload: new Uint8Array(513).fill(2) });
  await world.clock.advance(10);
  assertEquals((await world.within(b.count("failureDetector")))["ack payloads refused"], 1);
  b.system.crash("/pool/failure_detector");
  await world.clock.advance(10_000);
  assertEquals(a.told("ping_completed").at(-1)!.payload, new Uint8Array(512).fill(1));
});

Deno.test("pings: asked for, one is answered with its time, or silent after the probe time-out", async () => {
  const world = new PoolWorld("ping");
  const [a, b] = await world.cluster(["a", "b"]);
  const reply = await world.within(a.ping("b", b.address));
  assert(reply.type === "answered");
  assert(reply.roundTripMs > 0 && reply.roundTripMs < 100);
  const before = world.clock.now();
  assertEquals(await world.within(a.ping("nobody", b.address)), { type: "silent" });
  assertEquals(Math.round(world.clock.now() - before), 200);
  assertEquals(a.told("ping_completed").length, 0);
});

Deno.test("pings: at most 64 are under way at once, and none before we are a member", async () => {
  const world = new PoolWorld("many pings");
  const [a] = await world.cluster(["a", "b"]);
  const pings = Array.from({ length: 65 }, () => outcomeOf(a.ping("nobody", "127.0.0.9:9")));
  await world.clock.advance(10);
  assertEquals(pings.filter(({ settled }) => settled).map(({ value }) => value), [
    { type: "refused", why: "Too many pings at once" },
  ]);
  await world.clock.advance(300);
  assertEquals(pings.filter(({ value }) => value?.type === "silent").length, 64);
});

Deno.test("pings: who is no member any more refuses, and those under way end", async () => {
  const world = new PoolWorld("no member");
  const [a] = await world.cluster(["a", "b"]);
  const ping = outcomeOf(a.ping("nobody", "127.0.0.9:9"));
  await world.clock.advance(1);
  await world.within(a.shutdown());
  const refused = { type: "refused", why: "We are no member" } as const;
  await world.clock.advance(5);
  assertEquals([ping.value, await world.within(a.ping("b", "127.0.0.9:9"))], [refused, refused]);
});

Deno.test("members: the application hears of them in the order in which it happens, itself included", async () => {
  const world = new PoolWorld("members");
  const [a, b] = [await world.start("a"), await world.start("b")];
  await world.within(b.join(a.address));
  await world.within(b.updateMeta(bytes("b's")));
  await world.clock.advance(1_000);
  await world.within(b.leave());
  await world.clock.advance(1_000);
  assertEquals(events(a), ["joined a", "joined b", "updated b", "left b"]);
});

Deno.test("members: one of a name that is taken is a conflict, told with both addresses", async () => {
  const world = new PoolWorld("conflict");
  const [a, b] = await world.cluster(["a", "b"]);
  const [c, twin] = [await world.start("c"), await world.start("b")];
  await world.within(twin.join(c.address));
  await world.within(c.join(a.address));
  await world.clock.advance(100);
  const [conflict] = a.told("conflict");
  assertEquals([conflict!.known.address, conflict!.offered.address], [b.address, twin.address]);
  assertEquals([conflict!.known.name, conflict!.offered.name], ["b", "b"]);
});

Deno.test("an application is spared what it does not want", async () => {
  const world = new PoolWorld("spared");
  const [a, b] = [await world.start("a", {}), await world.start("b")];
  await world.within(b.join(a.address));
  await world.within(b.send(a.address, bytes("x"), true));
  await world.clock.advance(10_000);
  assertEquals(a.heard, []);
});

Deno.test("what an application takes no more of is lost to it and counted, and the pool goes on", async () => {
  const world = new PoolWorld("full");
  const wants = { userMessages: true, remoteState: true, pings: true, members: true };
  const full = await world.start("a", wants, { limit: 0, whenFull: "fail" });
  const b = await world.start("b");
  b.answers.localState = () => bytes("state of b");
  await world.within(b.join(full.address));
  for (const reliable of [false, true]) await world.within(b.send(full.address, bytes("x"), reliable));
  await world.clock.advance(10_000);
  assertEquals([full.heard, [...(await world.within(full.members())).keys()]], [[], ["a", "b"]]);
  assertEquals(full.records.filter(({ level }) => level === "error" || level === "warn"), []);
  const [pool, membership, detector] = await world.within(
    Promise.all([full.count("pool"), full.count("membership"), full.count("failureDetector")]),
  );
  assertEquals(pool!["user message to a full application"], 2);
  assertEquals(membership!["application full"], 3, "two members, one state");
  assert(detector!["application full"]! > 5, "a ping a second");
});

Deno.test("who wants no vetoes and gives no state is waited for nowhere: a join takes as long as without an application", async () => {
  const took: number[] = [];
  for (const wants of [null, { userMessages: true, pings: true, members: true }, EVERYTHING]) {
    const world = new PoolWorld("as fast");
    const [a, b] = [await world.start("a", wants), await world.start("b", wants)];
    const before = world.clock.now();
    await world.within(b.join(a.address));
    took.push(world.clock.now() - before);
  }
  assertEquals(took[0], took[1]);
});
