/** What several pools and listeners on one port promise, wherever they run. The defects are those of the seed `gossip`. */
import { assert, assertEquals } from "@std/assert";
import { lan } from "../../actors/pool/profile.ts";
import type { PacketArrived, StreamAccepted, StreamRequest } from "../../actors/transport/registration.ts";
import { seededRandom } from "../../actors/runtime/random.ts";
import type { Address } from "../../transport/address.ts";
import type { SendReply } from "../../actors/broadcaster.ts";
import type { ActorRef } from "../../actors/runtime/ref.ts";
import { Guard } from "../../transport/guard.ts";
import { parseLabel } from "../../transport/wire/label.ts";
import { type Protection, UNPROTECTED } from "../../transport/wire/protection.ts";
import { encodeStream, StreamReader } from "../../transport/wire/stream.ts";
import { encodeMessage } from "../../transport/wire/messages.ts";
import { keyOf, protectedBy } from "../support/keys.ts";
import { StreamRecorder } from "../transport/recorder.ts";
import { allSeeAll, hasty, type PoolNode, type PoolWorld, TestPool } from "../support/pool_node.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const PING = {
  type: "ping",
  sequence: 7,
  node: "",
  sourceAddr: new Uint8Array(),
  sourcePort: 0,
  sourceNode: "",
} as const;
const ECHO = 0x2001;
const UNDRAINED = 0x2002;

/** The promises, each a test named after `where` they run. */
export function poolsContract(where: string, start: () => PoolWorld): void {
  const test = (name: string, run: (world: PoolWorld) => Promise<void>): void =>
    Deno.test(`${where}: ${name}`, async () => {
      await using world = start();
      await run(world);
      for (const { name, restarts, crashes } of world.nodes) assertEquals([name, restarts], [name, crashes]);
    });

  test("two in pool 1 and two in pool 2 know each its own, with one of them in both on one port", async (world) => {
    const [both, one, two] = [await world.node("both"), await world.node("one"), await world.node("two")];
    const [inOne, inTwo] = [await both.pool("1", { byte: 1 }), await both.pool("2", { byte: 2 })];
    const [oneOne, twoTwo] = [await one.pool("1", { byte: 1, meta: utf8("meta") }), await two.pool("2", { byte: 2 })];
    assertEquals((await oneOne.join(both)).type, "joined");
    assertEquals((await twoTwo.join(both)).type, "joined");
    await allSeeAll(world, [[both, inOne], [one, oneOne]]);
    await allSeeAll(world, [[both, inTwo], [two, twoTwo]]);
    assertEquals(await both.list(), ["1", "2"]);
    const { member } = inOne.events.find(({ type }) => type === "joined")!;
    assertEquals([member.name, member.meta], ["one", utf8("meta")]);
  });

  test("pools with labels, with a byte, with keys and with nothing share a port, and nobody hears of another's", async (world) => {
    const kinds: readonly (readonly [string, Readonly<{ byte?: number; protection?: Protection }>])[] = [
      ["plain", {}],
      ["red", { protection: { ...UNPROTECTED, label: parseLabel("red")! } }],
      ["blue", { protection: { ...protectedBy(keyOf(1)), label: parseLabel("blue")! } }],
      ["seed", { byte: 0xfe }],
      ["sealed", { byte: 0, protection: protectedBy(keyOf(2)) }],
    ];
    const [a, b] = [await world.node("a"), await world.node("b")];
    const pools: [TestPool, TestPool][] = [];
    for (const [id, options] of kinds) pools.push([await a.pool(id, options), await b.pool(id, options)]);
    for (const [, there] of pools) await there.join(a);
    for (const [here, there] of pools) await allSeeAll(world, [[a, here], [b, there]]);
    for (const [i, [here]] of pools.entries()) here.broadcast(`in ${i}`);
    await world.until(() => pools.every(([, there]) => there.said.length > 0), "a word in each");
    assertEquals(pools.map(([, there]) => there.said), pools.map((_, i) => [`in ${i}`]));
    for (const pool of pools.flat()) assertEquals(refusedIn(await pool.dropped()), []);
  });

  test("pools with different keys on one port: who has the wrong one is refused by that pool, and the other goes on", async (world) => {
    const [a, b] = [await world.node("a"), await world.node("b")];
    const withKeys = (byte: number, key: number) => ({ byte, protection: protectedBy(keyOf(key)) });
    const [one, two] = [await a.pool("1", withKeys(1, 1)), await a.pool("2", withKeys(2, 2))];
    const [alike, wrong] = [await b.pool("1", withKeys(1, 1)), await b.pool("2", withKeys(2, 1))];
    await alike.join(a);
    const refused = await wrong.join(a);
    assert(refused.type === "refused" && refused.why.includes("uses other keys"), JSON.stringify(refused));
    await allSeeAll(world, [[a, one], [b, alike]]);
    assertEquals([await two.alive(), await wrong.alive()], ["a", "b"]);
    const { dropped } = await a.status();
    assertEquals(dropped, { "stream undecryptable": 1 });
  });

  test("defect 20: of 20 broadcasts in a pool of five, all five but the speaker hear all", async (world) => {
    const profile = { ...lan, gossipIntervalMs: 50, retransmitMult: 8 }; // with 4, one word in 200 misses somebody
    const nodes: [PoolNode, TestPool][] = [];
    for (let i = 0; i < 5; i++) {
      const node = await world.node(`node${i}`);
      const pool = await node.pool("five", { byte: 5, profile });
      if (i > 0) await pool.join(nodes[0]![0]);
      nodes.push([node, pool]);
    }
    await allSeeAll(world, nodes);
    const [[, speaker], ...others] = nodes as [[PoolNode, TestPool], ...[PoolNode, TestPool][]];
    const words = Array.from({ length: 20 }, (_, i) => `word ${String(i).padStart(2, "0")}`);
    for (const word of words) speaker.broadcast(word);
    await world.until(() => others.every(([, { said }]) => said.length === 20), "20 words at each of the four others");
    for (const [, { said }] of others) assertEquals(said, words);
  });

  test("defect 23: who is alone broadcasts as much as it likes, and nothing waits for that", async (world) => {
    const node = await world.node("alone");
    const pool = await node.pool("1", { byte: 1 });
    for (let i = 0; i < 5_000; i++) pool.broadcast(`word ${i}`);
    assertEquals(await pool.alive(), "alone");
    assertEquals(await node.close("1"), "closed");
  });

  test("defect 5: a byte, an unknown pool by packet and stream, a knock: dropped, counted, and all goes on", async (world) => {
    const node = await world.node("node");
    const pool = await node.pool("1", { byte: 1 });
    const stranger = await world.stranger();
    stranger.transport.sendPacket(node.address, Uint8Array.of(0xfe));
    stranger.transport.sendPacket(node.address, Uint8Array.of(0x00));
    stranger.transport.sendPacket(node.address, Uint8Array.of(0xfe, 9, 0, 0x80));
    stranger.transport.sendPacket(node.address, Uint8Array.of(0xfe, 1));
    const unknown = stranger.dial(node, Uint8Array.of(0xfe, 9, 0, 0x80));
    const knock = stranger.dial(node);
    knock.stream.end();
    await world.until(
      () => unknown.told.closedAs !== undefined && knock.told.closedAs !== undefined,
      "both are closed",
    );
    assertEquals([unknown.told.closedAs, knock.told.closedAs], ["reset", "ended"]);
    await node.untilDropped({ "unknown pool": 3, "no pool": 1 });
    const { counters } = await node.status();
    assertEquals([counters?.packetsReceived, counters?.streamsAccepted], [4, 2]);
    assertEquals([await pool.alive(), (await pool.dropped())["packet empty"]], ["node", 1]);
  });

  test("defect 21: streams that say nothing keep nobody from being served", async (world) => {
    const node = await world.node("node");
    await node.pool("1", { byte: 1 });
    const stranger = await world.stranger();
    await node.register({ type: "streams", protocol: ECHO, to: node.listener().ref });
    const silent = [[], [0xfe], [0xfe, 1], [0x20]].map((start) => stranger.dial(node, Uint8Array.from(start)));
    await world.until(() => silent.every(({ told }) => told.isOpen), "they are connected");
    const served = stranger.dial(node, Uint8Array.of(0xfe, 1), encodeStream(PING, { compress: false }));
    await world.until(() => served.told.length > 0, "an answer");
    assertEquals(silent.filter(({ told }) => told.closedAs !== undefined), []);
  });

  test("defect 21: applications that take nothing are cut off when they have their share, and block nobody", async (world) => {
    const [node, other] = [await world.node("node"), await world.node("other")];
    const [here, there] = [await node.pool("1", { byte: 1 }), await other.pool("1", { byte: 1 })];
    const stuck = <M>(name: string, whenFull: "fail" | "drop_oldest") =>
      node.system.spawn<M>(name, () => () => new Promise(() => {}), {
        mailbox: { limit: 4, whenFull },
        stopTimeoutMs: 1,
      });
    const failing = stuck<PacketArrived>("failing", "fail");
    await node.register({ type: "packets", protocol: UNDRAINED, to: failing });
    await node.register({ type: "plain_packets", to: stuck<PacketArrived>("dropping", "drop_oldest") });
    await node.register({ type: "streams", protocol: UNDRAINED, to: stuck<StreamAccepted>("streams", "fail") });
    await node.register({ type: "plain_streams", to: stuck<StreamAccepted>("plain", "drop_oldest"), streamsMax: 8 });
    const stranger = await world.stranger();
    for (let i = 0; i < 100; i++) {
      stranger.transport.sendPacket(node.address, Uint8Array.of(0x20, 2, i));
      stranger.transport.sendPacket(node.address, Uint8Array.of(0x78, i));
    }
    const guard = new Guard(UNPROTECTED, () => new Uint8Array(12), { byte: 9 });
    const pool = stuck<PacketArrived | StreamRequest>("pool", "fail");
    await node.register({ type: "pool", id: "stuck", guard, to: pool, streamTimeoutMs: 10_000 });
    const ping = encodeStream(PING, { compress: false });
    const pings = Array.from({ length: 8 }, () => stranger.dial(node, Uint8Array.of(0xfe, 9), ping));
    const streams = Array.from({ length: 12 }, () => stranger.dial(node, Uint8Array.of(0x20, 2)));
    const plain = Array.from({ length: 12 }, () => stranger.dial(node, utf8("x"), new Uint8Array(300_000)));
    await there.join(node);
    await allSeeAll(world, [[node, here], [other, there]]);
    const closed = (some: typeof streams): number => some.filter(({ told }) => told.closedAs !== undefined).length;
    await world.until(
      () => closed(streams) >= 7 && closed(plain) >= 4 && closed(pings) >= 3,
      "those beyond their share are closed",
    );
    assert(closed(pings) <= 4, "the others wait for an answer");
    const { dropped } = await node.status();
    // Of each, four wait in the mailbox, and one is being handled if its turn had come before the mailbox was full.
    const full = dropped["mailbox full"]!;
    assert(full >= 95 + 7 + 3 && full <= 96 + 8 + 4, `${full}`);
    assertEquals(dropped["too many streams of a listener"], 4);
    await world.until(() => closed(streams) === 12 && closed(plain) === 12, "those that were not taken are closed");
    const notTaken = (await node.status()).dropped["stream not taken"]!;
    assert(notTaken >= 4 + 8 && notTaken <= 5 + 8, `${notTaken}`);
  });

  test("defect 22: ids that come byte by byte are understood, and small first bytes of a plain stream arrive", async (world) => {
    const node = await world.node("node");
    await node.pool("1", { byte: 1 });
    const [echo, plain] = [node.listener((stream, told) => stream.write(told.chunks.at(-1)!)), node.listener()];
    await node.register({ type: "streams", protocol: ECHO, to: echo.ref });
    await node.register({ type: "plain_streams", to: plain.ref });
    const stranger = await world.stranger();
    const dripped = async (bytes: Uint8Array) => {
      const dialled = stranger.dial(node);
      for (const byte of bytes) {
        dialled.stream.write(Uint8Array.of(byte));
        await world.until(() => dialled.told.isOpen && dialled.stream.bufferedBytes === 0, "the byte is under way");
        await node.status(); // so that it does not travel with the next one
      }
      return dialled;
    };
    const pinged = await dripped(Uint8Array.of(0xfe, 1, ...encodeStream(PING, { compress: false })));
    const echoed = await dripped(Uint8Array.of(0x20, 1, 1, 2, 3));
    const short = await dripped(utf8("x"));
    const almost = await dripped(Uint8Array.of(0x20));
    almost.stream.end();
    await world.until(() => pinged.told.length > 0 && echoed.told.length === 3, "answers");
    const answer = new StreamReader().push(pinged.told.bytes);
    assert(answer !== "incomplete" && answer.ok && answer.value.type === "ack");
    assertEquals(echoed.told.bytes, Uint8Array.of(1, 2, 3));
    await world.until(() => plain.streams.length === 2 && plain.streams[1]!.told.isEnded, "both short ones");
    assertEquals(plain.streams.map(({ told }) => told.bytes), [utf8("x"), Uint8Array.of(0x20)]);
    assert(short.told.closedAs === undefined);
  });

  test("defect 22: a pool without an application is a pool, and what is broadcast in it disturbs nobody", async (world) => {
    const [node, other] = [await world.node("node"), await world.node("other")];
    const opened = await node.open("1", { byte: 1, profile: hasty });
    assert(opened.ok);
    const without = new TestPool(node, opened.pool, []);
    const speaker = await other.pool("1", { byte: 1 });
    assertEquals((await speaker.join(node)).type, "joined");
    await allSeeAll(world, [[node, without], [other, speaker]]);
    for (let i = 0; i < 20; i++) speaker.broadcast(`word ${i}`);
    without.broadcast("of nobody's application");
    await world.until(() => speaker.said.length === 1, "it is heard");
    await allSeeAll(world, [[node, without], [other, speaker]]);
  });

  test("applications dial each other and send each other packets through their peers' ports", async (world) => {
    const [a, b] = [await world.node("a"), await world.node("b")];
    await a.pool("1", { byte: 1 });
    const echo = b.listener((stream, told) => stream.write(told.chunks.at(-1)!));
    const packets = b.receiver();
    assertEquals(await b.register({ type: "streams", protocol: ECHO, to: echo.ref }), "ok");
    assertEquals(await b.register({ type: "packets", protocol: ECHO, to: packets.ref }), "ok");
    const { stream, told } = await a.dial(b.address, ECHO);
    stream.write(utf8("hello"));
    a.transport.tell({ type: "send_packet", to: b.address, bytes: utf8("datagram"), protocol: ECHO });
    await world.until(() => told.text === "hello" && packets.packets.length === 1, "the echo, and the packet");
    assertEquals(packets.packets[0], { type: "packet_arrived", from: a.address, bytes: utf8("datagram") });
    assertEquals((await b.status()).registered, [
      { name: "streams 0xca11", received: 0, open: 0 },
      { name: "streams 0x2001", received: 1, open: 1 },
      { name: "packets 0x2001", received: 1, open: 0 },
    ]);
    const refused = await b.dial(a.address, ECHO);
    refused.stream.write(utf8("nobody there"));
    await world.until(() => refused.told.closedAs !== undefined, "it is closed");
    await a.untilDropped({ "unknown stream": 1 });
  });

  test("HTTP, chat lines and foreign datagrams go through the gossip port to who takes what is plain", async (world) => {
    const node = await world.node("node");
    const pool = await node.pool("chat");
    const page = node.listener((stream, { text }) => {
      if (!text.includes("\r\n\r\n")) return;
      stream.write(utf8("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi"));
      stream.end();
    });
    const packets = node.receiver();
    await node.register({ type: "plain_streams", to: page.ref });
    await node.register({ type: "plain_packets", to: packets.ref });
    const stranger = await world.stranger();
    const { stream, told } = stranger.dial(node, utf8("GET / HTTP/1.1\r\nhost: here\r\n"));
    stream.write(utf8("\r\n"));
    stranger.transport.sendPacket(node.address, utf8("a foreign datagram"));
    const line = stranger.dial(node, utf8("hello\n"));
    await world.until(() => told.text.endsWith("hi") && page.streams.length === 2, "the page, and the line");
    await world.until(
      () => page.streams[1]!.told.text === "hello\n" && packets.packets.length === 1,
      "line and datagram",
    );
    assertEquals(page.streams[0]!.told.text, "GET / HTTP/1.1\r\nhost: here\r\n\r\n");
    assertEquals(packets.packets[0]!.bytes, utf8("a foreign datagram"));
    assertEquals([await pool.alive(), refusedIn(await pool.dropped())], ["node", []]);
    assert(line.told.closedAs === undefined);
  });

  test("pools and listeners that are closed are nobody's, and their ids and bytes can be had again", async (world) => {
    const [node, other] = [await world.node("node"), await world.node("other")];
    const echo = node.listener((stream, told) => stream.write(told.chunks.at(-1)!));
    const streams = { type: "streams", protocol: ECHO } as const;
    for (let round = 0; round < 3; round++) {
      const pools = [await node.pool("1", { byte: 1 }), await other.pool("1", { byte: 1 })] as const;
      await pools[1].join(node);
      await allSeeAll(world, [[node, pools[0]], [other, pools[1]]]);
      assertEquals(await node.register({ ...streams, to: echo.ref }), "ok");
      const dialled = await other.dial(node.address, ECHO);
      dialled.stream.write(utf8("x"));
      await world.until(() => dialled.told.text === "x", "an echo");
      assertEquals(await node.unregister(streams), "released");
      dialled.stream.write(utf8("y"));
      await world.until(() => dialled.told.text === "xy", "who was taken over stays");
      dialled.stream.end();
      assertEquals([await node.close("1"), await other.close("1")], ["closed", "closed"]);
      assertEquals([await node.close("1"), await node.unregister(streams)], ["unknown", "nobody"]);
    }
    const stranger = await world.stranger();
    const late = [Uint8Array.of(0xfe, 1, 0), Uint8Array.of(0x20, 1)].map((start) => stranger.dial(node, start));
    await world.until(() => late.every(({ told }) => told.closedAs !== undefined), "nobody takes them");
    node.system.crash("/pools");
    node.crashes = 1;
    assertEquals(await node.list(), [], "nor do they come back with their keeper");
    assertEquals((await node.status()).registered.map(({ name }) => name), ["streams 0xca11"]);
  });

  test("what is taken or could not be told apart is refused in a sentence, and the id stays free", async (world) => {
    const node = await world.node("node");
    const { ref } = node.listener();
    const opening = node.pool("1", { byte: 1 });
    assertEquals(await node.list(), [], "not before it has its part of the port");
    await opening;
    await node.pool("plain");
    const refusals: [string, Promise<Readonly<{ ok: boolean; why?: string }>>][] = [
      ["Taken already: pool 1", node.open("1", { byte: 2, profile: lan })],
      ['The byte 1 is that of the pool "1"', node.open("2", { byte: 1, profile: lan })],
      ["A pool's byte is from 0 to 255, not 256", node.open("3", { byte: 256, profile: lan })],
      ["A pool's id has 1 to 32 letters, digits, - and _", node.open("no id", { byte: 3, profile: lan })],
      [
        'The pools "other" and "plain" could not be told apart: neither has a label or a byte',
        node.open("other", { profile: lan }),
      ],
    ];
    for (const [why, reply] of refusals) assertEquals(await reply, { ok: false, why });
    assertEquals(await node.register({ type: "streams", protocol: 0xca11, to: ref }), "Taken already: streams 0xca11");
    for (const [id, byte] of [["2", 2], ["3", 3], ["other", 4]] as const) await node.pool(id, { byte });
    assertEquals((await node.list()).toSorted(), ["1", "2", "3", "other", "plain"]);
  });

  test("an application that stops loses its part of the port", async (world) => {
    const node = await world.node("node");
    const { ref } = node.listener();
    for (const protocol of [0x2001, 0x2002]) await node.register({ type: "streams", protocol, to: ref });
    ref.stop();
    await node.untilRegistered("streams 0xca11");
  });

  test("all that a pool with a byte sends begins with it, and no packet is longer than without it", async (world) => {
    const node = await world.node("node");
    const profile = { ...lan, gossipIntervalMs: 20, packetBytesMax: 600 };
    const protection = { ...protectedBy(keyOf(3)), label: parseLabel("label")! };
    const longest: number[] = [];
    for (const [id, byte] of [["marked", 9], ["plain", undefined]] as const) {
      const pool = await node.pool(id, { profile, protection, ...(byte === undefined ? {} : { byte }) });
      const stranger = await world.stranger();
      const joined = pool.tryToJoin(stranger);
      await world.until(() => (stranger.told.accepted[0]?.told.length ?? 0) > 20, "a request");
      stranger.told.accepted[0]!.stream.destroy();
      await world.settled(joined);
      const start = byte === undefined ? [] : [0xfe, byte];
      const request = stranger.told.accepted[0]!.told.bytes;
      const wanted = Uint8Array.of(...start, 244, 5, ...utf8("label"), 10);
      assertEquals(request.subarray(0, wanted.length), wanted);
      const random = seededRandom("words that do not compress"); // of many lengths, so that they fill a packet exactly
      for (let i = 0; i < 400; i++) pool.broadcast(random.bytes(1 + i % 50));
      const broadcaster = pool.view.cast.get("broadcaster");
      for (let i = 0; i < 20; i++) {
        const message = encodeMessage({ type: "nack", sequence: i });
        broadcaster.tell({ type: "send", to: stranger.address, message });
      }
      await world.until(() => stranger.told.packets.length === 20, "packets");
      const starts = stranger.told.packets.map(({ bytes }) => bytes.subarray(0, start.length + 1));
      for (const one of starts) assertEquals(one, Uint8Array.of(...start, 244));
      longest.push(Math.max(...stranger.told.packets.map(({ bytes }) => bytes.length)));
      const payload = new Uint8Array(5_000);
      const send = (replyTo: ActorRef<SendReply>) =>
        ({ type: "send_user", to: stranger.address, payload, reliable: false, replyTo }) as const;
      const sent = await world.settled(broadcaster.ask<SendReply>(send, 5_000));
      assert(sent.type === "failed");
      longest.push(Number(/At most (\d+)/.exec(sent.why)?.[1]) + start.length);
    }
    assertEquals(
      longest.slice(0, 2),
      longest.slice(2),
      "longest packet, and longest user message with what is in front",
    );
    assert(longest[0]! > 590, `${longest}`);
  });

  test("a stream waits to be taken over with what it brought, and with no more than is kept meanwhile", async (world) => {
    const node = await world.node("node");
    const offered: StreamAccepted[] = [];
    const slow = node.system.spawn<StreamAccepted>("slow", () => (message) => void offered.push(message));
    await node.register({ type: "plain_streams", to: slow });
    const stranger = await world.stranger();
    const sent = new Uint8Array(3_000_000).map((_, at) => at * 7);
    sent[0] = 0x78;
    const { stream, told } = stranger.dial(node, sent);
    await world.until(() => offered.length === 1, "an offer");
    for (let look = 0; look < 20; look++) await node.status();
    const taken = new StreamRecorder();
    offered[0]!.adopt(taken);
    const early = taken.length;
    assert(early > 0 && early < 1_500_000, `${early} bytes were kept`);
    offered[0]!.adopt(new StreamRecorder()); // only the first may have it
    await world.until(() => taken.length === sent.length, "all of it");
    assertEquals(taken.bytes, sent);
    stream.end();
    await world.until(() => taken.isEnded, "its end");
    offered[0]!.stream.end();
    await world.until(() => told.closedAs !== undefined && taken.closedAs !== undefined, "it is closed");
    assertEquals((await node.status()).registered.at(-1), { name: "plain streams", received: 1, open: 0 });
  });

  test("what a listener has not taken over when it goes is closed, and cannot be taken any more", async (world) => {
    const node = await world.node("node");
    const offered: StreamAccepted[] = [];
    const slow = node.system.spawn<StreamAccepted>("slow", () => (message) => void offered.push(message));
    await node.register({ type: "streams", protocol: ECHO, to: slow });
    assertEquals(await node.register({ type: "streams", protocol: ECHO, to: slow }), "ok", "it is his already");
    const stranger = await world.stranger();
    const { told } = stranger.dial(node, Uint8Array.of(0x20, 1, 5));
    await world.until(() => offered.length === 1, "an offer");
    assertEquals(await node.unregister({ type: "streams", protocol: ECHO }), "released");
    await world.until(() => told.closedAs !== undefined, "it is closed");
    assertEquals([told.closedAs, (await node.status()).dropped], ["reset", {}], "closed at once");
    const late = new StreamRecorder();
    offered[0]!.adopt(late);
    assertEquals(late.closedAs, "destroyed", "who comes too late is told so");
  });

  test("who shares the port outlives a crash of the transport, and who stops is missed after it too", async (world) => {
    const node = await world.node("node");
    const echo = node.listener((stream, told) => stream.write(told.chunks.at(-1)!));
    const packets = node.receiver();
    await node.register({ type: "streams", protocol: ECHO, to: echo.ref });
    await node.register({ type: "packets", protocol: ECHO, to: packets.ref });
    const { address } = node;
    node.system.crash("/transport");
    await node.openPort(address); // says where it is, once it is open
    assertEquals(node.address, address);
    const stranger = await world.stranger();
    const { told } = stranger.dial(node, Uint8Array.of(0x20, 1, 5));
    await world.until(() => told.length === 1, "an echo");
    packets.ref.stop();
    await node.untilRegistered("streams 0xca11", "streams 0x2001");
    node.crashes = 1;
  });

  test("a pool that is opened before the port is a member as soon as there is one; so many there may be", async (world) => {
    const node = await world.node("node");
    await node.closePort();
    const pool = await node.pool("0", { byte: 0 });
    assertEquals([await pool.alive(), await node.get("0"), await node.get("1")], ["", "0", undefined]);
    const to = "127.0.0.1:9" as Address;
    const closed = await node.tryToDial(to);
    assertEquals(closed, { ok: false, why: "the transport is closed" });
    await node.openPort();
    await allSeeAll(world, [[node, pool]]);
    for (let byte = 1; byte < 64; byte++) await node.pool(`${byte}`, { byte });
    assertEquals(await node.open("one more", { byte: 64, profile: hasty }), {
      ok: false,
      why: "No more than 64 pools beside the chat's",
    });
  });

  test("a port that moves takes its pools along, and they can join again once the old address is forgotten", async (world) => {
    const [node, other] = [await world.node("node"), await world.node("other")];
    const options = { byte: 1, profile: { ...hasty, gossipToTheDeadMs: 200 } };
    const pools = [await node.pool("1", options), await other.pool("1", options)] as const;
    await pools[1].join(node);
    await allSeeAll(world, [[node, pools[0]], [other, pools[1]]]);
    const before = node.address;
    await node.closePort();
    const stranger = await world.stranger(); // so that the next port is another
    await node.openPort();
    assert(node.address !== before && stranger.address !== node.address);
    const refused = await pools[0].join(other);
    assert(refused.type === "refused" && refused.why.includes("is taken"), JSON.stringify(refused));
    await world.eventually(() => pools[0].tryToJoin(other), ({ type }) => type === "joined", () => "a join");
    await allSeeAll(world, [[node, pools[0]], [other, pools[1]]]);
    const { type, member } = pools[1].events.at(-1)!;
    assertEquals([type, member.name, member.address], ["joined", "node", node.address]);
  });
}

/** What a pool refused: there must be no stray of another's in it. */
function refusedIn(dropped: Readonly<Record<string, number>>): readonly string[] {
  return Object.keys(dropped).filter((reason) => reason.startsWith("packet") || reason.startsWith("stream"));
}
