/**
 * Acceptance check 5 of the seed programs: ours in several pools on one port, against peers on hashicorp/memberlist that
 * put the bytes of a pool in front as the package `gossip` does: a stand-in for that package, which Debian does not have.
 */
import { assertEquals } from "@std/assert";
import { lan } from "../../../actors/pool/profile.ts";
import { parseAddress } from "../../../transport/address.ts";
import { openDenoTransport } from "../../../transport/deno_transport.ts";
import { Cluster, namesOf, unlike } from "../../interop/cluster.ts";
import { needs } from "../../interop/needed.ts";
import type { GoPeer } from "../../support/go_peer.ts";
import { keyOf, protectedBy } from "../../support/keys.ts";
import { PoolWorld } from "../../support/pool_node.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const KEY = new Uint8Array(32).fill(7).toBase64();
const profile = { ...lan, delegateVersions: [2, 5, 4] } as const;
const ECHO = 0x2001;

Deno.test(
  "acceptance 5: two peers as of gossip and ours in pools 1 and 2 on one port, with an echo, HTTP, and what ended gossip",
  needs("go"),
  async (t) => {
    await using cluster = await Cluster.create();
    await using world = PoolWorld.on(openDenoTransport);
    const ours = await world.node("ours", parseAddress("127.0.0.1:0")!);
    const one = await ours.pool("1", { byte: 1, profile });
    const two = await ours.pool("2", { byte: 2, profile, protection: protectedBy(keyOf(7)) });
    const inOne = await cluster.go("go-1", [], 1);
    const inTwo = await cluster.go("go-2", [KEY], 2);

    const listed = async (): Promise<
      string[]
    > => (await Promise.all([one.alive(), two.alive(), namesOf(inOne), namesOf(inTwo)]));

    await t.step("each joins its pool through that port, and is in no other", async () => {
      await inOne.join(ours.address);
      assertEquals((await two.join({ address: parseAddress(inTwo.address)! })).type, "joined");
      const wanted = ["go-1,ours", "go-2,ours", "go-1,ours", "go-2,ours"].join("; ");
      await cluster.eventually(`members ${wanted}`, async () => (await listed()).join("; ") === wanted);
    });

    await t.step("what is broadcast in a pool is heard there, and not in the other", async () => {
      one.broadcast("ours in 1");
      two.broadcast("ours in 2");
      await inOne.broadcast("theirs in 1");
      await inTwo.broadcast("theirs in 2");
      const heard = (): string[] => [one.said, two.said, fromUs(inOne), fromUs(inTwo)].map(unlike);
      const wanted = ["theirs in 1", "theirs in 2", "ours in 1", "ours in 2"].join("; ");
      await cluster.eventually(`messages ${wanted}`, () => heard().join("; ") === wanted);
    });

    await t.step("a wrong pool, half a mark, one byte and a knock leave it alive, and are counted", async () => {
      const stranger = await world.stranger();
      for (const packet of [[0xfe], [0xfe, 9, 0], [0]]) {
        stranger.transport.sendPacket(ours.address, Uint8Array.from(packet));
      }
      const streams = [stranger.dial(ours, Uint8Array.of(0xfe, 9, 0)), stranger.dial(ours)];
      streams[1]!.stream.end();
      await world.until(() => streams.every(({ told }) => told.closedAs !== undefined), "both are closed");
      await ours.untilDropped({ "unknown pool": 3, "no pool": 1 });
    });

    await t.step("an echo by its id and HTTP go through the same port", async () => {
      const echo = ours.listener((stream, told) => stream.write(told.chunks.at(-1)!));
      const page = ours.listener((stream, told) => told.text.endsWith("\r\n\r\n") && answerHttp(stream));
      assertEquals(await ours.register({ type: "streams", protocol: ECHO, to: echo.ref }), "ok");
      assertEquals(await ours.register({ type: "plain_streams", to: page.ref }), "ok");
      const stranger = await world.stranger();
      const echoed = stranger.dial(ours, Uint8Array.of(0x20, 1), utf8("echo"));
      await world.until(() => echoed.told.text === "echo", "an echo");
      assertEquals(await (await fetch(`http://${ours.address}/`)).text(), "hi");
    });

    await t.step("who leaves one pool stays in the other", async () => {
      await one.leave();
      await cluster.eventually("ours is gone from pool 1", async () => await namesOf(inOne) === "go-1");
      assertEquals([await two.alive(), await namesOf(inTwo)], ["go-2,ours", "go-2,ours"]);
      assertEquals(inOne.events.filter(({ event }) => event === "leave").map(({ node }) => node?.name), ["ours"]);
    });

    cluster.assertNoWarnings();
    assertEquals(refused(await one.dropped(), await two.dropped()), []);
  },
);

/** Of what it heard, what is not its own: our application passes on what it hears. */
function fromUs({ messages }: GoPeer): readonly string[] {
  return messages.filter((message) => message.startsWith("ours"));
}

function answerHttp(stream: { write(bytes: Uint8Array): void; end(): void }): void {
  stream.write(utf8("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi"));
  stream.end();
}

/** What pools refused of what came to them. */
function refused(...dropped: readonly Readonly<Record<string, number>>[]): readonly string[] {
  return dropped.flatMap((counts) => Object.keys(counts).filter((reason) => /^(packet|stream|dropped)/.test(reason)));
}
