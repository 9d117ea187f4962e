import type { SimulatedPeer, StartOptions, World } from "../../sim/world.ts";
import type { StepResult } from "../../actors/peer/steps.ts";

/** What a step comes to, within `ms` of virtual time. */
export async function taken<T>(world: World, step: Promise<StepResult<T>>, ms = 1_000): Promise<StepResult<T>> {
  let result: StepResult<T> | undefined;
  void step.then((value) => result = value);
  await world.clock.until(() => result !== undefined, ms, "the step is done");
  return result!;
}

/** A member of a cluster of one, at `port` if one is given, that knows no registry and does nothing by itself. */
export async function bareMember(
  world: World,
  name: string,
  { port, ...options }: StartOptions & { readonly port?: number } = {},
): Promise<SimulatedPeer> {
  const peer = world.start(name, { ...options, manual: true });
  await world.clock.advance(1);
  for (const step of [() => peer.steps.configure(port), () => peer.steps.create(), () => peer.steps.start()]) {
    const result = await taken<unknown>(world, step());
    if (!result.ok) throw new Error(`${name}: ${result.why}`);
  }
  return peer;
}

/** Members that joined the first of them: with no registry to find anybody by, what heals is the membership's own doing. */
export async function bareCluster(world: World, names: readonly string[]): Promise<readonly SimulatedPeer[]> {
  const peers: SimulatedPeer[] = [];
  for (const name of names) {
    const peer = await bareMember(world, name);
    const [first] = peers;
    if (first !== undefined) void peer.steps.join([first.memory.address!]);
    peers.push(peer);
    await world.clock.advance(300);
  }
  await world.clock.until(() => world.isConverged(), 40_000, "all in one membership");
  await world.clock.advance(5_000);
  return peers;
}
