/** Peers of ours and programs that we did not write come to one cluster and go again. */
import { Cluster, statesOf } from "./cluster.ts";
import { needs } from "./needed.ts";

Deno.test("our peers and Go's join each other, either way round, and leave", needs("go"), async (t) => {
  await using cluster = await Cluster.create();
  const ours = await cluster.parley("ours");
  const theirs = await cluster.go("theirs");

  await t.step("ours joins theirs", async () => {
    await ours.join(theirs.address);
    await cluster.allSeeAll();
  });

  await t.step("theirs joins ours", async () => {
    const newcomer = await cluster.go("theirs-2");
    await newcomer.join(ours.address);
    await cluster.allSeeAll();
  });

  await t.step("a second of ours joins, and all tables agree", async () => {
    const newcomer = await cluster.parley("ours-2");
    await newcomer.join(theirs.address);
    await cluster.allSeeAll();
    await cluster.allTablesSay(statesOf(cluster.members, "alive"), theirs, cluster.members);
  });

  const [, , theirs2, ours2] = cluster.members;
  const rest = [ours, theirs];
  await t.step("one of theirs leaves and has left here", async () => {
    await theirs2!.leave();
    await cluster.eventually("ours shows that theirs-2 left", () => ours.hasShown("* theirs-2 left"));
  });

  await t.step("one of ours leaves and has left there", async () => {
    await ours2!.leave();
    const isGone = () => theirs.events.some(({ event, node }) => event === "leave" && node?.name === "ours-2");
    await cluster.eventually("theirs is told that ours-2 left", isGone);
    await cluster.allSeeAll(rest);
    const gone = cluster.members.slice(2);
    await cluster.allTablesSay(new Map([...statesOf(rest, "alive"), ...statesOf(gone, "left")]), theirs, rest);
  });

  cluster.assertNoWarnings();
});

Deno.test("our peers and Serf's agents join each other, either way round", needs("serf"), async (t) => {
  await using cluster = await Cluster.create();
  const ours = await cluster.parley("ours");
  const theirs = await cluster.serf("theirs");

  await t.step("ours joins theirs", async () => {
    await ours.join(theirs.address);
    await cluster.allSeeAll();
  });

  await t.step("theirs joins ours", async () => {
    const newcomer = await cluster.serf("theirs-2");
    await newcomer.join(ours.address);
    await cluster.allSeeAll();
  });

  await t.step("a second of ours joins", async () => {
    const newcomer = await cluster.parley("ours-2");
    await newcomer.join(theirs.address);
    await cluster.allSeeAll();
  });

  cluster.assertNoWarnings();
  await t.step("one of theirs leaves and has left here", async () => {
    const [, , theirs2, ours2] = cluster.members;
    await theirs2!.leave();
    await cluster.eventually("ours shows that theirs-2 left", () => ours.hasShown("* theirs-2 left"));
    await cluster.allSeeAll([ours, theirs, ours2!]);
  });

  // What the agent that left says after that is about its own end: it closes its sockets while it still uses them.
  cluster.assertNoWarnings(/^theirs-2: /);
});
