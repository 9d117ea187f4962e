import { assertEquals } from "@std/assert";
import { type ActorRef, LIFECYCLE, LinkError } from "../../../actors/runtime/mod.ts";
import { crash, type Order, puppet } from "../../support/puppet.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

/** Temporary actors by name, each linked as told, and a note of all that fail. */
async function linked(names: string, links: readonly string[]) {
  const world = virtualSystem();
  const failures: string[] = [];
  world.system.events.subscribe(LIFECYCLE, (event) => {
    if (event.type !== "failed") return;
    failures.push(`${event.path.slice(1)}: ${event.error instanceof LinkError ? event.error.reason : event.error}`);
  });
  const refs: Record<string, ActorRef<Order>> = {};
  for (const name of names) refs[name] = world.system.spawn(name, puppet, { restart: "temporary" });
  for (const [from, to] of links) refs[from!]!.tell((ctx) => ctx.link(refs[to!]!));
  await world.clock.advance(0);
  return { ...world, refs, failures };
}

Deno.test("when one of two linked actors fails, the other one fails with a `LinkError`, whoever made the link", async () => {
  for (const link of ["ab", "ba"]) {
    const { clock, refs, system, failures } = await linked("ab", [link]);
    refs["a"]!.tell(crash);
    await clock.advance(0);
    assertEquals([failures, system.actors], [["a: Error: boom", "b: failed"], 0]);
  }
});

Deno.test("when one of two linked actors is killed, the other one fails", async () => {
  const { clock, refs, system, failures } = await linked("ab", ["ab"]);
  refs["b"]!.stop({ mode: "kill" });
  await clock.advance(0);
  assertEquals([failures, system.actors], [["a: killed"], 0]);
});

Deno.test("a link ends without a trace when one of the two stops, finishes, or is restarted for a sibling's sake", async () => {
  const endings: ((ref: ActorRef<Order>) => void)[] = [
    (ref) => ref.stop(),
    (ref) => ref.stop({ mode: "drain" }),
    (ref) => ref.tell((ctx) => ctx.stop(ctx.self)),
  ];
  for (const end of endings) {
    const { clock, refs, system, failures } = await linked("ab", ["ab"]);
    end(refs["a"]!);
    await clock.advance(0);
    assertEquals([failures, system.actors], [[], 1]);
  }
  const { clock, refs, system, failures } = await linked("b", []);
  system.spawn("parent", puppet).tell((ctx) => {
    ctx.supervise({ strategy: "one_for_all" });
    ctx.spawn("a", puppet).tell((ctx) => ctx.link(refs["b"]!));
    ctx.spawn("c", puppet).tell(crash);
  });
  await clock.advance(10);
  assertEquals([failures, system.actors], [["parent/c: Error: boom"], 4]);
});

Deno.test("a link does not outlive a restart, and can be made anew from either side", async () => {
  const { clock, refs, failures, system } = await linked("b", []);
  const a = system.spawn("a", puppet, { restart: "permanent" });
  a.tell((ctx) => ctx.link(refs["b"]!));
  a.tell((ctx) => ctx.stop(ctx.self));
  await clock.advance(10);
  refs["b"]!.tell((ctx) => ctx.link(a)); // b must have forgotten the old one
  await clock.advance(10);
  a.tell(crash);
  await clock.advance(10);
  assertEquals(failures, ["a: Error: boom", "b: failed"]);
});

Deno.test("`unlink` ends a link, from either side", async () => {
  for (const [from, to] of ["ab", "ba"] as const) {
    const { clock, refs, failures, system } = await linked("ab", ["ab"]);
    refs[from!]!.tell((ctx) => ctx.unlink(refs[to!]!));
    refs["a"]!.tell(crash);
    await clock.advance(10);
    assertEquals([failures, system.actors], [["a: Error: boom"], 1]);
  }
});

Deno.test("who links to an actor that is down fails at once", async () => {
  const { clock, refs, failures } = await linked("ab", []);
  refs["b"]!.stop();
  refs["a"]!.tell((ctx) => ctx.link(refs["b"]!));
  await clock.advance(10);
  assertEquals(failures, ["a: stopped"]);
});

Deno.test("a link to oneself is none", async () => {
  const { clock, failures, system, refs } = await linked("a", ["aa"]);
  refs["a"]!.stop();
  await clock.advance(10);
  assertEquals([failures, system.actors], [[], 0]);
});

Deno.test("links in a ring take down all, each once", async () => {
  const { clock, refs, failures, system } = await linked("abcd", ["ab", "bc", "cd", "da", "ac"]);
  refs["c"]!.tell(crash);
  refs["a"]!.tell(crash);
  await clock.advance(10);
  assertEquals(failures.map((line) => line[0]).toSorted(), ["a", "b", "c", "d"]);
  assertEquals(system.actors, 0);
});

Deno.test("two linked siblings under one_for_all cost one restart", async () => {
  const { clock, system } = virtualSystem();
  system.spawn("parent", puppet).tell((ctx) => {
    ctx.supervise({ strategy: "one_for_all", maxRestarts: 1 });
    const a = ctx.spawn("a", puppet);
    const b = ctx.spawn("b", puppet);
    a.tell((ctx) => ctx.link(b));
    b.tell(crash);
  });
  await clock.advance(100);
  assertEquals(system.tree()[0]!.children.map(({ state, restarts }) => `${state} ${restarts}`), [
    "running 1",
    "running 1",
  ]);
});

Deno.test("a chain of ten thousand links falls without a stack as deep", async () => {
  const { clock, system } = virtualSystem();
  let last: ActorRef<Order> | undefined;
  for (let i = 0; i < 10_000; i++) {
    const next = last;
    last = system.spawn(`${i}`, puppet, { restart: "temporary" });
    if (next !== undefined) last.tell((ctx) => ctx.link(next));
  }
  await clock.advance(0);
  last!.tell(crash);
  await clock.advance(100);
  assertEquals(system.actors, 0);
});
