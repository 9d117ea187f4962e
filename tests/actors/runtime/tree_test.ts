import { assertEquals } from "@std/assert";
import { LeapingClock } from "../../support/leaping_clock.ts";
import { crash, forEver, idle, type Order, puppet } from "../../support/puppet.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

Deno.test("the tree is plain data: names, paths, states, counters, the last error, and children in the order of start", async () => {
  const clock = new LeapingClock();
  const { system } = virtualSystem("test", { clock });
  const parent = system.spawn("parent", puppet, { mailbox: { limit: 3 } });
  parent.tell((ctx) => {
    ctx.spawn("b", puppet).tell(crash);
    ctx.spawn("a", idle);
  });
  const aside: Order = (ctx) => void ctx.stash(aside);
  parent.tell(aside);
  await clock.virtual.advance(0);
  parent.tell(() => {
    clock.leap(7);
    return forEver();
  });
  await clock.virtual.advance(0);
  for (let i = 0; i < 5; i++) parent.tell(() => {});
  const tree = system.tree();
  assertEquals(JSON.parse(JSON.stringify(tree)), [{
    name: "parent",
    path: "/parent",
    state: "running",
    busy: true,
    mailboxDepth: 3,
    stashed: 1,
    received: 3,
    dropped: 2,
    restarts: 0,
    timeSpentMs: 7,
    blockages: 0,
    children: [
      {
        name: "b",
        path: "/parent/b",
        state: "running",
        busy: false,
        mailboxDepth: 0,
        stashed: 0,
        received: 1,
        dropped: 0,
        restarts: 1,
        timeSpentMs: 0,
        blockages: 0,
        lastError: "Error: boom",
        children: [],
      },
      {
        name: "a",
        path: "/parent/a",
        state: "running",
        busy: false,
        mailboxDepth: 0,
        stashed: 0,
        received: 0,
        dropped: 0,
        restarts: 0,
        timeSpentMs: 0,
        blockages: 0,
        children: [],
      },
    ],
  }]);
  parent.tell(() => {});
  assertEquals(tree[0]!.dropped, 2); // it is a picture, not a window
});

Deno.test("the states of an actor are starting, running, ending and waiting, and who has stopped is not in the tree", async () => {
  const { clock, system } = virtualSystem();
  const state = (): string | undefined => system.tree()[0]?.state;
  const states = [state()];
  const ref = system.spawn("a", puppet);
  states.push(state());
  await clock.advance(0);
  states.push(state());
  ref.tell(crash);
  ref.tell(crash);
  await clock.advance(0);
  states.push(state());
  await clock.advance(1_000);
  ref.tell(forEver);
  await clock.advance(0);
  ref.stop();
  states.push(state());
  ref.stop({ mode: "kill" });
  states.push(state());
  assertEquals(states, [undefined, "starting", "running", "waiting", "ending", undefined]);
});

Deno.test("`actors` says how many actors there are", async () => {
  const { clock, system } = virtualSystem();
  const parent = system.spawn("parent", puppet);
  parent.tell((ctx) => {
    for (let i = 0; i < 5; i++) ctx.spawn(`${i}`, idle);
  });
  await clock.advance(0);
  assertEquals(system.actors, 6);
  parent.tell((ctx) => ctx.stop(ctx.self));
  await clock.advance(0);
  assertEquals(system.actors, 0);
  void system.stop();
  await clock.advance(0);
  assertEquals(system.actors, 0);
});
