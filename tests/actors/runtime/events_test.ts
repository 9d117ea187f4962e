import { assertEquals } from "@std/assert";
import { EventStream, LIFECYCLE, type LifecycleEvent, topic } from "../../../actors/runtime/mod.ts";
import { crash, type Order, pause, puppet } from "../../support/puppet.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

const NEWS = topic<string>("news");
const OTHER = topic<string>("news");

Deno.test("a topic is known by its object and not by its name", () => {
  const events = new EventStream();
  const heard: string[] = [];
  events.subscribe(NEWS, (event) => heard.push(event));
  events.publish(NEWS, "one");
  events.publish(OTHER, "two");
  assertEquals([heard, events.hasSubscribers(NEWS), events.hasSubscribers(OTHER)], [["one"], true, false]);
});

Deno.test("subscribers hear an event at once, in the order of subscription, until they unsubscribe", () => {
  const events = new EventStream();
  const heard: string[] = [];
  const unsubscribe = events.subscribe(NEWS, (event) => heard.push(`first ${event}`));
  events.subscribe(NEWS, (event) => heard.push(`second ${event}`));
  events.publish(NEWS, "1");
  unsubscribe();
  unsubscribe();
  events.publish(NEWS, "2");
  assertEquals(heard, ["first 1", "second 1", "second 2"]);
});

Deno.test("who unsubscribed hears nothing more, also of the event that is being published", () => {
  const events = new EventStream();
  const heard: string[] = [];
  events.subscribe(NEWS, () => unsubscribe());
  const unsubscribe = events.subscribe(NEWS, (event) => heard.push(event));
  events.publish(NEWS, "1");
  assertEquals(heard, []);
});

Deno.test("unsubscribing again does nothing, also when others have subscribed meanwhile", () => {
  const events = new EventStream();
  const heard: string[] = [];
  const unsubscribe = events.subscribe(NEWS, () => {});
  unsubscribe();
  events.subscribe(NEWS, (event) => heard.push(event));
  unsubscribe();
  events.publish(NEWS, "1");
  assertEquals(heard, ["1"]);
});

Deno.test("an actor that is ending hears no events, and none of them reaches its next life", async () => {
  const { clock, system } = virtualSystem();
  const heard: string[] = [];
  let lives = 0;
  system.spawn<string>("a", (ctx) => {
    const life = ++lives;
    ctx.spawn("child", puppet).tell(() => pause(clock, 20));
    ctx.subscribe(NEWS, (event) => `${event} for ${life}`);
    return (message) => void heard.push(message);
  });
  await clock.advance(0);
  system.crash("/a");
  system.events.publish(NEWS, "early");
  await clock.advance(100);
  system.events.publish(NEWS, "late");
  await clock.advance(0);
  assertEquals(heard, ["late for 2"]);
});

Deno.test("an actor unsubscribes with what `ctx.subscribe` returned", async () => {
  const { clock, system } = virtualSystem();
  const heard: string[] = [];
  let unsubscribe = (): void => {};
  system.spawn<string>("a", (ctx) => {
    unsubscribe = ctx.subscribe(NEWS, (event) => event);
    return (message) => void heard.push(message);
  });
  await clock.advance(0);
  system.events.publish(NEWS, "1");
  unsubscribe();
  system.events.publish(NEWS, "2");
  await clock.advance(0);
  assertEquals([heard, system.events.hasSubscribers(NEWS)], [["1"], false]);
});

Deno.test("who subscribes while an event is published hears the next one", () => {
  const events = new EventStream();
  const heard: string[] = [];
  events.subscribe(NEWS, (event) => {
    if (event === "1") events.subscribe(NEWS, (event) => heard.push(event));
  });
  events.publish(NEWS, "1");
  events.publish(NEWS, "2");
  assertEquals(heard, ["2"]);
});

Deno.test("a subscriber that throws is logged, and neither the others nor the one who publishes notice", async () => {
  const { clock, system, log } = virtualSystem();
  const heard: string[] = [];
  const boom = (): never => {
    throw new Error("boom");
  };
  system.events.subscribe(NEWS, boom);
  system.events.subscribe(LIFECYCLE, boom);
  system.events.subscribe(NEWS, (event) => heard.push(event));
  const a = system.spawn("a", puppet);
  a.tell((ctx) => ctx.events.publish(NEWS, "news"));
  a.tell(crash);
  a.tell(() => void heard.push("still there"));
  await clock.advance(10);
  assertEquals(heard, ["news", "still there"]);
  assertEquals(log.filter(({ event }) => event === "subscriber_failed").map(({ fields }) => fields["topic"]), [
    "lifecycle",
    "news",
    "lifecycle",
    "lifecycle",
  ]);
});

Deno.test("of a topic's events an actor is told those that it wants, and has no turn for the others", async () => {
  const { clock, system } = virtualSystem();
  const heard: string[] = [];
  const a = system.spawn("a", puppet);
  a.tell((ctx) =>
    void ctx.subscribe(NEWS, (event) => () => void heard.push(event), (event) => {
      if (event === "nonsense") throw new Error("no such news");
      return event.startsWith("good");
    })
  );
  await clock.advance(0);
  const messages = () => system.tree()[0]!.received;
  const before = messages();
  for (const event of ["good 1", "bad", "good 2", "bad"]) system.events.publish(NEWS, event);
  await clock.advance(0);
  assertEquals([heard, messages() - before], [["good 1", "good 2"], 2]);
  system.events.publish(NEWS, "nonsense");
  await clock.advance(10);
  assertEquals(system.events.hasSubscribers(NEWS), false, "it is the failure of who wants it");
});

Deno.test("an actor's subscription ends with the life that began it", async () => {
  const { clock, system } = virtualSystem();
  const heard: string[] = [];
  const a = system.spawn("a", puppet);
  a.tell((ctx) => void ctx.subscribe(NEWS, (event) => () => void heard.push(event)));
  await clock.advance(0);
  system.events.publish(NEWS, "1");
  await clock.advance(0);
  a.tell(crash);
  await clock.advance(10);
  system.events.publish(NEWS, "2");
  await clock.advance(10);
  assertEquals([heard, system.events.hasSubscribers(NEWS)], [["1"], false]);
});

Deno.test("an event that finds no room in an actor's mailbox becomes a dead letter, whatever the policy", async () => {
  const { clock, system, deadLetters } = virtualSystem();
  for (const whenFull of ["drop_newest", "fail"] as const) {
    system.spawn<string>(whenFull, (ctx) => {
      ctx.subscribe(NEWS, (event) => `${whenFull} ${event}`);
      return () => {};
    }, { mailbox: { limit: 1, whenFull } });
  }
  await clock.advance(0);
  for (const event of ["1", "2"]) system.events.publish(NEWS, event);
  assertEquals(deadLetters.map(({ message, reason }) => [message, reason]), [
    ["drop_newest 2", "mailbox_full"],
    ["fail 2", "mailbox_full"],
  ]);
});

Deno.test("starts, failures and ends of actors are events, once each and in their order", async () => {
  const { clock, system } = virtualSystem("test", { supervision: { backoffMinMs: 0 } });
  const heard: LifecycleEvent[] = [];
  system.events.subscribe(LIFECYCLE, (event) => heard.push(event));
  let starts = 0;
  const a = system.spawn<Order>("a", (ctx) => {
    if (++starts === 2) throw new Error("no start");
    return (order) => order(ctx);
  });
  a.tell(crash);
  a.tell((ctx) => ctx.stop(ctx.self));
  system.spawn<never>("short", (ctx) => {
    ctx.stop(ctx.self);
    return () => {};
  });
  await clock.advance(1_000);
  const of = (path: string) =>
    heard.filter((event) => event.path === path).map((event) =>
      event.type === "started"
        ? `started ${event.restarts}`
        : event.type === "failed"
        ? `failed ${event.error}`
        : `stopped ${event.reason}`
    );
  assertEquals(of("/a"), [
    "started 0",
    "failed Error: boom",
    "failed Error: no start",
    "started 2",
    "stopped finished",
  ]);
  assertEquals(of("/short"), ["stopped finished"]);
});

Deno.test("who hears of a failure may stop, kill or crash the actor that failed", async () => {
  const { clock, system } = virtualSystem();
  const ends: string[] = [];
  for (const mode of ["finish", "drain", "kill", "crash"] as const) {
    const ref = system.spawn(mode, puppet);
    ref.watch((reason) => ends.push(`${mode} ${reason}`));
    const unsubscribe = system.events.subscribe(LIFECYCLE, ({ type }) => {
      if (type !== "failed") return;
      if (mode === "crash") ends.push(`crash ${system.crash(ref.path)}`);
      else ref.stop({ mode });
    });
    ref.tell(crash);
    await clock.advance(1_000);
    unsubscribe();
  }
  assertEquals(ends, ["finish stopped", "drain stopped", "kill killed", "crash down"]);
  assertEquals([system.actors, system.tree().map(({ state }) => state)], [1, ["running"]]);
});
