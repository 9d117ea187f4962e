/** What applications tell each other through the cluster, ours and those on hashicorp/memberlist. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { DelegateWants } from "../../actors/pool/delegate.ts";
import { Cluster } from "./cluster.ts";
import { needs } from "./needed.ts";

const EVERYTHING: DelegateWants = {
  userMessages: true,
  localState: true,
  remoteState: true,
  mergeVeto: true,
  aliveVeto: true,
  pings: true,
  members: true,
};

const KEY = "a2V5IG9mIHRoZSBjbHVzdGVyLCAzMiBieXRlcyBvZmY=";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (payload: Uint8Array): string => new TextDecoder().decode(payload);

for (const [how, keys] of [["in the clear", []], ["sealed", [KEY]]] as const) {
  Deno.test(`user messages and meta cross both ways, ${how}`, needs("go"), async (t) => {
    await using cluster = await Cluster.create();
    const ours = await cluster.pool("ours", EVERYTHING, keys);
    const ours2 = await cluster.pool("ours-2", { userMessages: true }, keys);
    const theirs = await cluster.go("theirs", keys);
    const theirs2 = await cluster.go("theirs-2", keys);
    await ours.join(theirs.address);
    await theirs2.join(ours.address);
    await ours2.join(theirs2.address);
    await cluster.allSeeAll();

    await t.step("in a packet", async () => {
      assertEquals(await ours.pool.send(theirs.address, bytes("a packet of ours"), false), { type: "sent" });
      await theirs.send("best_effort", "ours", "a packet of theirs");
      await cluster.eventually("theirs heard ours", () => theirs.messages.includes("a packet of ours"));
      await cluster.eventually("ours heard theirs", () => ours.messages.includes("packet: a packet of theirs"));
    });

    await t.step("over a stream, also what no packet holds, and nothing of an empty one", async () => {
      const long = "long ".repeat(60_000);
      for (const message of ["a stream of ours", "", long]) {
        assertEquals(await ours.pool.send(theirs.address, bytes(message), true), { type: "sent" });
      }
      await theirs.send("reliable", "ours", "");
      await theirs.send("reliable", "ours", long);
      await theirs.send("reliable", "ours", "a stream of theirs");
      await cluster.eventually("theirs heard ours", () => theirs.messages.includes(long));
      await cluster.eventually("ours heard theirs", () => ours.messages.includes("stream: a stream of theirs"));
      await cluster.eventually("ours heard it all", () => ours.messages.includes(`stream: ${long}`));
      assert(theirs.messages.includes("a stream of ours"));
      assert(!theirs.messages.includes("") && !ours.messages.includes("stream: "));
    });

    await t.step("by gossip, to everybody", async () => {
      // A rumour is sent four times, to whoever is drawn, and nobody passes it on: now and then somebody misses it.
      await cluster.eventually("everybody heard ours", async () => {
        assertEquals(await ours.pool.broadcast(bytes("a rumour of ours")), { type: "finished", how: "sent" });
        return [theirs, theirs2].every(({ messages }) => messages.includes("a rumour of ours")) &&
          ours2.messages.includes("packet: a rumour of ours");
      });
      await cluster.eventually("everybody heard theirs", async () => {
        await theirs.broadcast("a rumour of theirs");
        return theirs2.messages.includes("a rumour of theirs") &&
          [ours, ours2].every(({ messages }) => messages.includes("packet: a rumour of theirs"));
      });
      assert(!theirs2.messages.includes("a packet of ours"));
    });

    await t.step("meta, to 512 bytes", async () => {
      const [long, short] = ["m".repeat(512), "theirs"];
      assertEquals(await ours.pool.updateMeta(bytes(long)), { type: "updated" });
      await theirs.updateMeta(short);
      for (const peer of [theirs, theirs2]) {
        await cluster.eventually(
          `${peer.name} is told of ours`,
          () =>
            peer.events.some(({ event, node }) =>
              event === "update" && node?.name === "ours" && node.meta === btoa(long)
            ),
        );
      }
      for (const { pool } of [ours, ours2]) {
        const metaOf = async (name: string) => text((await pool.members()).get(name)!.meta);
        await cluster.eventually(`${pool.name} sees theirs`, async () => await metaOf("theirs") === short);
        await cluster.eventually(`${pool.name} sees ours`, async () => await metaOf("ours") === long);
      }
      await cluster.eventually(
        "our application is told of theirs",
        () => ours.pool.told("member").some(({ event }) => event.type === "updated" && event.member.name === "theirs"),
      );
    });

    cluster.assertNoWarnings();
  });
}

Deno.test("state goes with tables, both ways, with the flag of a join", needs("go"), async () => {
  await using cluster = await Cluster.create();
  const ours = await cluster.pool("ours", EVERYTHING);
  const [theirs, newcomer] = [await cluster.go("theirs"), await cluster.go("newcomer")];
  ours.pool.answers.localState = () => bytes("state of ours");
  for (const peer of [theirs, newcomer]) await peer.set("state", `state of ${peer.name}`);
  await ours.join(theirs.address);
  await newcomer.join(ours.address);
  const expected = [{ text: "state of ours", join: true }];
  await cluster.eventually("theirs heard our state", () => theirs.states.length > 0);
  assertEquals([theirs.states, newcomer.states], [expected, expected]);
  assertEquals(ours.pool.told("local_state_wanted").map(({ join }) => join), [true, true]);
  await cluster.eventually("ours heard theirs", () => ours.pool.told("remote_state").length === 2);
  assertEquals(
    ours.pool.told("remote_state").map(({ state, join }) => [text(state), join]),
    [["state of theirs", true], ["state of newcomer", true]],
  );
  cluster.assertNoWarnings();
});

Deno.test("an answer to a ping carries a payload, and its time is told, both ways", needs("go"), async () => {
  await using cluster = await Cluster.create();
  const [ours, theirs] = [await cluster.pool("ours", EVERYTHING), await cluster.go("theirs")];
  ours.pool.failureDetector.tell({ type: "set_ack_payload", payload: bytes("ours is here") });
  await theirs.set("ack_payload", "theirs is here");
  await ours.join(theirs.address);
  await cluster.eventually("theirs is told of a ping", () => theirs.pings.length > 0);
  await cluster.eventually("ours is told of a ping", () => ours.pool.told("ping_completed").length > 0);
  const [theirPing, ourPing] = [theirs.pings[0]!, ours.pool.told("ping_completed")[0]!];
  assertEquals([theirPing.member, theirPing.text], ["ours", "ours is here"]);
  assertEquals([ourPing.member.name, text(ourPing.payload)], ["theirs", "theirs is here"]);
  for (const { roundTripMs } of [theirPing, ourPing]) assert(roundTripMs > 0 && roundTripMs < 500, `${roundTripMs} ms`);

  const asked = await ours.pool.ping("theirs", theirs.address);
  assert(asked.type === "answered" && asked.roundTripMs < 500);
  assertEquals(await ours.pool.ping("nobody", theirs.address), { type: "silent" });
  cluster.assertNoWarnings(/\[WARN\] memberlist: Got ping for unexpected node 'nobody'/);
});

Deno.test("our application refuses a join: theirs is told why, and neither lists the other", needs("go"), async () => {
  await using cluster = await Cluster.create();
  const [ours, theirs] = [await cluster.pool("ours", EVERYTHING), await cluster.go("theirs")];
  ours.pool.answers.merge = (members) =>
    members.some(({ name }) => name === "theirs") ? { ok: false, why: "not with theirs" } : { ok: true };
  await assertRejects(() => theirs.join(ours.address), Error, "merge refused: not with theirs");
  await assertRejects(() => ours.join(theirs.address), Error, "merge refused: not with theirs");
  for (const peer of [ours, theirs]) assertEquals([...(await peer.listed()).keys()], [peer.name]);
  cluster.assertNoWarnings();
});

Deno.test("their application refuses a join: it merges nothing, but tells only its own side", needs("go"), async () => {
  await using cluster = await Cluster.create();
  const [ours, theirs] = [await cluster.pool("ours", {}), await cluster.go("theirs")];
  await theirs.refuse("ours");
  await ours.join(theirs.address);
  const refused = () => theirs.log.includes("[ERR] memberlist: Failed push/pull merge: no ours here");
  await cluster.eventually("theirs logs its refusal", refused);
  await assertRejects(() => theirs.join(ours.address), Error, "no ours here");
  cluster.assertNoWarnings(/\[ERR\] memberlist: Failed push\/pull merge: no ours here/);
});

Deno.test("our application refuses a member: it is not there for us, and the others keep it", needs("go"), async () => {
  await using cluster = await Cluster.create();
  const ours = await cluster.pool("ours", EVERYTHING);
  const [theirs, refused] = [await cluster.go("theirs"), await cluster.go("refused")];
  ours.pool.answers.alive = ({ name }) => name === "refused" ? { ok: false, why: "not this one" } : { ok: true };
  await ours.join(theirs.address);
  await refused.join(theirs.address);
  await cluster.eventually(
    "ours was asked",
    () => ours.pool.told("alive_proposed").some(({ member }) => member.name === "refused"),
  );
  await cluster.eventually("theirs lists all", async () => (await theirs.listed()).size === 3);
  assertEquals([...(await ours.listed()).keys()], ["ours", "theirs"]);
  cluster.assertNoWarnings();
});
