/**
 * A walk through Leitão, Pereira, Rodrigues, "Epidemic Broadcast Trees", 2007, a short test for each claim that the rules
 * rely on; where they differ from the paper, that is what is tested, and said.
 */
import { assert, assertEquals } from "@std/assert";
import {
  CHILDREN_MAX,
  CHILDREN_OF_AUTHOR,
  Plumtree,
  type PlumtreeEffect,
  type PlumtreeEvent,
  SHORTCUT_HOPS_MIN,
} from "../../actors/broadcaster/plumtree.ts";
import { FARTHER, NEAREST } from "../../actors/broadcaster/plumtree/announcements.ts";
import { GIVE_UP_AFTER_MS, GRAFT_AFTER_MS, GRAFT_AGAIN_AFTER_MS } from "../../actors/broadcaster/plumtree/missing.ts";
import type { Span } from "../../actors/broadcaster/plumtree/span.ts";
import { SHORTCUT_REST_MIN_MS, TREES_MAX } from "../../actors/broadcaster/plumtree/tree.ts";
import { bytesOnward, decodeWord, newRumour, type Rumour, type Way } from "../../actors/broadcaster/rumour.ts";
import { Seen } from "../../actors/broadcaster/seen.ts";
import { seededRandom } from "../../actors/runtime/random.ts";
import type { Address } from "../../transport/address.ts";

/** Six who are near us, the nearest first. */
const [A, B, C, D, E, F] = ["1", "2", "3", "4", "5", "6"].map((port) => `127.0.0.1:${port}` as Address) as [
  Address,
  Address,
  Address,
  Address,
  Address,
  Address,
];
const NEAR = [A, B, C, D, E, F];
/** Announced by then, whatever chance says. */
const ANNOUNCED_MS = 2 * NEAREST.afterMs;

function rumour(author: string, sequence: number, hops = 0, way: Way = "tree"): Rumour {
  const said = newRumour({ way, topic: "t", author, epoch: 1, sequence, ageMs: 0, payload: Uint8Array.of(sequence) });
  const word = decodeWord(bytesOnward(said, way, hops));
  if (word?.type !== "rumour") throw new Error("That is no rumour");
  return word;
}

function span(author: string, first: number, last = first, hops = 0): Span {
  return { author, epoch: 1, first, last, hops };
}

/** An effect, as a line: to whom what goes. */
function inWords(effect: PlumtreeEffect): string {
  switch (effect.type) {
    case "deliver":
      return `deliver ${effect.rumour.author} ${effect.rumour.sequence}`;
    case "wake":
      return `wake at ${effect.at}`;
    case "send": {
      const word = decodeWord(effect.bytes)!;
      const to = effect.to.map((peer) => "?ABCDEF"[Number(peer.split(":")[1])] ?? peer).join("");
      if (word.type === "rumour") return `${word.way} ${word.author} ${word.sequence} after ${word.hops} to ${to}`;
      if (word.type === "prune") return `prune ${word.author} to ${to}`;
      const spans = word.spans.map(({ author, first, last }) => `${author} ${first}-${last}`).join(", ");
      return word.type === "graft" ? `graft ${word.wants} of ${spans} to ${to}` : `announce ${spans} to ${to}`;
    }
  }
}

/** One node, with its time. */
class Node {
  now = 1_000;
  readonly tree = new Plumtree({ self: "self", seen: new Seen(), random: seededRandom("paper") });

  constructor(near: readonly Address[] = NEAR) {
    this.take({ type: "neighbours", near });
  }

  /** What is done, but for the alarm. */
  take(event: PlumtreeEvent): string[] {
    return this.tree.step(event, this.now).filter(({ type }) => type !== "wake").map(inWords);
  }

  hears(from: Address, what: Rumour): string[] {
    return this.take({ type: "rumour", from, rumour: what });
  }

  announces(from: Address, ...spans: readonly Span[]): string[] {
    return this.take({ type: "announce", from, spans });
  }

  /** What is done when so much time has passed. */
  after(ms: number): string[] {
    this.now += ms;
    return this.take({ type: "due" });
  }

  counter(name: string): number {
    return this.tree.counters[name] ?? NaN;
  }
}

Deno.test("3.6: an author pushes to its eager neighbours, at first the nearest", () => {
  const node = new Node();
  assertEquals(node.take({ type: "publish", rumour: rumour("self", 1) }), ["tree self 1 after 0 to ABCD"]);
  assertEquals(CHILDREN_OF_AUTHOR, 4);
});

Deno.test("3.6: what comes the first time goes on at once, not back, one hop older, and is delivered", () => {
  const node = new Node();
  assertEquals(node.hears(E, rumour("bob", 1, 2)), ["tree bob 1 after 3 to AB", "deliver bob 1"]);
  assertEquals(node.hears(A, rumour("eva", 1)), ["tree eva 1 after 1 to BC", "deliver eva 1"]);
  assertEquals(CHILDREN_MAX, 2, "unlike the paper's, where it goes to all who are eager");
});

Deno.test("3.6: what goes on carries the bytes that came", () => {
  const node = new Node();
  const came = rumour("bob", 7, 4);
  const [sent] = node.tree.step({ type: "rumour", from: A, rumour: came }, node.now);
  assert(sent?.type === "send");
  assertEquals(sent.bytes.subarray(2), came.bytes.subarray(2));
});

Deno.test("3.6: from whom something comes twice, it is pruned, and nothing is delivered twice", () => {
  const node = new Node();
  node.hears(A, rumour("bob", 1));
  assertEquals(node.hears(C, rumour("bob", 1)), ["prune bob to C"]);
  assertEquals(
    node.hears(A, rumour("bob", 2)),
    ["tree bob 2 after 1 to BC", "deliver bob 2"],
    "it may have it from us",
  );
  assertEquals(node.counter("rumours heard twice"), 1);
});

Deno.test("3.6: who prunes us gets no more of that author from us; of others it does, unlike in the paper", () => {
  const node = new Node();
  node.hears(A, rumour("bob", 1));
  assertEquals(node.take({ type: "prune", from: B, author: "bob" }), []);
  assertEquals(node.hears(A, rumour("bob", 2)), ["tree bob 2 after 1 to C", "deliver bob 2"]);
  assertEquals(node.hears(A, rumour("eva", 1)), ["tree eva 1 after 1 to BC", "deliver eva 1"]);
  assertEquals(node.counter("prunes heard"), 1);
});

Deno.test("3.6: who brings something first is not sent it from then on, though it was a child before", () => {
  const node = new Node();
  node.hears(A, rumour("bob", 1));
  assertEquals(node.hears(B, rumour("bob", 2)), ["tree bob 2 after 1 to C", "deliver bob 2"]);
  const { parent, children } = node.tree.placeIn("bob")!;
  assertEquals([parent, [...children]], [B, [C]]);
});

Deno.test("3.6: what we have said ourselves is neither delivered nor passed on when it comes back", () => {
  const node = new Node();
  node.take({ type: "publish", rumour: rumour("self", 1) });
  assertEquals(node.hears(B, rumour("self", 1, 3)), ["prune self to B"]);
});

Deno.test("an author whom all have pruned begins anew with those who are near", () => {
  const node = new Node();
  node.take({ type: "publish", rumour: rumour("self", 1) });
  for (const from of [A, B, C, D]) node.take({ type: "prune", from, author: "self" });
  assertEquals(node.take({ type: "publish", rumour: rumour("self", 2) }), ["tree self 2 after 0 to ABCD"]);
});

Deno.test("what has gone further than any tree is deep goes no further", () => {
  const node = new Node();
  assertEquals(node.hears(A, rumour("bob", 1, 63)), ["deliver bob 1"]);
  assertEquals(node.hears(A, rumour("bob", 2, 62)), ["tree bob 2 after 63 to BC", "deliver bob 2"]);
});

Deno.test("3.7: lazy neighbours are told later, together, of what came meanwhile; those who have it are not", () => {
  const node = new Node();
  node.hears(A, rumour("bob", 1));
  node.now += 10;
  node.hears(A, rumour("bob", 2));
  node.hears(A, rumour("eva", 1));
  assertEquals(node.after(NEAREST.afterMs - 11), []);
  assertEquals(node.after(ANNOUNCED_MS), ["announce bob 1-2, eva 1-1 to D"]);
  node.hears(A, rumour("bob", 3));
  assertEquals(node.after(ANNOUNCED_MS), ["announce bob 3-3 to D"]);
  const ofAll = ["E", "F"].map((to) => `announce bob 1-3, eva 1-1 to ${to}`);
  assertEquals(node.after(2 * FARTHER.afterMs), ofAll, "who stands farther away is told of more at once");
  assertEquals(node.after(2 * FARTHER.afterMs), []);
  assertEquals(node.counter("announcements sent"), 4);
});

Deno.test("3.7: who says that it has the same need not be told", () => {
  const node = new Node();
  node.hears(A, rumour("bob", 1));
  node.hears(A, rumour("bob", 2));
  node.announces(E, span("bob", 1, 2));
  node.announces(F, span("bob", 1, 1));
  assertEquals(node.after(2 * FARTHER.afterMs), ["announce bob 1-2 to D", "announce bob 2-2 to F"]);
});

Deno.test("3.7: what was announced and does not come in time is asked for, and its author's next words too", () => {
  const node = new Node();
  assertEquals(node.announces(D, span("bob", 1, 3)), []);
  node.now += 1;
  node.hears(A, rumour("bob", 2));
  assertEquals(node.after(GRAFT_AFTER_MS - 2), []);
  assertEquals(node.after(1), ["graft these_and_more of bob 1-1, bob 3-3 to D"]);
});

Deno.test("3.7: what comes before the time is over is not asked for", () => {
  const node = new Node();
  node.announces(D, span("bob", 1));
  node.hears(A, rumour("bob", 1));
  assertEquals(node.after(GRAFT_AFTER_MS), []);
  assertEquals(node.counter("grafts sent"), 0);
});

Deno.test("3.7: if it does not come then either, the next one who announced it is asked after a second, shorter wait", () => {
  const node = new Node();
  node.announces(D, span("bob", 1));
  node.announces(D, span("bob", 1));
  node.announces(E, span("bob", 1));
  assertEquals(node.after(GRAFT_AFTER_MS), ["graft these_and_more of bob 1-1 to D"]);
  assertEquals(node.after(GRAFT_AGAIN_AFTER_MS - 1), []);
  assertEquals(node.after(1), ["graft these_and_more of bob 1-1 to E"]);
});

Deno.test("they are asked in turn, ever more rarely, as what was asked for and the answer may be lost; then it is left to the rooms", () => {
  const node = new Node();
  for (const from of [D, E]) node.announces(from, span("bob", 1));
  const asked: string[] = [];
  const from = node.now;
  while (node.counter("rumours given up") === 0) {
    for (const line of node.after(10)) asked.push(`${node.now - from}: ${line.at(-1)}`);
  }
  assertEquals(asked, ["150: D", "350: E", "750: D", "1350: E", "2150: D", "3150: E", "4350: D"]);
  assertEquals(node.now - from, GIVE_UP_AFTER_MS);
  assertEquals(node.after(GIVE_UP_AFTER_MS), []);
});

Deno.test("who announces what all others have failed to bring is asked a moment later", () => {
  const node = new Node();
  node.announces(D, span("bob", 1));
  node.after(GRAFT_AFTER_MS);
  node.announces(F, span("bob", 1));
  assertEquals(node.after(GRAFT_AFTER_MS), ["graft these_and_more of bob 1-1 to F"]);
});

Deno.test("of who is not near us, only what is missing is asked", () => {
  const node = new Node([A, B]);
  node.announces(E, span("bob", 1));
  assertEquals(node.after(GRAFT_AFTER_MS), ["graft these of bob 1-1 to E"]);
});

Deno.test("3.7: who asks gets what is there, and is sent the author's next words", () => {
  const node = new Node();
  node.hears(A, rumour("bob", 1, 2));
  node.take({ type: "prune", from: B, author: "bob" });
  const grafted = node.take({ type: "graft", from: E, wants: "these_and_more", spans: [span("bob", 1, 2)] });
  assertEquals(grafted, ["answer bob 1 after 3 to E"]);
  assertEquals([node.counter("grafts heard"), node.counter("grafts not served")], [1, 1]);
  assertEquals(node.hears(A, rumour("bob", 2)), ["tree bob 2 after 1 to CE", "deliver bob 2"]);
});

Deno.test("who has as many children as are good for all takes no more, unlike in the paper, and answers all the same", () => {
  const node = new Node();
  node.hears(A, rumour("bob", 1));
  const asked = { type: "graft", from: E, wants: "these_and_more", spans: [span("bob", 1)] } as const;
  assertEquals(node.take(asked), ["answer bob 1 after 1 to E", "prune bob to E"]);
  assertEquals(node.hears(A, rumour("bob", 2))[0], "tree bob 2 after 1 to BC");
  assertEquals(node.counter("grafts refused"), 1);
});

Deno.test("an author takes all who are near, and nobody else", () => {
  const node = new Node([A, B, C, D, E]);
  node.take({ type: "publish", rumour: rumour("self", 1) });
  const more = (from: Address) => node.take({ type: "graft", from, wants: "more", spans: [span("self", 1)] });
  assertEquals([more(E), more(F)], [[], ["prune self to F"]]);
  assertEquals(node.take({ type: "publish", rumour: rumour("self", 2) }), ["tree self 2 after 0 to ABCDE"]);
});

Deno.test("who brings us an author's words is not made a child in its tree, nor is anybody in the tree of a stranger", () => {
  const node = new Node();
  node.hears(A, rumour("bob", 1));
  for (const from of [B, C]) node.take({ type: "prune", from, author: "bob" });
  const more = (from: Address, author: string) =>
    node.take({ type: "graft", from, wants: "more", spans: [span(author, 1)] });
  assertEquals(more(A, "bob"), ["prune bob to A"]);
  assertEquals(more(B, "stranger"), ["prune stranger to B"]);
});

Deno.test("who only wants what is missing is made nobody's child", () => {
  const node = new Node();
  node.hears(A, rumour("bob", 1));
  node.take({ type: "prune", from: B, author: "bob" });
  node.take({ type: "graft", from: E, wants: "these", spans: [span("bob", 1)] });
  assertEquals(node.hears(A, rumour("bob", 2))[0], "tree bob 2 after 1 to C");
});

Deno.test("one graft is answered with a bounded number", () => {
  const node = new Node();
  for (let n = 1; n <= 600; n++) node.hears(A, rumour("bob", n));
  const answers = node.take({ type: "graft", from: E, wants: "these", spans: [span("bob", 1, 600)] });
  assertEquals([answers.length, node.counter("grafts not served")], [512, 88]);
});

Deno.test("an answer goes on and is delivered as what came over the tree; who then brings it that way is not pruned", () => {
  const node = new Node();
  node.hears(A, rumour("bob", 1));
  assertEquals(node.hears(E, rumour("bob", 2, 5, "answer")), ["tree bob 2 after 6 to BC", "deliver bob 2"]);
  assertEquals(node.hears(A, rumour("bob", 2)), [], "it was late; whether it is of use, the next one shows");
  assertEquals(node.hears(E, rumour("bob", 2, 5, "answer")), [], "an answer twice is no sign of a cycle");
  assertEquals(node.hears(D, rumour("bob", 2)), ["prune bob to D"]);
  assertEquals(node.tree.placeIn("bob")?.parent, A);
});

Deno.test("3.8: who has had something much earlier than it came here is asked to bring the author's next words", () => {
  const node = new Node();
  node.hears(A, rumour("bob", 1, 6));
  assertEquals(node.announces(E, span("bob", 1, 1, 6 - SHORTCUT_HOPS_MIN + 1)), [], "not much earlier");
  assertEquals(node.announces(E, span("bob", 1, 1, 6 - SHORTCUT_HOPS_MIN)), ["graft more of bob 1-1 to E"]);
  assertEquals(node.announces(F, span("bob", 1, 1, 0)), [], "one at a time");
  node.now += SHORTCUT_REST_MIN_MS;
  assertEquals(node.announces(F, span("bob", 1, 1, 0)), ["graft more of bob 1-1 to F"]);
  node.now += 2 * SHORTCUT_REST_MIN_MS - 1;
  assertEquals(node.announces(F, span("bob", 1, 1, 0)), [], "and ever more rarely");
  node.now += 1;
  assertEquals(node.announces(F, span("bob", 1, 1, 0)).length, 1);
  assertEquals(node.counter("shortcuts tried"), 3);
});

Deno.test("3.8: who is not near us is no shortcut", () => {
  const node = new Node([A, B]);
  node.hears(A, rumour("bob", 1, 6));
  assertEquals(node.announces(E, span("bob", 1, 1, 0)), []);
});

Deno.test("3.8: the former way is pruned when what comes by it comes second", () => {
  const node = new Node();
  node.hears(A, rumour("bob", 1, 6));
  node.announces(E, span("bob", 1, 1, 0));
  assertEquals(node.hears(E, rumour("bob", 2, 1))[0], "tree bob 2 after 2 to BC");
  assertEquals(node.hears(A, rumour("bob", 2, 6)), ["prune bob to A"]);
  assertEquals(node.tree.placeIn("bob")?.parent, E);
});

Deno.test("3.8: a shortcut through one of our children makes it none", () => {
  const node = new Node();
  node.hears(A, rumour("bob", 1, 6));
  assertEquals(node.announces(B, span("bob", 1, 1, 0)), ["graft more of bob 1-1 to B"]);
  assertEquals(node.hears(A, rumour("bob", 2, 6))[0], "tree bob 2 after 7 to C");
});

Deno.test("3.8: when who brings us somebody's words is gone, what is missing is asked for at once, and another is asked to bring more", () => {
  const node = new Node();
  node.hears(B, rumour("bob", 1));
  node.announces(D, span("bob", 2));
  const grafts = node.take({ type: "link_broken", peer: B });
  assertEquals(grafts, ["graft more of bob 1-1 to A"]);
  assertEquals(node.after(0), ["graft these_and_more of bob 2-2 to D"]);
  assertEquals(node.counter("tree links lost"), 1);
});

Deno.test("3.8: who is lost is not asked himself, and may be sent it when he asks for it", () => {
  const node = new Node();
  node.hears(A, rumour("bob", 1));
  node.take({ type: "prune", from: C, author: "bob" });
  assertEquals(node.take({ type: "link_broken", peer: A }), ["graft more of bob 1-1 to B"]);
  assertEquals(node.tree.placeIn("bob")?.parent, undefined);
  assertEquals(node.take({ type: "graft", from: A, wants: "more", spans: [span("bob", 1)] }), []);
  assertEquals(node.hears(B, rumour("bob", 2))[0], "tree bob 2 after 1 to A");
});

Deno.test("3.8: who was only sent something and is gone is sent nothing more, and nobody is asked", () => {
  const node = new Node();
  node.hears(A, rumour("bob", 1));
  assertEquals(node.take({ type: "link_broken", peer: B }), []);
  assertEquals(node.hears(A, rumour("bob", 2))[0], "tree bob 2 after 1 to C");
  assertEquals(node.take({ type: "link_broken", peer: F }), [], "who is lazy is no loss");
});

Deno.test("nobody is woken to mend a tree along which nothing has come for long", () => {
  const node = new Node();
  node.hears(B, rumour("bob", 1));
  node.now += 20_000;
  assertEquals(node.take({ type: "link_broken", peer: B }), []);
});

Deno.test("3.8: who is not near any more is no part of any tree; who comes to stand next to us is eager, if there is room", () => {
  const node = new Node([A, B, C, D]);
  node.hears(A, rumour("bob", 1));
  const left = node.take({ type: "neighbours", near: [A, E, C, D] });
  assertEquals([left, node.hears(A, rumour("bob", 2))[0]], [[], "tree bob 2 after 1 to CE"]);
  assertEquals(node.after(2 * NEAREST.afterMs).filter((line) => line.endsWith("to B")), []);
  node.take({ type: "neighbours", near: [F, A, E, C, D] });
  assertEquals(node.hears(A, rumour("bob", 3))[0], "tree bob 3 after 1 to CE", "there was none");
  assertEquals(node.take({ type: "neighbours", near: [F, E, C, D] }), ["graft more of bob 1-1 to F"]);
});

Deno.test("newcomers on the farther rings are lazy, and told of what comes from then on", () => {
  const node = new Node([A, B, C, D]);
  node.hears(A, rumour("bob", 1));
  node.take({ type: "prune", from: B, author: "bob" });
  node.take({ type: "neighbours", near: [A, B, C, D, E] });
  assertEquals(node.hears(A, rumour("bob", 2))[0], "tree bob 2 after 1 to C");
  assert(node.after(2 * FARTHER.afterMs).includes("announce bob 2-2 to E"));
});

Deno.test("trees of authors who were silent longest are forgotten, and grow anew", () => {
  const node = new Node();
  node.hears(A, rumour("bob", 1));
  node.take({ type: "prune", from: B, author: "bob" });
  for (let n = 1; n < TREES_MAX; n++) node.hears(A, rumour(`early${n}`, 1));
  node.hears(A, rumour("bob", 2));
  node.hears(A, rumour("one more", 1));
  assertEquals([node.tree.placeIn("bob")?.parent, node.tree.placeIn("early1")], [A, undefined]);
  for (let n = 1; n < TREES_MAX; n++) node.hears(A, rumour(`late${n}`, 1));
  assertEquals(node.tree.placeIn("bob"), undefined);
  assertEquals(node.hears(A, rumour("bob", 3))[0], "tree bob 3 after 1 to BC");
});

Deno.test("the alarm is set for what is due first, and not again for what is due later", () => {
  const tree = new Plumtree({ self: "self", seen: new Seen(), random: seededRandom("alarm") });
  tree.step({ type: "neighbours", near: NEAR }, 0);
  const alarms = (effects: readonly PlumtreeEffect[]) => effects.flatMap((one) => one.type === "wake" ? [one.at] : []);
  const [first, ...more] = alarms(tree.step({ type: "rumour", from: A, rumour: rumour("bob", 1) }, 0));
  assert(first! >= NEAREST.afterMs && first! <= ANNOUNCED_MS && more.length === 0, `${first}`);
  assertEquals(alarms(tree.step({ type: "rumour", from: A, rumour: rumour("bob", 2) }, 1)), []);
  assertEquals(alarms(tree.step({ type: "announce", from: D, spans: [span("eva", 1)] }, 2)), [2 + GRAFT_AFTER_MS]);
});
