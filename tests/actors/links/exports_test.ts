import { assertEquals } from "@std/assert";
import { Exports, published } from "../../../actors/links/exports.ts";
import type { ActorRef, StopReason } from "../../../actors/runtime/ref.ts";
import { seededRandom } from "../../../actors/runtime/random.ts";
import type { Log } from "../../../actors/runtime/log.ts";
import { LinkedPeers, type Word } from "../../support/linked_peers.ts";
import { virtualSystem } from "../../support/virtual_system.ts";
import { parseAddress } from "../../../transport/address.ts";

/** Far beyond what may be published at once. */
const MANY = 5_000;

const FROM = parseAddress("127.0.0.1:9")!;

function exportsWithLog() {
  const errors: string[] = [];
  const quiet = (): void => {};
  const log: Log = { debug: quiet, info: quiet, warn: quiet, error: (event) => errors.push(event) };
  return { exports: new Exports({ random: seededRandom("exports"), log }), errors };
}

/** Stands before an actor and counts who watches it. */
function counting<M>(ref: ActorRef<M>): { readonly ref: ActorRef<M>; readonly watchers: () => number } {
  let watchers = 0;
  const watch = (gone: (reason: StopReason) => void): () => void => {
    watchers++;
    const cancel = ref.watch(gone);
    return () => {
      watchers--;
      cancel();
    };
  };
  const self: ActorRef<M> = {
    path: ref.path,
    tell: (message) => ref.tell(message),
    tellAndWait: (message, timeoutMs) => ref.tellAndWait(message, timeoutMs),
    ask: (build, timeoutMs) => ref.ask(build, timeoutMs),
    stop: (options) => ref.stop(options),
    watch,
  };
  return { ref: self, watchers: () => watchers };
}

Deno.test("so many actors are published; one more is refused with a line in the log, unless others are gone", async () => {
  const { clock, system } = virtualSystem();
  const { exports, errors } = exportsWithLog();
  const heard: string[] = [];
  const ear = (name: string) =>
    published(
      system.spawn<string>(name, () => (text) => void heard.push(`${name}: ${text}`)),
      (value) => String(value),
    );
  const first = ear("first");
  exports.publish("first", first);
  const rest = ear("rest");
  for (let i = 0; i < MANY; i++) exports.publish(`id ${i}`, rest);
  assertEquals(exports.deliver(`id ${MANY - 1}`, "", FROM), "unknown");
  assertEquals(new Set(errors), new Set(["too_many_published"]));
  exports.publish("first", ear("again")); // no one more
  assertEquals([exports.deliver("first", "hello", FROM), exports.deliver("id 0", "hello", FROM)], ["done", "done"]);
  await clock.advance(1);
  rest.ref.stop();
  await clock.advance(1);
  exports.publish("one more", first);
  assertEquals([exports.deliver("one more", "hello", FROM), exports.deliver("id 0", "", FROM)], ["done", "unknown"]);
  await clock.advance(1);
  assertEquals(heard.toSorted(), ["rest: hello", "again: hello", "first: hello"].toSorted());
});

Deno.test("publishing again, and the end of the links, leave no watch on an actor behind", async () => {
  const world = new LinkedPeers();
  const alice = await world.start("alice");
  const { ref, watchers } = counting(alice.system.spawn<Word>("ear", () => () => {}));
  for (let i = 0; i < 3; i++) alice.publish("ear", ref);
  await world.clock.advance(1);
  assertEquals(watchers(), 1);
  alice.system.crash("/links");
  await world.clock.advance(1);
  assertEquals(watchers(), 0);
});
