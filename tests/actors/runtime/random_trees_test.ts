import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type ActorRef, LIFECYCLE, type Random, seededRandom, type StopReason } from "../../../actors/runtime/mod.ts";
import { VirtualClock } from "../../../sim/virtual_clock.ts";
import { CountingClock } from "../../support/counting_clock.ts";
import { crash, forEver, type Order, pause } from "../../support/puppet.ts";
import { virtualSystem } from "../../support/virtual_system.ts";

const NAMES = ["a", "b", "c"];
const MODES = ["finish", "drain", "kill"] as const;
const RESTARTS = ["permanent", "transient", "temporary"] as const;
const STRATEGIES = ["one_for_one", "one_for_all", "rest_for_one"] as const;

/** Of many, the oldest are mostly gone: it is these that things happen to. */
const RECENT = 10;

/** Actors at random that do at random what actors can do to each other, and what must hold of it. */
class Forest {
  readonly time = new VirtualClock();
  readonly clock = new CountingClock(this.time);
  readonly world = virtualSystem("forest", {
    clock: this.clock,
    actorsMax: 200,
    supervision: { maxRestarts: 1_000, backoffMinMs: 1 },
  });
  readonly refs: ActorRef<Order>[] = [];
  /** Lives that go on, by path, with how many there have been in the place of one ref. */
  readonly alive = new Map<string, number>();
  readonly wrong: string[] = [];
  readonly notices = new Map<object, StopReason[]>();
  readonly #dice: Random;
  #stopped = 0;

  constructor(seed: number) {
    this.#dice = seededRandom(seed);
    this.world.system.events.subscribe(LIFECYCLE, ({ type }) => void (type === "stopped" && this.#stopped++));
  }

  get stopped(): number {
    return this.#stopped;
  }

  pick<T>(of: readonly T[]): T | undefined {
    return of[this.#dice.below(Math.max(1, of.length))];
  }

  /** An actor that notes its lives: never two at once, and none without its parent's. */
  readonly behavior = (ctx: Parameters<Order>[0]) => {
    const parent = ctx.path.split("/").slice(0, -1).join("/");
    if (this.alive.has(ctx.path)) this.wrong.push(`two lives of ${ctx.path}`);
    if (parent !== "" && !this.alive.has(parent)) this.wrong.push(`${ctx.path} lives without its parent`);
    this.alive.set(ctx.path, 1);
    ctx.onStop(() => {
      if (!this.alive.delete(ctx.path)) this.wrong.push(`${ctx.path} ended twice`);
      for (const path of this.alive.keys()) {
        if (path.startsWith(`${ctx.path}/`)) this.wrong.push(`${path} outlives ${ctx.path}`);
      }
      if (this.#dice.next() < 0.2) this.disturb();
    });
    ctx.supervise({ strategy: this.pick(STRATEGIES)!, backoffMinMs: 5, maxRestarts: 3, withinMs: 200 });
    if (this.#dice.next() < 0.05) throw new Error("no start");
    return (order: Order) => order(ctx);
  };

  plant(
    spawn: (name: string, behavior: (ctx: Parameters<Order>[0]) => Order2, options: object) => ActorRef<Order>,
  ): void {
    try {
      const ref = spawn(this.pick(NAMES)!, this.behavior, { restart: this.pick(RESTARTS), stopTimeoutMs: 20 });
      this.refs.push(ref);
      const heard: StopReason[] = [];
      this.notices.set(ref, heard);
      ref.watch((reason) => {
        heard.push(reason);
        if (this.#dice.next() < 0.1) this.disturb();
      });
    } catch (error) {
      assert(error instanceof Error && /taken|ended|stopped|already/.test(error.message), String(error));
    }
  }

  /** Something from outside: on whatever stack that is. */
  disturb(): void {
    const ref = this.pick(this.refs.slice(-RECENT));
    if (ref === undefined) return;
    const dice = this.#dice.next();
    if (dice < 0.08) ref.stop({ mode: this.pick(MODES)! });
    else if (dice < 0.12) ref.stop({ mode: this.pick(MODES)!, deadlineMs: 10 });
    else if (dice < 0.25) this.world.system.crash(ref.path);
    else ref.tell(this.order());
  }

  order(): Order {
    const { time } = this;
    const other = (): ActorRef<Order> | undefined => this.pick(this.refs.slice(-RECENT));
    const breed: Order = (ctx) => this.plant((name, behavior, options) => ctx.spawn(name, behavior, options));
    return this.pick<Order>([
      crash,
      forEver,
      () => pause(time, 5),
      async () => {
        await pause(time, 5);
        throw new Error("later");
      },
      breed,
      breed,
      breed,
      breed,
      (ctx) => this.plant((_, behavior, options) => ctx.spawnUnnamed(behavior, options)),
      (ctx) => ctx.stop(ctx.self, { mode: this.pick(MODES)! }),
      (ctx) => void (other() && ctx.link(other()!)),
      (ctx) => void (other() && ctx.unlink(other()!)),
      (ctx) => void (other() && ctx.watch(other()!, () => this.order())),
      (ctx) => ctx.timers.after("once", 3, this.order()),
      (ctx) => void ctx.ask(other()!, () => this.order(), 20).catch(() => {}),
      (ctx) => void ctx.tellAndWait(other()!, this.order(), 20).catch(() => {}),
      (ctx) => ctx.pipeToSelf(pause(time, 4), () => this.order(), () => this.order()),
      () => this.disturb(),
      (ctx) => ctx.stop(other()!),
    ])!;
  }
}

type Order2 = (order: Order) => void | Promise<void>;

Deno.test("random trees: lives never overlap nor outlive their parents, each end is told once, and nothing is left", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer({ min: 10, max: 400 }), async (seed, steps) => {
      const forest = new Forest(seed);
      const { system } = forest.world;
      for (let step = 0; step < steps; step++) {
        if (step % 5 === 0) forest.plant((name, behavior, options) => system.spawn(name, behavior, options));
        forest.disturb();
        if (step % 3 === 0) await forest.time.advance(forest.pick([0, 1, 3, 10])!);
      }
      let isDown = false;
      void system.stop(forest.pick([{}, { mode: "drain" }, { mode: "kill" }, { deadlineMs: 15 }])!).then(() =>
        isDown = true
      );
      await forest.time.advance(60_000);
      assertEquals(forest.wrong, []);
      assertEquals([isDown, system.actors, system.tree(), [...forest.alive.keys()]], [true, 0, [], []]);
      for (const [ref, heard] of forest.notices) {
        assertEquals(heard.length, 1, `${(ref as ActorRef<never>).path} was heard of ${heard.length} times`);
      }
      assertEquals(forest.stopped, forest.refs.length + 1); // and the root
      assertEquals(forest.clock.pending, 0);
    }),
    { numRuns: 200 },
  );
});
