/** Acceptance check 2 of the seed programs: members of cli-chat and of ours are killed, then the bootstrap service goes. */
import { assert, assertEquals } from "@std/assert";
import { needs } from "../../interop/needed.ts";
import { CliChatProgram } from "../../support/cli_chat_program.ts";
import { CliChatService } from "../../support/cli_chat_service.ts";
import { type Service, SERVICES } from "../../support/cli_chat_services.ts";
import { PeerProcess } from "../../support/peer_process.ts";
import { Place } from "../../support/place.ts";
import { find } from "../../support/wait.ts";

/** How soon who is left says that somebody died: 10 s, and more where several programs share a processor. */
const LEAVE_MS = 10_000 * Math.max(1, (Deno.loadavg()[0] ?? 1) / navigator.hardwareConcurrency);
const WITHIN_MS = 30_000;

const SCRIPT = new URL("../../../scripts/chat.txt", import.meta.url).pathname;

/** The names that a service lists, as its clients read them. */
async function listed(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/list`, { method: "POST" });
  const { Peers } = await answer.json() as { Peers: Record<string, { name: string }> };
  return Object.values(Peers).map(({ name }) => name).toSorted();
}

async function untilListed(url: string, ...names: string[]): Promise<void> {
  let last: readonly string[] = [];
  const look = async () => (last = await listed(url)).join() === names.toSorted().join() || undefined;
  await find(look, WITHIN_MS, () => `${names} listed, but ${last}`);
}

/** Waits until both places are somebody's and none of them is that one's. */
async function untilReplaced(url: string, name: string): Promise<void> {
  let last: readonly string[] = [];
  const look = async () => (last = await listed(url)).length === 2 && !last.includes(name) || undefined;
  await find(look, WITHIN_MS, () => `two listed without ${name}, but ${last}`);
}

/** Waits until a peer of ours lists exactly these in the room. */
async function untilHere(peer: PeerProcess, ...who: string[]): Promise<void> {
  let last: readonly string[] = [];
  const look = async () => {
    const lines = (await peer.ask("/chatmemberlist")).split("\n");
    last = lines.flatMap((line) => /^(.*), since [\d:]+$/.exec(line)?.[1] ?? []).toSorted();
    return last.join() === who.toSorted().join() || undefined;
  };
  await find(look, WITHIN_MS, () => `${who} here, but ${last}`);
}

async function cliChat(name: string, url: string): Promise<CliChatProgram> {
  const program = await CliChatProgram.start(name, url);
  await program.say(`execute ${SCRIPT}`);
  await program.waitFor(/"> msg hello$/m);
  return program;
}

Deno.test(
  "acceptance 2: with either service, whoever is killed is missed within 10 s and taken off the list; without it ours live on",
  needs("go"),
  async () => {
    // Both at once, for most of it is waiting.
    await Promise.all(SERVICES.map(([, startService]) => killOneAfterTheOther(startService)));
  },
);

async function killOneAfterTheOther(startService: (place: Place) => Promise<Service>): Promise<void> {
  await using place = await Place.create();
  await using service = await startService(place);
  const { url } = service;
  await (await fetch(`${url}/config`, { method: "POST", body: "2 2" })).body?.cancel();
  const flags = ["--bootstrap", url, "--compat", "cli-chat"];
  await using olga = await PeerProcess.peer("olga", place, ...flags);
  await using alice = await cliChat("alice", url);
  await using bob = await cliChat("bob", url); // there are two places, so this one
  await using pia = await PeerProcess.peer("pia", place, ...flags); // and these are not on the list
  await using quin = await PeerProcess.peer("quin", place, ...flags);
  // A death is known soon only where several find it out: of three who live, memberlist's rule may take half a minute.
  await using rob = await PeerProcess.peer("rob", place, ...flags);
  await using sue = await PeerProcess.peer("sue", place, ...flags);
  const others = ["rob", "sue"];
  await untilHere(quin, "alice, guest of olga", "bob, guest of olga", "olga", "pia", "quin (you)", ...others);
  await untilListed(url, "olga", alice.node);

  // One of ours is killed: theirs say so, drop it and take it off the list, and so do ours.
  await olga[Symbol.asyncDispose]();
  for (const peer of [alice, bob]) {
    await peer.waitFor(/^.*NotifyLeave: olga 127\.0\.0\.1:\d+\nPing chat member "olga"/m, LEAVE_MS);
    await peer.waitFor('"olga" not reachable and deleted');
    assert(!(await peer.chatMembers()).includes("olga"));
  }
  await pia.waitFor(/^\* olga failed/m, LEAVE_MS);
  await untilReplaced(url, "olga");
  for (const name of ["alice", "bob"]) await pia.waitFor(`${name}@pia came to #lobby`); // another's guests now
  await pia.say("without olga");
  for (const peer of [alice, bob]) await peer.waitFor(/pia> without olga$/m);

  // One of theirs is killed: ours say so, drop it and take it off the list.
  await alice.kill();
  await pia.waitFor(/^\* alice@pia left #lobby$/m, LEAVE_MS);
  await bob.waitFor(`"${alice.node}" not reachable and deleted`);
  await untilHere(pia, "bob, guest of pia", "pia (you)", "quin", ...others);
  await untilReplaced(url, alice.node);

  // The service is gone, and the last of theirs is killed: ours live on.
  await service[Symbol.asyncDispose]();
  await bob.kill();
  await pia.waitFor(/^\* bob@pia left #lobby$/m, LEAVE_MS);
  await untilHere(quin, "pia", "quin (you)", ...others);
  await quin.say("only us");
  await pia.waitFor("quin: only us");
  for (const peer of [pia, quin, rob, sue]) {
    await peer.endInput();
    assertEquals((await peer.ended()).code, 0);
  }
}

Deno.test(
  "acceptance 2: where only ours are left, they mend the list of a service that never does",
  needs("go"),
  async () => {
    await using place = await Place.create();
    await using service = new CliChatService();
    const flags = ["--bootstrap", service.url, "--compat", "cli-chat"];
    await using alice = await cliChat("alice", service.url);
    await using pia = await PeerProcess.peer("pia", place, ...flags);
    await using quin = await PeerProcess.peer("quin", place, ...flags);
    await untilHere(quin, "alice, guest of pia", "pia", "quin (you)");
    await untilListed(service.url, alice.node, "pia");
    await alice.kill();
    await quin.waitFor(/^\* alice@pia left #lobby$/m, LEAVE_MS);
    await untilListed(service.url, "pia", "quin");
    await pia.say("there are two of us");
    await quin.waitFor("pia: there are two of us");
  },
);
