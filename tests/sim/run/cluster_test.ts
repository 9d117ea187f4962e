import { assertEquals } from "@std/assert";
import { Cluster } from "../../../sim/run/cluster.ts";
import { planRun } from "../../../sim/run/plan.ts";
import { Views } from "../../../sim/run/views.ts";
import { cutOff } from "../../../sim/rules/cut.ts";

Deno.test("who is started while nobody else runs asks on until it is let in", async () => {
  const parameters = { seed: "1", peers: 3, minutes: 2, profile: "local", faults: [], chatters: 0, rooms: 1 } as const;
  const plan = planRun(parameters);
  const views = new Views(plan.names);
  const cluster = new Cluster(parameters, plan, views, [{
    started: (name) => views.start(name),
    ended: (name) => views.end(name),
    member: (observer, event) => views.hear(observer, event),
  }]);
  const { clock, network } = cluster.world;
  cluster.schedule();
  await clock.until(() => views.running === 3 && views.wrong === 0, 60_000, "all in one membership");
  for (const name of plan.names) cluster.kill(name);
  const [alone, ...others] = plan.names;
  const heal = network.add(cutOff(cluster.addressOf(alone!)));
  cluster.start(alone!);
  await clock.advance(10_000);
  for (const name of others) cluster.start(name);
  await clock.advance(20_000);
  assertEquals(views.listedBy(alone!), 1, "only by itself");
  heal();
  await clock.until(() => views.wrong === 0, 60_000, "all in one membership again");
});
