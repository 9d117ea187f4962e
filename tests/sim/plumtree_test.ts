/** The broadcast tree by itself, with many nodes: rooms would repair by their logs what it leaves out, and it leaves out nothing. */
import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../actors/runtime/random.ts";
import { NEAREST } from "../../actors/broadcaster/plumtree/announcements.ts";
import { GRAFT_AFTER_MS } from "../../actors/broadcaster/plumtree/missing.ts";
import { Grove, type TreeNode } from "../support/grove.ts";

/** Says so many messages, `gapMs` apart. */
async function stream(grove: Grove, authors: readonly TreeNode[], count: number, gapMs = 50): Promise<void> {
  for (let n = 0; n < count; n++) {
    authors[n % authors.length]!.say();
    await grove.clock.advance(gapMs);
  }
}

/** Everybody has everything that these said, and nothing twice. */
function assertWhole(nodes: readonly TreeNode[], authors: readonly TreeNode[], count: number): void {
  const all = authors.flatMap(({ name }) =>
    Array.from({ length: count / authors.length }, (_, n) => `${name} ${n + 1}`)
  );
  for (const { name, heard } of nodes) {
    assertEquals(heard.toSorted(), all.filter((what) => !what.startsWith(`${name} `)).toSorted(), name);
  }
}

function forgetCounts(nodes: readonly TreeNode[]): void {
  for (const node of nodes) Object.assign(node, { copies: 0, words: 0, hops: [] });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

for (const count of [33, 100, 200]) {
  Deno.test(`${count} nodes: each message comes to each once, in few hops, and nobody but its author sends much more than others`, async () => {
    const grove = new Grove(count);
    const nodes = grove.living;
    const [author, ...others] = nodes as [TreeNode, ...TreeNode[]];
    author.say();
    await grove.clock.advance(100);
    assert(others.every(({ heard }) => heard.length === 1), "already the first comes to all, without repair");
    await stream(grove, [author], 19);
    await grove.clock.advance(2_000);
    forgetCounts(nodes);
    await stream(grove, [author], 100);
    await grove.clock.advance(2_000);
    assertWhole(nodes, [author], 120);
    const copies = sum(nodes.map((node) => node.copies)) / 100;
    assert(copies <= 1.02 * (count - 1), `${copies} copies of each`);
    const fairShare = copies / count;
    for (const node of others) assert(node.copies / 100 <= 2.1 * fairShare, `${node.name} sends ${node.copies / 100}`);
    assert(author.copies / 100 <= 2 * Math.ceil(Math.log2(count)), `the author sends ${author.copies / 100}`);
    const hops = Math.max(...nodes.flatMap((node) => node.hops));
    assert(hops <= 1.4 * Math.log2(count), `${hops} hops`);
    const words = sum(nodes.map((node) => node.words)) / count / 100;
    assert(words < 0.5, `${words} other messages for each that comes`);
  });
}

Deno.test("with twenty authors and ways of all lengths each has its tree, which is as good, and rests", async () => {
  const grove = new Grove(100, "twenty");
  const random = seededRandom("ways");
  const ways = new Map<string, number>();
  grove.latencyMs = (from, to) => {
    const way = [from, to].toSorted().join();
    if (!ways.has(way)) ways.set(way, 0.5 + 3 * random.next());
    return ways.get(way)!;
  };
  const nodes = grove.living;
  const authors = nodes.slice(0, 20);
  await stream(grove, authors, 600);
  forgetCounts(nodes);
  await stream(grove, authors, 400);
  await grove.clock.advance(2_000);
  assertWhole(nodes, authors, 1_000);
  const copies = sum(nodes.map((node) => node.copies)) / 400;
  assert(copies <= 1.02 * 99, `${copies} copies of each`);
  for (const node of nodes) assert(node.copies / 400 <= 2.5, `${node.name} sends ${node.copies / 400}`);
  assert(Math.max(...nodes.flatMap(({ hops }) => hops)) <= 12);
});

for (const [count, loss] of [[100, 0.05], [200, 0.05], [100, 0.1]] as const) {
  Deno.test(`${count} nodes, ${100 * loss} % of all messages lost: everybody gets everything`, async () => {
    const grove = new Grove(count, "loss");
    const random = seededRandom(`loss ${count} ${loss}`);
    grove.carries = () => random.next() >= loss;
    const authors = grove.living.slice(0, 4);
    await stream(grove, authors, 200);
    await grove.clock.advance(3_000);
    // What was said last is missed by who was told of it by nobody: something later shows that it was.
    grove.carries = () => true;
    await stream(grove, authors, 40);
    await grove.clock.advance(10_000);
    assertWhole(grove.living, authors, 240);
  });
}

for (const count of [100, 200]) {
  for (const noticed of [true, false]) {
    const how = noticed ? "their links break" : "nobody notices for 5 s";
    Deno.test(`${count} nodes, a tenth of them killed while somebody speaks, and ${how}: the others miss nothing`, async () => {
      const grove = new Grove(count, `kill ${noticed}`);
      const random = seededRandom("victims");
      const [author, ...others] = grove.living as [TreeNode, ...TreeNode[]];
      await stream(grove, [author], 40);
      // In mid-air: what was said last is on its way.
      author.say();
      await grove.clock.advance(2);
      for (let n = 0; n < count / 10; n++) {
        grove.kill(others.splice(random.below(others.length), 1)[0]!, noticed);
      }
      for (let n = 0; n < 159; n++) {
        author.say();
        await grove.clock.advance(50);
        if (n === 100) grove.lookAround();
      }
      await grove.clock.advance(1_500);
      assertWhole(others, [author], 200);
      for (const { tree } of others) assertEquals(tree.counters["rumours given up"], 0);
    });
  }
}

Deno.test("who was near somebody that died unnoticed gets what it would have brought in a few seconds, and in time what comes next", async () => {
  const grove = new Grove(100, "death");
  const [author, ...others] = grove.living as [TreeNode, ...TreeNode[]];
  await stream(grove, [author], 20);
  const parents = new Set(others.map(({ tree }) => tree.placeIn(author.name)?.parent));
  const victim = others.find(({ address }) => parents.has(address))!;
  grove.kill(victim, false);
  author.say();
  const lacking = (number: number): readonly string[] =>
    others.filter((node) => node !== victim && !node.heard.includes(`${author.name} ${number}`)).map(({ name }) =>
      name
    );
  assert(lacking(21).length > 0);
  await grove.clock.advance(2 * NEAREST.afterMs + GRAFT_AFTER_MS + 50);
  assertEquals(lacking(21), []);
  author.say();
  await grove.clock.advance(20);
  assertEquals(lacking(22), []);
});

Deno.test("newcomers find their places, and from then on hear everything", async () => {
  const grove = new Grove(60, "newcomers");
  const [author] = grove.living as [TreeNode];
  await stream(grove, [author], 40);
  const newcomers = Array.from({ length: 40 }, (_, n) => grove.add(`new${n}`));
  for (const node of grove.living) {
    node.lookAround(grove.living); // one after the other, as news travels
    await grove.clock.advance(20);
  }
  author.say();
  await grove.clock.advance(1_500);
  await stream(grove, [author], 59);
  await grove.clock.advance(1_500);
  for (const { name, heard } of newcomers) {
    const last = heard.map((what) => Number(what.split(" ")[1])).filter((number) => number > 40);
    assertEquals(last.toSorted((a, b) => a - b), Array.from({ length: 60 }, (_, n) => n + 41), name);
  }
});

Deno.test("a cluster in which nobody has spoken for long wakes nobody", async () => {
  const grove = new Grove(50, "quiet");
  const [author] = grove.living as [TreeNode];
  await stream(grove, [author], 20);
  await grove.clock.advance(20_000);
  forgetCounts(grove.living);
  for (const node of grove.living.slice(10, 15)) grove.kill(node);
  grove.lookAround();
  await grove.clock.advance(60_000);
  assertEquals(sum(grove.living.map(({ words, copies }) => words + copies)), 0);
});
