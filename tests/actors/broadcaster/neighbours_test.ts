import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Neighbours, ringsFor } from "../../../actors/broadcaster/neighbours.ts";
import type { Address } from "../../../transport/address.ts";

const addressOf = (name: string): Address => `host-${name}:1` as Address;

function neighboursOf(self: string, names: Iterable<string>): Neighbours {
  const neighbours = new Neighbours(self);
  for (const name of names) if (name !== self) neighbours.add(name, addressOf(name));
  return neighbours;
}

/** Who is near whom, where everybody knows everybody. */
function map(names: readonly string[]): Map<string, Set<string>> {
  const nameOf = new Map(names.map((name) => [addressOf(name), name]));
  return new Map(
    names.map((name) => [name, new Set(neighboursOf(name, names).near().map((address) => nameOf.get(address)!))]),
  );
}

const members = (count: number): string[] => Array.from({ length: count }, (_, n) => `peer-${n}`);

/** Hops from one to the farthest, by the nearest `ranks` of each; Infinity if there is no way to somebody. */
function farthest(near: ReadonlyMap<string, ReadonlySet<string>>, from: string, ranks = Infinity): number {
  const reached = new Set([from]);
  let [hops, edge] = [0, [from]];
  while (edge.length > 0 && reached.size < near.size) {
    edge = edge.flatMap((name) => [...near.get(name)!].slice(0, ranks).filter((next) => !reached.has(next)));
    for (const name of edge) reached.add(name);
    hops++;
  }
  return reached.size === near.size ? hops : Infinity;
}

Deno.test("who is near somebody has him near itself", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.string({ maxLength: 8 }), { minLength: 1, maxLength: 40 }), (names) => {
    const near = map(names);
    for (const [name, of] of near) for (const other of of) assert(near.get(other)!.has(name), `${name} ${other}`);
  }));
});

Deno.test("everybody is connected, and everybody by those on the first ring alone", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.string({ maxLength: 8 }), { minLength: 1, maxLength: 40 }), (names) => {
    const near = map(names);
    assert(farthest(near, names[0]!) < Infinity);
    assert(farthest(near, names[0]!, 2) < Infinity);
  }));
});

Deno.test("there are about as many as the logarithm of all, and few hops to anybody", () => {
  for (const [count, degree, hops] of [[34, 6, 4], [100, 8, 4], [1_000, 10, 6]] as const) {
    const near = map(members(count));
    const sizes = [...near.values()].map(({ size }) => size);
    assertEquals(Math.max(...sizes), degree);
    assert(Math.min(...sizes) >= degree - 3, `${Math.min(...sizes)}`);
    assert(farthest(near, "peer-0") <= hops, `${count}: ${farthest(near, "peer-0")} hops`);
  }
});

Deno.test("there is one ring more for each two doublings", () => {
  assertEquals([0, 1, 3, 4, 15, 16, 63, 64, 255, 256].map(ringsFor), [1, 1, 1, 2, 2, 3, 3, 4, 4, 5]);
});

Deno.test("nobody is near who is alone; one other is, once", () => {
  assertEquals(neighboursOf("a", []).near(), []);
  assertEquals(neighboursOf("a", ["b"]).near(), [addressOf("b")]);
});

Deno.test("what happens far away changes nothing, and the list stays the same", () => {
  const neighbours = neighboursOf("peer-0", members(100));
  const before = neighbours.near();
  const far = members(100).filter((name) => name !== "peer-0" && !before.includes(addressOf(name)));
  neighbours.remove(far[0]!);
  assert(neighbours.near() === before);
  neighbours.add(far[0]!, addressOf(far[0]!));
  assert(neighbours.near() === before);
});

Deno.test("who is near and goes is replaced by who stands behind; who moves is near under its new address", () => {
  const names = members(100);
  const neighbours = neighboursOf("peer-0", names);
  const [first] = neighbours.near();
  const gone = names.find((name) => addressOf(name) === first)!;
  neighbours.remove(gone);
  assertEquals(neighbours.near(), neighboursOf("peer-0", names.filter((name) => name !== gone)).near());
  neighbours.add(gone, "elsewhere:1" as Address);
  assertEquals(neighbours.near()[0], "elsewhere:1");
  neighbours.clear();
  assertEquals([neighbours.near(), neighbours.others.size], [[], 0]);
});

Deno.test("what is known of others does not depend on the order in which it was heard", () => {
  const names = members(60);
  assertEquals(neighboursOf("peer-0", names.toReversed()).near(), neighboursOf("peer-0", names).near());
});

Deno.test("there is a ring less when there are so many less, also when none of those was near", () => {
  const names = members(80);
  const neighbours = neighboursOf("peer-0", names);
  neighbours.near();
  for (const name of names.slice(40)) neighbours.remove(name);
  assertEquals(neighbours.near(), neighboursOf("peer-0", names.slice(0, 40)).near());
});

Deno.test("two whose names have one hash stand next to each other, each on its side", () => {
  const names = ["costarring", "liquid", ...members(3)];
  const near = map(names);
  assert(near.get("liquid")!.has("costarring"));
  for (const [name, of] of near) for (const other of of) assert(near.get(other)!.has(name), `${name} ${other}`);
  assert(farthest(near, "liquid", 2) < Infinity);
});
