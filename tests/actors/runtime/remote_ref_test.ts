import { assertEquals, assertThrows } from "@std/assert";
import {
  type ActorRef,
  AskError,
  type Courier,
  RemoteRef,
  type StopReason,
  type Waiting,
} from "../../../actors/runtime/mod.ts";
import { crash, type Order, puppet } from "../../support/puppet.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

Deno.test("a ref of a remote actor hands everything to the courier, and judges what strangers reply", async () => {
  const { clock, system } = virtualSystem();
  const carried: unknown[] = [];
  const slots: Waiting[] = [];
  const asked: ActorRef<unknown>[] = [];
  const courier: Courier = {
    deadlines: system.deadlines,
    send: (peer, id, message, slot) => {
      carried.push(["send", peer, id, typeof message]);
      if (slot !== undefined) slots.push(slot);
    },
    sendWhenRoom: (peer, id, message, written) => {
      carried.push(["room", peer, id, message]);
      written.tell();
    },
    stop: (peer, id, mode, deadlineMs) => void carried.push(["stop", peer, id, mode, deadlineMs]),
    watch: (peer, id, gone) => {
      carried.push(["watch", peer, id]);
      gone("unreachable");
      return () => {};
    },
    late: (path, message) => void carried.push(["late", path, message]),
  };
  const decodeReply = (reply: unknown): unknown => typeof reply === "string" ? reply : undefined;
  const ref = new RemoteRef<unknown>(courier, "peer", "id", decodeReply);
  const ask = (): Promise<unknown> =>
    ref.ask((replyTo) => {
      asked.push(replyTo);
      return { replyTo };
    }, 100).catch((error) => error instanceof AskError ? error.reason : error);
  ref.tell("hello");
  await ref.tellAndWait("room", 100);
  ref.stop({ mode: "drain", deadlineMs: 5 });
  ref.watch((reason) => carried.push(reason));
  const [good, bad, lost, late] = [ask(), ask(), ask(), ask()];
  asked[0]!.tell("fine");
  asked[1]!.tell(666);
  slots[2]!.fail("gone");
  await clock.advance(200);
  asked[3]!.tell("too late");
  assertEquals(await Promise.all([good, bad, lost, late]), ["fine", "malformed", "gone", "timed_out"]);
  assertEquals(carried, [
    ["send", "peer", "id", "string"],
    ["room", "peer", "id", "room"],
    ["stop", "peer", "id", "drain", 5],
    ["watch", "peer", "id"],
    "unreachable",
    ...Array.from({ length: 4 }, () => ["send", "peer", "id", "object"]),
    ["late", "peer/id?", "too late"],
  ]);
  assertThrows(() => ref.stop({ deadlineMs: -1 }), RangeError, "Not a deadline");
});

Deno.test("two refs of one remote actor are the same to `watch`, `unwatch`, `link` and `unlink`", async () => {
  const { clock, system } = virtualSystem();
  const watches = new Set<(reason: StopReason) => void>();
  const courier: Courier = {
    deadlines: system.deadlines,
    send: () => {},
    sendWhenRoom: () => {},
    stop: () => {},
    watch: (_peer, _id, gone) => {
      watches.add(gone);
      return () => void watches.delete(gone);
    },
    late: () => {},
  };
  const ref = (): RemoteRef<unknown> => new RemoteRef(courier, "peer", "id");
  const open: number[] = [];
  const a = system.spawn("a", puppet);
  const steps: Order[] = [
    (ctx) => ctx.watch(ref(), () => () => {}),
    (ctx) => ctx.watch(ref(), () => () => {}),
    (ctx) => ctx.unwatch(ref()),
    (ctx) => ctx.link(ref()),
    (ctx) => ctx.link(ref()),
    (ctx) => ctx.unlink(ref()),
    (ctx) => ctx.watch(ref(), () => () => {}),
    (ctx) => ctx.link(ref()),
  ];
  for (const step of steps) {
    a.tell(step);
    await clock.advance(0);
    open.push(watches.size);
  }
  assertEquals(open, [1, 1, 0, 1, 1, 0, 1, 2]);
  a.tell(crash);
  await clock.advance(0);
  assertEquals(watches.size, 0);
});
