import type { MembershipEvent } from "../../actors/membership.ts";
import type { Profile } from "../../actors/pool/profile.ts";
import { Views } from "../run/views.ts";
import { settle } from "../settled.ts";
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

/** How far the clock is moved at once. */
const STEP_MS = 100;

/**
 * Members of one cluster in which nothing is wrong: what an experiment starts from. No rooms, no registry, and nobody
 * ever joined: see {@linkcode settle}.
 */
export class Gathering {
  readonly world: World;
  readonly peers: readonly SimulatedPeer[];
  /** Is told what each sees of each. */
  witness: ((observer: string, event: MembershipEvent) => void) | undefined;
  readonly #onStep: Step | undefined;

  private constructor(world: World, peers: readonly SimulatedPeer[], onStep: Step | undefined) {
    this.world = world;
    this.peers = peers;
    this.#onStep = onStep;
  }

  static async of({ seed, peers: count, profile, onStep }: GatheringOptions): Promise<Gathering> {
    const names = Array.from({ length: count }, (_, at) => `m${at + 1}`);
    const views = new Views(names);
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
    const gathering = new Gathering(world, peers, onStep);
    for (const [at, name] of names.entries()) {
      peers.push(world.start(name, { manual: true, last: { port: PORT_FIRST + at } }));
      views.start(name);
    }
    await gathering.pass(STEP_MS);
    await settle(world, peers, profile, (ms) => gathering.pass(ms));
    // From now on, and not before, tables are exchanged: the first time at the pace of a member alone, which all were.
    await gathering.pass(profile.pushPullIntervalMs - gathering.now);
    if (views.wrong > 0) throw new Error(`${views.wrong} beliefs are wrong before the experiment`);
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
}
