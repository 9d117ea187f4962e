/** Ten members, half of them programs that we did not write; then some of them do not stay well. */
import type { GoPeer } from "../support/go_peer.ts";
import { Cluster, failedWithinMs, type Member, type Program, statesOf } from "./cluster.ts";
import { needs } from "./needed.ts";

/** Shorter than the shortest suspicion (4 s) and longer than a probe (1 s): it may be suspected, and can object. */
const PAUSE_MS = 2_000;

/** What is logged of members that are suspected or gone, by them and by others. */
const EXPECTED = [
  /\[WARN\] memberlist: Refuting a (suspect|dead) message/,
  /\[ERR\] memberlist: Failed fallback ping: /,
  /\[WARN\] memberlist: Was able to connect to \S+ but other probes failed/,
  /\[ERR\] memberlist: Failed to send ack: write tcp /, // it was asked while paused, and who asked did not wait
  /\[ERR\] memberlist: Push\/Pull with \S+ failed: /,
];

Deno.test("five of ours and five of theirs are one cluster", needs("go", "serf"), async (t) => {
  await using cluster = await Cluster.create();
  const ours = await Promise.all(["p1", "p2", "p3", "p4", "p5"].map((name) => cluster.parley(name)));
  const gos = await Promise.all(["g1", "g2", "g3"].map((name) => cluster.go(name)));
  const serfs = await Promise.all(["s1", "s2"].map((name) => cluster.serf(name)));
  const all = cluster.members;
  const reader = gos[0]!;

  await t.step("all see all, and all tables agree", async () => {
    // Each joins one of another kind, so that what everybody knows has passed through all of them.
    const [p1, p2, p3, p4, p5] = ours;
    const [g1, g2, g3] = gos;
    const [s1, s2] = serfs;
    const joins: [Member, Member][] = [
      [g1!, p1!],
      [s1!, g1!],
      [p2!, s1!],
      [g2!, p2!],
      [p3!, g2!],
      [s2!, p3!],
      [p4!, s2!],
      [g3!, p4!],
      [p5!, g3!],
    ];
    for (const [newcomer, contact] of joins) await newcomer.join(contact.address);
    await cluster.allSeeAll();
    await cluster.allTablesSay(statesOf(all, "alive"), reader, all);
  });

  await t.step("one of each kind is paused for 2 s: whatever was thought of it, it is alive in the end", async () => {
    for (const member of [ours[4]!, gos[2]!, serfs[1]!]) await pause(member);
    await cluster.allSeeAll();
    await cluster.allTablesSay(statesOf(all, "alive"), reader, all);
    // A second time: that no suspicion of before was still under way to somebody.
    await cluster.allTablesSay(statesOf(all, "alive"), reader, all);
  });

  await t.step("one of each kind is killed: all others find that out in time", async () => {
    const killed: readonly Program[] = [ours[4]!, gos[2]!, serfs[1]!];
    const rest = all.filter((member) => !killed.some(({ name }) => name === member.name));
    for (const member of killed) member.signal("SIGKILL");
    await cluster.allSeeAll(rest, failedWithinMs(all.length, killed.length));
    await cluster.eventually(
      "ours show them as failed, not as left",
      () => everyOneShowsFailed(ours.slice(0, 4), killed),
    );
    await cluster.eventually("Go is told of each", () => everyGoIsTold(gos.slice(0, 2), killed));
    const serf = serfs[0]!;
    await cluster.eventually("Serf lists them as failed", async () => {
      const members = await serf.members();
      return killed.every(({ name }) => members.some((member) => member.name === name && member.status === "failed"));
    });
    await cluster.allTablesSay(new Map([...statesOf(rest, "alive"), ...statesOf(killed, "dead")]), reader, rest);
  });

  cluster.assertNoWarnings(...EXPECTED);
});

async function pause(member: Program): Promise<void> {
  member.signal("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS)); // what is tested is this time, nothing is waited for
  member.signal("SIGCONT");
}

function everyOneShowsFailed(ours: readonly { hasShown(line: RegExp): boolean }[], killed: readonly Member[]): boolean {
  return ours.every((peer) => killed.every(({ name }) => peer.hasShown(new RegExp(`^\\* ${name} failed: no answer`))));
}

function everyGoIsTold(gos: readonly GoPeer[], killed: readonly Member[]): boolean {
  return gos.every(({ events }) =>
    killed.every(({ name }) => events.some(({ event, node }) => event === "leave" && node?.name === name))
  );
}
