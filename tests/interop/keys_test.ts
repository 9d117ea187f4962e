/** Who has the key is one cluster, whoever wrote it; who has another one, or none, stays out, whoever asks whom. */
import { assertEquals, assertRejects } from "@std/assert";
import { parseKey } from "../../transport/wire/key.ts";
import { GoPeer } from "../support/go_peer.ts";
import { Cluster, type Member, statesOf } from "./cluster.ts";
import { needs } from "./needed.ts";
import { ParleyMember } from "./parley_member.ts";
import { PoolPeer } from "./pool_peer.ts";

/** Of 32, 16 and 24 bytes. */
const KEY = "a2V5IG9mIHRoZSBjbHVzdGVyLCAzMiBieXRlcyBvZmY=";
const OTHERS: readonly string[] = ["c2l4dGVlbiBieXRlcyAhIQ==", "dHdlbnR5LWZvdXIgYnl0ZXMgb2Yga2V5"];

Deno.test("with a key, peers of ours, Go's and Serf's agents are one cluster", needs("go", "serf"), async () => {
  await using cluster = await Cluster.create();
  const ours = await cluster.parley("ours", [KEY]);
  const theirs = await cluster.go("theirs", [KEY]);
  const agent = await cluster.serf("agent", KEY);
  const newcomer = await cluster.parley("ours-2", [KEY]);
  await ours.join(theirs.address);
  await agent.join(ours.address);
  await newcomer.join(agent.address);
  await cluster.allSeeAll();
  await cluster.allTablesSay(statesOf(cluster.members, "alive"), theirs, cluster.members);
  cluster.assertNoWarnings();
});

for (const key of OTHERS) {
  Deno.test(`with a key of ${atob(key).length} bytes, ours and Go's are one cluster`, needs("go"), async () => {
    await using cluster = await Cluster.create();
    const [ours, theirs] = [await cluster.parley("ours", [key]), await cluster.go("theirs", [key])];
    await ours.join(theirs.address);
    await cluster.allSeeAll();
    cluster.assertNoWarnings();
  });
}

Deno.test("who has another key, or none, stays out on both sides", needs("go"), async () => {
  await using cluster = await Cluster.create();
  const [ours, theirs] = [await cluster.parley("ours", [KEY]), await cluster.go("theirs", [KEY])];
  await ours.join(theirs.address);
  const inside = [ours, theirs];
  for (const [kind, keys] of [["wrong", OTHERS.slice(0, 1)], ["no", []]] as const) {
    const [ourStranger, theirStranger] = [
      await cluster.parley(`ours-with-${kind}-key`, keys),
      await cluster.go(`theirs-with-${kind}-key`, keys),
    ];
    for (const { address } of inside) {
      await ourStranger.failToJoin(address);
      await assertRejects(() => theirStranger.join(address), Error, "could not join");
    }
    for (const stranger of [ourStranger, theirStranger]) {
      assertEquals([...(await stranger.listed()).keys()], [stranger.name]);
    }
  }
  await cluster.allSeeAll(inside);
  cluster.assertNoWarnings(
    /^theirs: .*failed to receive: (No installed keys could decrypt|Encryption is configured but remote state is not)/,
    /^ours-with-(wrong|no)-key: parley: The peer at \S+ uses (other keys|a key)/,
  );
});

Deno.test("a key is exchanged while the cluster runs, ours and Go's, and nobody is lost", needs("go"), async (t) => {
  await using cluster = await Cluster.create();
  const app = await cluster.pool("app", { userMessages: true, members: true, pings: true }, [KEY]);
  const ours = [await cluster.parley("ours-1", [KEY]), await cluster.parley("ours-2", [KEY])];
  const gos = [await cluster.go("theirs-1", [KEY]), await cluster.go("theirs-2", [KEY])];
  for (const member of [...ours, ...gos]) await member.join(app.address);
  await cluster.allSeeAll();
  const newKeyFile = await cluster.keyFile("new.keys", [NEW_KEY]);

  let said = 0;
  /** What either side says reaches the other, in packets and over streams, and everybody's probes are answered. */
  const allTalk = async (): Promise<void> => {
    const words = `words ${++said}`;
    const pings = gos.map(({ pings }) => pings.length);
    const ourPings = app.pool.told("ping_completed").length;
    for (const go of gos) {
      for (const reliable of [true, false]) {
        await app.pool.send(go.address, new TextEncoder().encode(`${words} ${reliable}`), reliable);
      }
      await go.send("reliable", "app", `${words} of ${go.name}`);
      await go.send("best_effort", "app", `${words} of ${go.name}`);
      const heard = (text: string) => app.messages.includes(`${text}: ${words} of ${go.name}`);
      await cluster.eventually("ours hears Go's", () => heard("stream") && heard("packet"));
      const hears = (reliable: boolean) => go.messages.includes(`${words} ${reliable}`);
      await cluster.eventually("Go's hears ours", () => hears(true) && hears(false));
    }
    await cluster.eventually("ours answer Go's probes", () => gos.every((go, i) => go.pings.length > pings[i]! + 4));
    await cluster.eventually("Go's answer our probes", () => app.pool.told("ping_completed").length > ourPings + 4);
    await cluster.allSeeAll();
    assertNobodyIsLost(cluster.members);
  };

  /** Every member does it, those of one kind between those of the other, and half way all can still talk. */
  const everywhere = async (how: "install" | "use" | "remove", key: string): Promise<void> => {
    for (const [at, member] of [gos[0]!, ours[0]!, app, gos[1]!, ours[1]!].entries()) {
      if (member instanceof GoPeer) await member.changeKeys(how, key);
      else if (member instanceof PoolPeer) changeKeys(member, how, key);
      else await member.command(`key${how} ${how === "install" ? newKeyFile : 2}`);
      if (at === 2) await allTalk();
    }
    await allTalk();
  };

  await t.step("the new one is installed everywhere", () => everywhere("install", NEW_KEY));
  await t.step("the new one is used everywhere", () => everywhere("use", NEW_KEY));
  await t.step("the old one is removed everywhere", () => everywhere("remove", KEY));

  await t.step("who has only the old one stays out, who has the new one gets in", async () => {
    for (const go of gos) assertEquals(await go.keys(), [NEW_KEY]);
    for (const peer of ours) assertEquals((await peer.command("keylist")).match(/^\d+ /mg)?.length, 1);
    const inside = [...cluster.members];
    const late = await cluster.go("late", [KEY]);
    for (const { address } of inside) await assertRejects(() => late.join(address), Error, "could not join");
    const newcomer = await cluster.parley("newcomer", [NEW_KEY]);
    await newcomer.join(gos[0]!.address);
    await cluster.allSeeAll([...inside, newcomer]);
    assertNobodyIsLost(inside);
  });
  cluster.assertNoWarnings(/^theirs-[12]: .*failed to receive: No installed keys could decrypt/);
});

const NEW_KEY = "YW5vdGhlciBrZXkgb2YgMzIgYnl0ZXMsIGZvciBhbGw=";

/** Nobody ever thought that somebody had gone. */
function assertNobodyIsLost(members: readonly Member[]): void {
  for (const member of members) {
    if (member instanceof GoPeer) assertEquals(member.events.filter(({ event }) => event === "leave"), []);
    else if (member instanceof ParleyMember) assertEquals(member.log.match(/^\* \S+ (failed|left).*$/mg), null);
    else if (member instanceof PoolPeer) {
      const events = member.pool.told("member").map(({ event }) => event);
      assertEquals(events.filter(({ type }) => type === "failed" || type === "left"), []);
    }
  }
}

function changeKeys({ pool: { guard } }: PoolPeer, how: "install" | "use" | "remove", text: string): void {
  const parsed = parseKey(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  const change = guard.protection.keyring[how](parsed.key);
  if (!change.ok) throw new Error(change.problem);
  guard.changeKeys(change.keyring);
}
