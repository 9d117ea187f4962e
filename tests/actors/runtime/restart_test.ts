import { assertEquals } from "@std/assert";
import type { ActorRef, Behavior, StopReason, TreeNode } from "../../../actors/runtime/mod.ts";
import { crash, forEver, idle, notingPuppet, type Order, pause, puppet } from "../../support/puppet.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

Deno.test("a restart keeps the ref and the mailbox and drops only the message that crashed it, a dead letter with its cause", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const trace: string[] = [];
  const a = system.spawn<string>("a", (ctx) => {
    trace.push("starts");
    ctx.onStop(() => trace.push("ends"));
    return (message) => {
      trace.push(message);
      if (message === "crash") throw new Error("boom");
    };
  });
  for (const message of ["one", "crash", "two"]) a.tell(message);
  await clock.advance(0);
  assertEquals(trace, ["starts", "one", "crash", "ends", "starts", "two"]);
  assertEquals(deadLetters.map(({ to, message, reason, cause }) => [to, message, reason, String(cause)]), [
    ["/a", "crash", "crashed", "Error: boom"],
  ]);
});

Deno.test("a restart begins from fresh state, after the children of the life that ended have stopped", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  const ref = system.spawn<string>("a", (ctx) => {
    let count = 0;
    ctx.spawn<never>("child", (child) => {
      child.onStop(() => trace.push("child ends"));
      return () => {};
    });
    ctx.onStop(() => trace.push("parent ends"));
    return (message) => {
      trace.push(`${message} ${++count}`);
      if (message === "crash") throw new Error("boom");
    };
  });
  ref.tell("x");
  await clock.advance(0);
  for (const message of ["crash", "y"]) ref.tell(message);
  await clock.advance(0);
  assertEquals(trace, ["x 1", "crash 2", "child ends", "parent ends", "y 1"]);
});

Deno.test("what others sent while it was down is handled by the next life", async () => {
  const { clock, system } = virtualSystem("test", { supervision: { jitter: 0 } });
  const trace: string[] = [];
  const a = system.spawn("a", notingPuppet("a", trace));
  a.tell(crash);
  await clock.advance(0);
  a.tell(crash); // the second restart waits 100 ms
  await clock.advance(50);
  a.tell(() => void trace.push(`handled at ${clock.now()}`));
  await clock.advance(100);
  assertEquals(trace.slice(-2), ["a starts", "handled at 100"]);
});

Deno.test("a crash in the middle of asynchronous work waits for that work, and nothing of it is in the next life's way", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const trace: string[] = [];
  const a = system.spawn("a", notingPuppet("a", trace), { stopTimeoutMs: 100 });
  a.tell(async (ctx) => {
    ctx.signal.addEventListener("abort", () => trace.push("aborted"));
    await pause(clock, 50);
    trace.push("work done");
  });
  a.tell(forEver);
  await clock.advance(10);
  system.crash("/a");
  await clock.advance(40);
  assertEquals(trace, ["a starts", "aborted", "work done", "a ends", "a starts"]);
  system.crash("/a");
  await clock.advance(500);
  assertEquals(trace.slice(5), ["a ends", "a starts"]);
  assertEquals(deadLetters.map(({ reason }) => reason), ["stopped"]);
  a.tell((ctx) => void trace.push(`handled, stash ${ctx.stash(crash)}`));
  await clock.advance(0);
  assertEquals(trace.slice(7), ["handled, stash true"]);
});

Deno.test("an actor that crashed earlier and is stopped later was stopped, not failed", async () => {
  const { clock, system } = virtualSystem();
  const reasons: StopReason[] = [];
  const running = system.spawn("running", puppet);
  running.tell(crash);
  await clock.advance(1_000);
  running.watch((reason) => reasons.push(reason));
  running.stop();
  const waiting = system.spawn("waiting", puppet);
  waiting.tell(crash);
  waiting.watch((reason) => reasons.push(reason));
  await clock.advance(0);
  assertEquals(system.tree()[0]!.state, "waiting");
  waiting.stop();
  assertEquals(reasons, ["stopped", "stopped"]);
});

Deno.test("a child that its parent starts again by name is another actor: the old ref leads nowhere", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const refs: ActorRef<Order>[] = [];
  const parent: Behavior<Order> = (ctx) => {
    refs.push(ctx.spawn("child", puppet));
    return (order) => order(ctx);
  };
  system.spawn("parent", parent).tell(crash);
  await clock.advance(10);
  refs[0]!.tell(() => {});
  refs[1]!.tell(() => {});
  await clock.advance(10);
  assertEquals(deadLetters.map(({ to, reason }) => `${to} ${reason}`), ["/parent crashed", "/parent/child stopped"]);
});

Deno.test("a crash from outside before the first message is a crash like any other", async () => {
  const { clock, system } = virtualSystem();
  const trace: string[] = [];
  system.spawn("a", notingPuppet("a", trace)).tell(() => void trace.push("handled"));
  assertEquals(system.crash("/a"), "failed");
  system.spawn("gone", idle).stop();
  assertEquals([system.crash("/gone"), system.crash("/"), system.crash("")], ["unknown", "unknown", "unknown"]);
  await clock.advance(0);
  assertEquals(trace, ["a starts", "handled"]);
});

Deno.test("a start that ends its own life and then throws is no failure of the next one", async () => {
  const { clock, system } = virtualSystem();
  let starts = 0;
  system.spawn<never>("a", (ctx) => {
    if (++starts > 1) return () => {};
    ctx.stop(ctx.self);
    throw new Error("late");
  }, { restart: "permanent" });
  await clock.advance(0);
  const [{ restarts, lastError, state }] = system.tree() as [TreeNode];
  assertEquals([starts, restarts, lastError, state], [2, 1, undefined, "running"]);
});

Deno.test("what is returned like a promise, but throws when it is waited for, is a crash over its message, once", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  const then = (): never => {
    throw new Error("boom");
  };
  system.spawn<string>("a", () => () => ({ then }) as unknown as Promise<void>).tell("message");
  await clock.advance(10_000);
  assertEquals(deadLetters.map(({ reason }) => reason), ["crashed"]);
  assertEquals(system.tree().map(({ state, restarts }) => [state, restarts]), [["running", 1]]);
});
