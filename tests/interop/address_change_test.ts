/** A member that comes back under its name at another address. */
import { Cluster } from "./cluster.ts";
import { needs } from "./needed.ts";

Deno.test(
  "a peer of ours that leaves and comes back at another port is let in at once, by all",
  needs("go", "serf"),
  async () => {
    await using cluster = await Cluster.create();
    const [ours, theirs, agent] = [
      await cluster.parley("ours"),
      await cluster.go("theirs"),
      await cluster.serf("agent"),
    ];
    await ours.join(theirs.address);
    await agent.join(theirs.address);
    await cluster.allSeeAll();

    await ours.move(7950);
    await ours.join(theirs.address);
    await cluster.allSeeAll();
    cluster.assertNoWarnings();
  },
);
