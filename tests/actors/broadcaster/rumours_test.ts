/** Whom the rooms' messages go to. */
import { assertEquals } from "@std/assert";
import { LINK_BROKEN } from "../../../actors/links/link.ts";
import { Neighbours } from "../../../actors/broadcaster/neighbours.ts";
import { DIRECT_MAX } from "../../../actors/broadcaster/rumours.ts";
import { newRumour, type Way } from "../../../actors/broadcaster/rumour.ts";
import { broadcaster, type BroadcasterMessage, RUMOURS } from "../../../actors/broadcaster.ts";
import type { LinksMessage } from "../../../actors/links.ts";
import {
  MEMBERSHIP,
  type MembershipEvent,
  type MembershipMessage,
  type MemberView,
} from "../../../actors/membership.ts";
import { Cast } from "../../../actors/peer/cast.ts";
import { lan } from "../../../actors/pool/profile.ts";
import { ownMeta } from "../../../actors/serf.ts";
import { encodeTags } from "../../../actors/serf/tags.ts";
import type { Address } from "../../../transport/address.ts";
import { Guard } from "../../../transport/guard.ts";
import { virtualSystem } from "../../support/virtual_system.ts";
import { idle } from "../../support/puppet.ts";

const PARLEY = ownMeta("1", ["lobby"]);
const OTHERS = {
  none: new Uint8Array(),
  role: new TextEncoder().encode("parley"),
  app: encodeTags(new Map([["app", "db"]])),
};

function member(name: string, port: number, meta: Uint8Array): MemberView {
  return { name, address: `127.0.0.1:${port}` as Address, state: "alive", incarnation: 1, meta };
}

/** Alice's broadcaster, and the addresses to which it sends over links. */
async function start(known: readonly MemberView[] = []) {
  const { system, clock } = virtualSystem();
  const sentTo: string[] = [];
  const heard: number[] = [];
  const handedOn: number[] = [];
  system.events.subscribe(RUMOURS, (rumour) => {
    heard.push(rumour.payload[0]!);
    if (rumour.handedOn === true) handedOn.push(rumour.payload[0]!);
  });
  const cast = new Cast();
  const links = system.spawn<LinksMessage>("links", () => (message) => {
    if (message.type === "spread") sentTo.push(...message.to);
  });
  cast.enter("transport", system.spawn("transport", idle));
  cast.enter(
    "membership",
    system.spawn<MembershipMessage>("membership", () => (message) => {
      if (message.type === "list") message.replyTo.tell(known);
    }),
  );
  const memory = { started: true, epoch: 0, sequence: 0 };
  const actor = system.spawn<BroadcasterMessage>(
    "broadcaster",
    broadcaster({
      name: "alice",
      profile: lan,
      guard: Guard.unguarded(),
      cast,
      links: () => links,
      memory,
      topic: MEMBERSHIP,
    }),
  );
  await clock.advance(10);
  return {
    happens: async (type: "joined" | "updated" | "left", ...members: readonly MemberView[]) => {
      for (const one of members) system.events.publish<MembershipEvent>(MEMBERSHIP, { type, member: one });
      await clock.advance(10);
    },
    say: async () => {
      actor.tell({ type: "publish", topic: "room", payload: new Uint8Array(1) });
      await clock.advance(10);
    },
    /** Bob's rumour of that number, said so long ago. */
    hears: async (sequence: number, ageMs = 0, way: Way = "direct", port = 2, hops = 0) => {
      const payload = Uint8Array.of(sequence);
      const said = { way, topic: "room", author: "bob", epoch: 1, sequence, ageMs, payload } as const;
      const word = { ...newRumour(said), hops };
      actor.tell({ type: "heard", from: `127.0.0.1:${port}` as Address, word });
      await clock.advance(10);
    },
    /** Bob's rumour of that number, brought by somebody in his tree. */
    isBrought: async (from: Address, sequence: number) => {
      const said = { way: "tree", topic: "room", author: "bob", epoch: 1, sequence, ageMs: 0 } as const;
      const word = { ...newRumour({ ...said, payload: Uint8Array.of(sequence) }), hops: 1 };
      actor.tell({ type: "heard", from, word });
      await clock.advance(10);
    },
    losesLinkTo: async (peer: Address) => {
      system.events.publish(LINK_BROKEN, { peer });
      await clock.advance(10);
    },
    crash: async () => {
      assertEquals(system.crash("/broadcaster"), "failed");
      await clock.advance(1_000);
    },
    heard,
    /** Of these, what came by way of others. */
    handedOn,
    /** Since the last time. */
    sentTo: () => sentTo.splice(0).toSorted(),
  };
}

Deno.test("a rumour goes to members that say they are Parley, and to nobody else", async () => {
  const alice = await start();
  const strangers = Object.entries(OTHERS).map(([name, meta], at) => member(name, 10 + at, meta));
  await alice.happens("joined", member("alice", 1, PARLEY), member("bob", 2, PARLEY), ...strangers);
  await alice.say();
  assertEquals(alice.sentTo(), ["127.0.0.1:2"]);
});

Deno.test("so it is with those who were there before", async () => {
  const alice = await start([member("alice", 1, PARLEY), member("bob", 2, PARLEY), member("agent", 3, OTHERS.none)]);
  await alice.say();
  assertEquals(alice.sentTo(), ["127.0.0.1:2"]);
});

Deno.test("who becomes a Parley peer hears what was said lately; who is none any more hears nothing", async () => {
  const alice = await start();
  await alice.say();
  await alice.happens("joined", member("bob", 2, OTHERS.none));
  assertEquals(alice.sentTo(), []);
  await alice.happens("updated", member("bob", 2, PARLEY));
  assertEquals(alice.sentTo(), ["127.0.0.1:2"]);
  await alice.happens("updated", member("bob", 2, ownMeta("1", ["tea"])));
  assertEquals(alice.sentTo(), [], "it has heard that");
  await alice.happens("updated", member("bob", 2, OTHERS.app));
  await alice.say();
  assertEquals(alice.sentTo(), []);
});

Deno.test("what is told again is heard if it was missed, and not behind what was said after it", async () => {
  const alice = await start();
  await alice.hears(1);
  await alice.hears(2, 500);
  await alice.hears(2, 500);
  await alice.hears(4);
  await alice.hears(3, 500);
  await alice.hears(5);
  assertEquals(alice.heard, [1, 2, 4, 5]);
});

Deno.test("what was heard before a crash is not heard again after it", async () => {
  const alice = await start();
  await alice.hears(1);
  await alice.hears(2);
  await alice.crash();
  await alice.hears(2, 500);
  await alice.hears(3);
  assertEquals(alice.heard, [1, 2, 3]);
});

Deno.test("what nobody has passed on is its author's only if it comes from where that is", async () => {
  const alice = await start();
  await alice.happens("joined", member("bob", 2, PARLEY), member("mallory", 3, PARLEY));
  await alice.hears(1, 0, "direct", 3);
  await alice.hears(0, 0, "direct", 3);
  await alice.hears(1, 0, "direct", 3, 1);
  await alice.hears(2, 0, "tree", 3);
  await alice.hears(3, 0, "answer", 3);
  assertEquals(alice.heard, []);
  await alice.hears(1);
  await alice.hears(2, 0, "tree", 3, 1);
  assertEquals(alice.heard, [1, 2]);
});

Deno.test("what others have passed on is told apart from what its author brings itself, also along its tree", async () => {
  const alice = await start();
  await alice.happens("joined", member("bob", 2, PARLEY), member("charly", 3, PARLEY));
  await alice.hears(1);
  await alice.hears(0);
  await alice.hears(2, 0, "tree", 2);
  await alice.hears(3, 0, "tree", 3, 1);
  await alice.hears(4, 0, "answer", 3, 2);
  await alice.hears(5, 0, "tree", 2, 1);
  assertEquals([alice.heard, alice.handedOn], [[1, 0, 2, 3, 4, 5], [3, 4, 5]]);
});

Deno.test("a newcomer is heard before it is known, but not from where another is", async () => {
  const alice = await start();
  await alice.happens("joined", member("mallory", 3, PARLEY));
  await alice.hears(1, 0, "direct", 3);
  await alice.hears(2);
  assertEquals(alice.heard, [2]);
});

/** So many others, and who of them is near alice. */
function crowd(count: number) {
  const others = Array.from({ length: count }, (_, n) => member(`peer-${n}`, 100 + n, PARLEY));
  const near = (): readonly Address[] => {
    const neighbours = new Neighbours("alice");
    for (const { name, address } of others) neighbours.add(name, address);
    return neighbours.near();
  };
  return { others, near };
}

Deno.test("up to so many others are told by the author itself; of more, those who are near", async () => {
  const { others, near } = crowd(DIRECT_MAX + 1);
  const alice = await start(others.slice(0, DIRECT_MAX));
  await alice.say();
  assertEquals(alice.sentTo().length, DIRECT_MAX);
  await alice.happens("joined", others[DIRECT_MAX]!);
  alice.sentTo();
  await alice.say();
  assertEquals(alice.sentTo(), near().slice(0, 4).toSorted());
});

Deno.test("a tree is mended when the link to who brings something breaks, and when that one goes", async () => {
  const { others, near } = crowd(60);
  const alice = await start(others);
  const [first, second, third] = near() as [Address, Address, Address];
  await alice.isBrought(first, 1);
  assertEquals(alice.sentTo(), [second, third].toSorted());
  await alice.losesLinkTo(first);
  assertEquals(alice.sentTo(), [second], "who is asked to bring more");
  await alice.isBrought(second, 2);
  alice.sentTo();
  const gone = others.find(({ address }) => address === second)!;
  others.splice(others.indexOf(gone), 1);
  await alice.happens("left", gone);
  assertEquals(alice.sentTo(), near().slice(0, 1), "whoever is nearest now");
});

Deno.test("as long as nothing goes along a tree, nobody is told of a broken link or of who comes and goes", async () => {
  const { others, near } = crowd(60);
  const alice = await start(others);
  await alice.losesLinkTo(near()[0]!);
  await alice.happens("left", others[0]!);
  assertEquals(alice.sentTo(), []);
});
