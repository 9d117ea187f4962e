/** Two members of one name: nobody is replaced by the second, whoever it is. */
import { assertMatch } from "@std/assert";
import { Cluster } from "./cluster.ts";
import { needs } from "./needed.ts";

/** What memberlist logs of a second one, at each who hears of it. */
const CONFLICT = /\[ERR\] memberlist: Conflicting address for twin/;

/** What ours says of its name. It looks at the table of whom it joins before it shows its own, so nobody else is told. */
const REFUSED = /parley: The name "twin" is taken/;

Deno.test("a Go peer with our name changes nothing, and everybody is told", needs("go"), async () => {
  await using cluster = await Cluster.create();
  const ours = await cluster.parley("twin");
  const witness = await cluster.go("witness");
  await witness.join(ours.address);
  await cluster.allSeeAll();

  const twin = await cluster.go("twin");
  await twin.join(ours.address);
  const notice = `* Another peer at ${twin.address} calls itself twin; it is not let in`;
  await cluster.eventually("ours shows the conflict", () => ours.hasShown(notice));
  await twin.join(witness.address);
  const hears = (peer: typeof twin) => peer.events.some(({ event }) => event === "conflict");
  await cluster.eventually("both of theirs are told", () => hears(witness) && hears(twin));
  await cluster.allSeeAll([ours, witness]);
  cluster.assertNoWarnings(CONFLICT);
});

Deno.test("a peer of ours with a Go peer's name is refused, and changes nothing", needs("go"), async () => {
  await using cluster = await Cluster.create();
  const [theirs, witness, ours] = [await cluster.go("twin"), await cluster.go("witness"), await cluster.parley("twin")];
  await witness.join(theirs.address);
  for (const contact of [theirs, witness]) {
    assertMatch(await ours.failToJoin(contact.address), /The name "twin" is taken by the peer at 127\./);
  }
  await cluster.allSeeAll([theirs, witness]);
  cluster.assertNoWarnings(REFUSED); // nobody but ours heard of it
});

Deno.test(
  "a peer of ours with the name of a Serf agent that is alone is refused, and the agent stays",
  needs("serf"),
  async () => {
    await using cluster = await Cluster.create();
    const [theirs, ours] = [await cluster.serf("twin"), await cluster.parley("twin")];
    for (let i = 0; i < 3; i++) {
      assertMatch(await ours.failToJoin(theirs.address), /The name "twin" is taken by the peer at 127\./);
    }
    const witness = await cluster.serf("witness"); // a little later the agent is there and takes part
    await witness.join(theirs.address);
    await cluster.allSeeAll([theirs, witness]);
    cluster.assertNoWarnings(REFUSED);
  },
);

Deno.test("a peer of ours with a Serf agent's name is refused, and the agent stays", needs("serf"), async () => {
  await using cluster = await Cluster.create();
  const [theirs, witness, ours] = [
    await cluster.serf("twin"),
    await cluster.serf("witness"),
    await cluster.parley("twin"),
  ];
  await witness.join(theirs.address);
  assertMatch(await ours.failToJoin(theirs.address), /The name "twin" is taken by the peer at 127\./);
  await cluster.allSeeAll([theirs, witness]);
  cluster.assertNoWarnings(REFUSED);
});
