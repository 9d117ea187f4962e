import type { MembershipEvent } from "../../actors/membership.ts";
import type { Profile } from "../../actors/pool/profile.ts";
import { seededRandom } from "../../actors/runtime/random.ts";
import type { Address } from "../../transport/address.ts";
import { Views } from "../run/views.ts";
import { type SimulatedPeer, World } from "../world.ts";

type GatheringOptions = Readonly<{
  seed: string;
  peers: number;
  profile: Profile;
  /** Called as virtual time passes; what it returns is waited for. It may throw, to end the experiment. */
  onStep?: Step;
}>;

/** Lets the process see to other things. */
export type Step = () => Promise<void> | void;

/** Each keeps a port, from this one on. */
const PORT_FIRST = 10_000;

/** All arrive within this, in ms; then they have so long to find each other, and so long nothing happens. */
const ARRIVALS_MS = 20_000;
const CONVERGED_WITHIN_MS = 240_000;
const SETTLED_AFTER_MS = 15_000;

/** How far the clock is moved at once. */
const STEP_MS = 100;

/** Members of one cluster in which nothing is wrong: what an experiment starts from. No rooms, no registry. */
export class Gathering {
  readonly world: World;
  readonly peers: readonly SimulatedPeer[];
  /** Is told what each sees of each. */
  witness: ((observer: string, event: MembershipEvent) => void) | undefined;
  readonly #views: Views;
  readonly #onStep: Step | undefined;

  private constructor(world: World, peers: readonly SimulatedPeer[], views: Views, onStep: Step | undefined) {
    this.world = world;
    this.peers = peers;
    this.#views = views;
    this.#onStep = onStep;
  }

  static async of({ seed, peers: count, profile, onStep }: GatheringOptions): Promise<Gathering> {
    const names = Array.from({ length: count }, (_, at) => `m${at + 1}`);
    const views = new Views(names);
    const random = seededRandom(`${seed} arrivals`);
    const peers: SimulatedPeer[] = [];
    const world = new World({
      seed,
      profile,
      audience: {
        member(peer, event) {
          views.hear(peer.name, event);
          gathering.witness?.(peer.name, event);
        },
        chat() {},
      },
    });
    const gathering = new Gathering(world, peers, views, onStep);
    for (const [at, name] of names.entries()) {
      await gathering.pass(ARRIVALS_MS / count);
      const peer = world.start(name, { manual: true, last: { port: PORT_FIRST + at } });
      views.start(name);
      const contact = at === 0 ? undefined : `127.0.0.1:${PORT_FIRST + random.below(at)}` as Address;
      peers.push(peer);
      world.clock.after(0, () => void arrive(peer, contact));
    }
    await gathering.#converge();
    return gathering;
  }

  get now(): number {
    return this.world.clock.now();
  }

  /** Lets so many ms of virtual time go by. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    while (this.now < until) {
      await this.world.clock.advance(Math.min(STEP_MS, until - this.now));
      await this.#onStep?.();
    }
  }

  /** Ends all processes, so that nothing of them is left. */
  end(): void {
    for (const peer of this.peers) peer.kill();
  }

  async #converge(): Promise<void> {
    const deadline = this.now + CONVERGED_WITHIN_MS;
    while (this.#views.wrong > 0) {
      if (this.now >= deadline) throw new Error(`${this.#views.wrong} beliefs are still wrong before the experiment`);
      await this.pass(STEP_MS);
    }
    await this.pass(SETTLED_AFTER_MS);
  }
}

async function arrive({ steps }: SimulatedPeer, contact: Address | undefined): Promise<void> {
  await steps.configure();
  await steps.create();
  if (contact !== undefined) await steps.join([contact]);
  await steps.start();
}
