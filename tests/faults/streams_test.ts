/** Streams of `faults.md`: what somebody without scruples connects with, and that the others do not notice. */
import { assert, assertEquals } from "@std/assert";
import { wan } from "../../actors/pool/profile.ts";
import { World } from "../../sim/world.ts";
import { encodeStream, STREAM_MESSAGE_BYTES_MAX, StreamReader } from "../../transport/wire/stream.ts";
import { UNPROTECTED } from "../../transport/wire/protection.ts";
import { keyringOf } from "../transport/wire/secrets.ts";
import { type Attacker, Siege } from "./siege.ts";

const TABLE = encodeStream({ type: "push_pull", join: false, nodes: [], userState: new Uint8Array() }, {
  compress: false,
});
const KEYED = { ...UNPROTECTED, keyring: keyringOf("0123456789abcdef".repeat(2)) };

type Dialled = ReturnType<Attacker["knock"]>;
const isOpen = ({ told }: Dialled): boolean => told.closedAs === undefined;
const isAnswered = ({ told }: Dialled): boolean => {
  const progress = new StreamReader().push(told.bytes);
  return progress !== "incomplete" && progress.ok && progress.value.type === "push_pull";
};

/** Connects so often with the same words, as fast as one address may: of more at once, some are still silent. */
async function knockOften(siege: Siege, attacker: Attacker, times: number, words: Uint8Array): Promise<Dialled[]> {
  const dialled: Dialled[] = [];
  while (dialled.length < times) {
    for (let i = 0; i < 4; i++) dialled.push(attacker.knock(words));
    await siege.world.clock.advance(3);
  }
  return dialled;
}

/** What was said back on a stream, if it was an error. */
function errorOf({ told }: Dialled, reader = new StreamReader()): string | undefined {
  const progress = reader.push(told.bytes);
  return progress !== "incomplete" && progress.ok && progress.value.type === "error" ? progress.value.text : undefined;
}

Deno.test("row 21: of one address 8 streams may be silent, and of all 128; of more, the oldest goes", async () => {
  const siege = await Siege.of("silent");
  const eve = await siege.from("10.0.0.66");
  const silent = Array.from({ length: 20 }, () => eve.knock());
  await siege.world.clock.advance(100);
  assertEquals(silent.map(isOpen), [...Array(12).fill(false), ...Array(8).fill(true)]);
  const others = [];
  for (let host = 1; host <= 30; host++) {
    const attacker = await siege.from(`10.0.1.${host}`);
    for (let i = 0; i < 8; i++) others.push(attacker.knock());
    await siege.world.clock.advance(10);
  }
  assertEquals([...silent, ...others].filter(isOpen).length, 128);
  assertEquals((await siege.counters())["transport: too many silent streams"], 12 + 8 + 30 * 8 - 128);
  const bob = await siege.from("10.0.2.1");
  const asked = bob.knock(TABLE);
  await siege.world.clock.advance(100);
  assert(isAnswered(asked), "who speaks at once is served in the midst of it");
  await siege.world.clock.advance(5_000);
  assertEquals([...silent, ...others].filter(isOpen).length, 0, "all are gone after 5 s");
});

Deno.test("row 21: on one machine a whole cluster may dial at once: there, only the limit of all holds", async () => {
  const siege = await Siege.of("one machine");
  const neighbours = await siege.from("127.0.0.1");
  const silent = Array.from({ length: 100 }, () => neighbours.knock());
  await siege.world.clock.advance(100);
  assertEquals(silent.filter(isOpen).length, 100);
});

Deno.test("row 21: one byte every two seconds is closed 10 s after the first, in the middle of a request", async () => {
  const siege = await Siege.of("dripping");
  const eve = await siege.from("10.0.0.66");
  const dripping = eve.knock(TABLE.subarray(0, 1));
  for (let at = 1; at < 5; at++) {
    await siege.world.clock.advance(2_000);
    dripping.stream.write(TABLE.subarray(at, at + 1));
  }
  assert(isOpen(dripping));
  await siege.world.clock.advance(2_100);
  assertEquals(dripping.told.closedAs, "reset");
  assertEquals((await siege.counters())["transport: slow stream"], 1);
});

Deno.test("row 21: where the profile is patient, so is who is asked", async () => {
  const siege = await Siege.in(new World({ seed: "patient", profile: wan }));
  const slow = (await siege.from("10.0.0.66")).knock(TABLE.subarray(0, 1));
  await siege.world.clock.advance(29_000);
  assert(isOpen(slow));
  await siege.world.clock.advance(1_100);
  assertEquals(slow.told.closedAs, "reset");
});

Deno.test("row 23: of a thousand push/pulls at once 128 are served, 32 of one address; others are told, not queued", async () => {
  const siege = await Siege.of("thousand");
  const held: Dialled[] = [];
  const refused: Dialled[] = [];
  for (let host = 1; host <= 10; host++) {
    const attacker = await siege.from(`10.0.1.${host}`);
    const streams = await knockOften(siege, attacker, 100, TABLE.subarray(0, TABLE.length - 1));
    held.push(...streams.slice(0, 32));
    refused.push(...streams.slice(32, 96));
  }
  const counters = await siege.counters();
  assertEquals(counters["transport: too many streams"], 1_000 - 128);
  assertEquals(held.slice(0, 128).filter(isOpen).length, 128);
  const told = refused.map((one) => errorOf(one)).filter((text) => text !== undefined);
  assertEquals(new Set(told), new Set(["too many pending requests"]));
  assert(told.length >= 64, `${told.length} were told`);
  for (const { stream } of held) stream.write(TABLE.subarray(TABLE.length - 1));
  await siege.world.clock.advance(100);
  assertEquals(held.filter(isAnswered).length, 128);
});

Deno.test("row 23: who is told why it is not served holds no place, and is hung up on after a second", async () => {
  const siege = await Siege.of("told");
  const eve = await siege.from("127.0.0.66");
  const sealed = await knockOften(siege, eve, 300, Uint8Array.of(10, 0, 0, 0, 9));
  const bob = eve.knock(TABLE);
  await siege.world.clock.advance(100);
  assert(isAnswered(bob));
  assertEquals(sealed.filter((one) => errorOf(one) !== undefined).length, 64);
  await siege.world.clock.advance(1_000);
  assertEquals(sealed.filter(isOpen).length, 0);
  assertEquals((await siege.counters())["transport: stream encrypted"], 300);
});

Deno.test("row 24: an encrypted frame of 4 GiB is refused from its header, with memberlist's words under our seal", async () => {
  const siege = await Siege.of("frame", { protection: KEYED });
  const eve = await siege.from("10.0.0.66");
  const claim = eve.knock(Uint8Array.of(10, 0xff, 0xff, 0xff, 0xff));
  await siege.world.clock.advance(100);
  const text = "remote node state is larger than limit (20971520)";
  assertEquals([errorOf(claim, siege.peer.guard.replyReader()), claim.told.isEnded], [text, true]);
  assertEquals((await siege.counters())["transport: stream frame too large"], 1);
});

/** A frame of `length` bytes that no key opens. */
function noise(length: number): Uint8Array {
  const frame = new Uint8Array(5 + length).fill(1);
  frame[0] = 10;
  new DataView(frame.buffer).setUint32(1, length);
  return frame;
}

Deno.test("row 24: frames of 20 MiB that no key opens are read twice, then not until they have paid with time", async () => {
  const siege = await Siege.of("large", { protection: KEYED });
  const eve = await siege.from("10.0.0.66");
  const counters: (number | undefined)[][] = [];
  const MiB = 1024 * 1024;
  const send = async (): Promise<void> => {
    const bytes = noise(20 * MiB - 5);
    const { stream } = eve.knock(bytes.subarray(0, MiB));
    for (let at = MiB; at < bytes.length; at += MiB) {
      stream.write(bytes.subarray(at, at + MiB));
      await siege.world.clock.advance(10);
    }
    await siege.world.clock.advance(50);
    const now = await siege.counters();
    counters.push([now["transport: stream undecryptable"], now["transport: too many bytes unread"]]);
  };
  for (let i = 0; i < 4; i++) await send();
  assertEquals(counters, [[1, undefined], [2, undefined], [2, 1], [2, 2]]);
  await siege.world.clock.advance(30_000);
  await send();
  assertEquals(counters.at(-1), [3, 2]);
});

Deno.test("row 24: what is well received costs its sender no credit, however much it is", async () => {
  const siege = await Siege.of("members");
  const bob = await siege.from("10.0.0.7");
  const table = encodeStream({ type: "user", payload: new Uint8Array(8 * 1024 * 1024) }, { compress: false });
  for (let i = 0; i < 8; i++) {
    const { stream } = bob.knock(table.subarray(0, 1024 * 1024));
    for (let at = 1024 * 1024; at < table.length; at += 1024 * 1024) {
      stream.write(table.subarray(at, at + 1024 * 1024));
      await siege.world.clock.advance(10);
    }
  }
  assertEquals((await siege.counters())["transport: too many bytes unread"], undefined);
});

Deno.test("row 8: a bomb of LZW costs its sender more than its bytes, so that it cannot be thrown all day", async () => {
  const siege = await Siege.of("bombs");
  const eve = await siege.from("10.0.0.66");
  const refused = Uint8Array.of(9, 0x82, 0xa4, ...new TextEncoder().encode("Algo"), 1); // an algorithm that is none
  const whole = Uint8Array.of(...refused, 0xa3, ...new TextEncoder().encode("Buf"), 0xa1, 0);
  await knockOften(siege, eve, 60, whole);
  const counters = await siege.counters();
  assertEquals([counters["transport: stream bad compression"], counters["transport: too many bytes unread"]], [25, 35]);
});

Deno.test("row 25: a peer that closes or resets in mid-frame leaves no stream, timer or half of a table", async () => {
  const siege = await Siege.of("mid-frame");
  const eve = await siege.from("10.0.0.66");
  const row = {
    name: "mallory",
    addr: Uint8Array.of(10, 0, 0, 66),
    port: 1,
    meta: null,
    incarnation: 1,
    state: 0,
    vsn: Uint8Array.of(1, 5, 2, 0, 0, 0),
  };
  const nodes = [row, { ...row, name: "trudy" }];
  const table = encodeStream({ type: "push_pull", join: true, nodes, userState: new Uint8Array() }, {
    compress: false,
  });
  const ends = ["end", "destroy"] as const;
  const streams = ends.map((end) => ({ end, dialled: eve.knock(table.subarray(0, table.length - 9)) }));
  await siege.world.clock.advance(100);
  for (const { end, dialled: { stream } } of streams) stream[end]();
  await siege.world.clock.advance(100);
  assertEquals(streams.map(({ dialled }) => isOpen(dialled)), [false, false]);
  assertEquals(siege.peer.alive, ["alice"]);
  await siege.world.clock.advance(20_000);
  assertEquals((await siege.counters())["transport: slow stream"], undefined, "no session was left to run out");
});

Deno.test("row 28: first bytes that match nothing are closed at once, those that match late after 5 s", async () => {
  const siege = await Siege.of("sniffed");
  const eve = await siege.from("10.0.0.66");
  const [never, late] = [eve.knock(new TextEncoder().encode("SSH-2.0-nothing\r\n")), eve.knock(Uint8Array.of(0xca))];
  await siege.world.clock.advance(100);
  assertEquals([isOpen(never), isOpen(late)], [false, true]);
  await siege.world.clock.advance(5_000);
  assertEquals(isOpen(late), false);
});

Deno.test("the longest message fits into the credit of a newcomer", () =>
  assert(STREAM_MESSAGE_BYTES_MAX < 48 * 2 ** 20));
