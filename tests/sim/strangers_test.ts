import { assertEquals } from "@std/assert";
import { World } from "../../sim/world.ts";
import type { Address } from "../../transport/address.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import {
  type Alive,
  type IndirectPing,
  NODE_STATE,
  type NodeState,
  type Ping,
  type WireMessage,
} from "../../transport/wire/message.ts";
import { encodeMessage } from "../../transport/wire/messages.ts";
import { decodePacket } from "../../transport/wire/packet.ts";
import { UNPROTECTED } from "../../transport/wire/protection.ts";
import { encodeStream, StreamReader } from "../../transport/wire/stream.ts";

const ALIVE: Alive = {
  type: "alive",
  node: "eve",
  incarnation: 1,
  addr: Uint8Array.of(127, 0, 0, 1),
  port: 9,
  meta: null,
  vsn: Uint8Array.of(1, 5, 2, 0, 0, 0),
};

const PING: Ping = {
  type: "ping",
  sequence: 7,
  node: "alice",
  sourceAddr: new Uint8Array(),
  sourcePort: 0,
  sourceNode: "",
};

/** Alice, and somebody who is no member but speaks memberlist's wire. */
async function strangerAt(seed: string) {
  const world = new World({ seed });
  const alice = world.start("alice");
  await world.clock.until(() => alice.memory.rooms.size > 0, 5_000, "alice is in");
  const heard: WireMessage[] = [];
  const transport = await openSimulatedTransportOn(world.network)("127.0.0.1:0" as Address, {
    packet: (_from, bytes) => heard.push(...decodePacket(bytes).messages),
    accept: () => ({ data: () => {}, closed: () => {} }),
  });
  const to = alice.memory.address!;
  async function send(message: Parameters<typeof encodeMessage>[0]): Promise<void> {
    transport.sendPacket(to, encodeMessage(message));
    await world.clock.advance(100);
  }
  async function exchange(nodes: readonly NodeState[]): Promise<readonly WireMessage[]> {
    const reader = new StreamReader({ protection: UNPROTECTED, direction: "reply" });
    const answers: WireMessage[] = [];
    const stream = transport.connect(to, 1_000, {
      data: (bytes) => {
        const result = reader.push(bytes);
        if (result !== "incomplete" && result.ok) answers.push(result.value);
      },
      closed: () => {},
    });
    const table = { type: "push_pull", join: true, nodes, userState: new Uint8Array() } as const;
    stream.write(encodeStream(table, { compress: true }));
    await world.clock.advance(500);
    return answers;
  }
  return { world, alice, heard, send, exchange };
}

const BAD: Readonly<Record<string, Partial<Alive>>> = {
  "no versions": { vsn: new Uint8Array() },
  "one byte of versions": { vsn: Uint8Array.of(1) },
  "five bytes of versions": { vsn: Uint8Array.of(1, 5, 2, 0, 0) },
  "an address of no bytes": { addr: new Uint8Array() },
  "an address of 5 bytes": { addr: new Uint8Array(5) },
  "port 0": { port: 0 },
  "513 bytes of meta": { meta: new Uint8Array(513) },
  "no name": { node: "" },
  "a name of 129 bytes": { node: "e".repeat(129) },
  "a name with a line in it": { node: "e\nve" },
  "a name that turns the line around": { node: "e\u202eve" },
};

for (const [what, change] of Object.entries(BAD)) {
  Deno.test(`an alive with ${what} leaves the table as it is, in a packet and in an exchange`, async () => {
    const { alice, send, exchange } = await strangerAt(what);
    const alive = { ...ALIVE, ...change };
    await send(alive);
    const { node: name, type: _type, ...rest } = alive;
    await exchange([{ ...rest, name, state: NODE_STATE.alive }]);
    assertEquals(alice.alive, ["alice"]);
  });
}

Deno.test("the same alive without a fault makes a member of whom nobody knew: the tests above prove something", async () => {
  const { alice, send } = await strangerAt("good");
  await send(ALIVE);
  assertEquals(alice.alive, ["alice", "eve"]);
});

Deno.test("an alive or a row of a known name at another address changes nothing, and is told as a conflict", async () => {
  const { alice, send, exchange } = await strangerAt("conflict");
  await send(ALIVE);
  await send({ ...ALIVE, incarnation: 9, port: 10 });
  const { node: name, type: _type, ...rest } = ALIVE;
  await exchange([{ ...rest, name, port: 11, incarnation: 9, state: NODE_STATE.alive }]);
  const conflicts = alice.members.flatMap((event) => event.type === "conflict" ? [event] : []);
  assertEquals(conflicts.map(({ offered }) => offered), ["127.0.0.1:10", "127.0.0.1:11"]);
  assertEquals(conflicts.map(({ member }) => [member.name, member.address]), Array(2).fill(["eve", "127.0.0.1:9"]));
});

Deno.test("whoever shows no rows is answered with the table, as memberlist does, and nobody hears of them", async () => {
  const { alice, exchange } = await strangerAt("peek");
  assertEquals((await exchange([])).flatMap((answer) => answer.type === "push_pull" ? answer.nodes : []).length, 1);
  assertEquals(alice.alive, ["alice"]);
});

Deno.test("one row that nobody can speak to refuses the whole exchange", async () => {
  const { alice, exchange } = await strangerAt("versions");
  const { node: name, type: _type, ...rest } = ALIVE;
  const row: NodeState = { ...rest, name, state: NODE_STATE.alive };
  await exchange([row, { ...row, name: "mallory", vsn: Uint8Array.of(1, 5, 9, 0, 0, 0) }]);
  assertEquals(alice.alive, ["alice"]);
});

Deno.test("a ping for somebody else is not answered; one for us, or for whoever it is, is", async () => {
  const { heard, send } = await strangerAt("pings");
  await send({ ...PING, node: "bob" });
  assertEquals(heard, []);
  await send(PING);
  await send({ ...PING, node: "", sequence: 8 });
  const acks = heard.filter(({ type }) => type === "ack");
  assertEquals(acks.map((ack) => "sequence" in ack ? ack.sequence : 0), [7, 8]);
});

/** What a stranger asks alice to find out about somebody at port 9, of whom she may know. */
const INDIRECT_PING: IndirectPing = {
  type: "indirect_ping",
  sequence: 40,
  node: "eve",
  target: Uint8Array.of(127, 0, 0, 1),
  port: 9,
  nack: true,
  sourceAddr: new Uint8Array(),
  sourcePort: 0,
  sourceNode: "",
};

/** To whom packets go, and of what types, from now on. */
function carried(world: World, from: Address): { readonly packets: string[] } {
  const packets: string[] = [];
  world.network.onEvent = ({ carried }) => {
    if (carried.kind !== "packet" || carried.from !== from) return;
    for (const { type } of decodePacket(carried.bytes).messages) packets.push(`${type} to ${carried.to}`);
  };
  return { packets };
}

Deno.test("a relay pings members for others, and of anybody else says at once that there is no answer", async () => {
  const { world, alice, heard, send } = await strangerAt("relay");
  const { packets } = carried(world, alice.memory.address!);
  await send(INDIRECT_PING);
  assertEquals(heard.map((answer) => "sequence" in answer ? [answer.type, answer.sequence] : []), [["nack", 40]]);
  assertEquals(packets.filter((packet) => packet.endsWith(":9")), []);
  await send({ ...INDIRECT_PING, nack: false });
  assertEquals(heard.length, 1, "who does not want to hear it is not told");

  await send(ALIVE); // eve is a member now
  await send({ ...INDIRECT_PING, sequence: 41 });
  assertEquals(packets.includes("ping to 127.0.0.1:9"), true);
  assertEquals(heard.length, 1, "and the answer is waited for");
});
