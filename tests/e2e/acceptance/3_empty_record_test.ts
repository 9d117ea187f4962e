/** Acceptance check 3 of the seed programs: the empty record that cli-chat's members announce while they do not chat. */
import { assert, assertEquals } from "@std/assert";
import { needs } from "../../interop/needed.ts";
import { CliChatProgram } from "../../support/cli_chat_program.ts";
import { CliChatService } from "../../support/cli_chat_service.ts";
import { PeerProcess } from "../../support/peer_process.ts";
import { Place } from "../../support/place.ts";
import { find } from "../../support/wait.ts";

const WITHIN_MS = 30_000;
/** How long gossip may take among four. */
const GOSSIP_MS = 3_000;

const STEPS = ["memberlistconfigure", "memberlistcreate", "bootstrapjoin", "memberliststart"];

/** One that is a member of the membership; in the chat it is after `chatjoin`. */
async function member(name: string, service: CliChatService): Promise<CliChatProgram> {
  const program = await CliChatProgram.start(name, service.url);
  await program.say(...STEPS, "memberlistjoin");
  await program.waitFor("Known nodes:");
  return program;
}

async function lists(program: CliChatProgram, ...keys: string[]): Promise<void> {
  let last: readonly string[] = [];
  const look = async () => (last = await program.chatMembers()).join() === keys.toSorted().join() || undefined;
  await find(look, WITHIN_MS, () => `${program.name} lists ${keys}, but ${last}`);
}

/** Whether one of these has the empty record, or comes to have it within a few ticks of gossip. */
async function keepsEmptyRecord(...programs: readonly CliChatProgram[]): Promise<boolean> {
  const look = async () =>
    (await Promise.all(programs.map((program) => program.chatMembers()))).flat().includes("") || undefined;
  return await find(look, GOSSIP_MS, () => "").catch(() => false);
}

Deno.test(
  "acceptance 3: beside three of cli-chat's, ours never emits nor keeps nor hands on the empty record",
  needs("go"),
  async (t) => {
    await using place = await Place.create();
    await using service = new CliChatService();
    await using alice = await member("alice", service);
    await using olga = PeerProcess.start("peer", {
      place,
      args: ["olga", "--manual", "--bootstrap", service.url, "--compat", "cli-chat"],
    });
    await olga.say([...STEPS, "memberlistjoin"].join("\n"));
    await olga.waitFor("Known nodes:");
    await alice.waitFor("NotifyJoin: olga");

    await t.step("while ours does not chat, it hears others come and announces nothing", async () => {
      await alice.say("chatjoin");
      await lists(alice, alice.node);
      await alice.ask("sleep 1"); // ten ticks of gossip, in which ours hears of it and could say something
      await olga.say("chatmemberlist");
      await olga.waitForComplaint("You are in no room");
      await olga.say("chatjoin");
      await lists(alice, alice.node, "olga");
      assert(!(await alice.ask("heard")).includes('"{}"'), alice.shown);
    });

    await using _charly = await member("charly", service); // who never chats
    await using bob = await member("bob", service);
    await using later = new AsyncDisposableStack();

    await t.step("one of theirs that does not chat announces it when others come, and theirs keep it", async () => {
      await bob.say("chatjoin");
      await find(async () => (await bob.chatMembers()).includes("olga") || undefined, WITHIN_MS, () => bob.shown);
      // Gossip may miss somebody: then the next who comes has it announced.
      for (let more = 0; more < 5 && !await keepsEmptyRecord(alice, bob); more++) {
        const another = later.use(await member(`dora${more}`, service));
        await another.say("chatjoin");
        await find(
          async () => (await alice.chatMembers()).includes(another.node) || undefined,
          WITHIN_MS,
          () => "dora",
        );
      }
      assert(await keepsEmptyRecord(alice, bob), bob.shown);
    });

    await t.step("ours shows nobody who is nobody, and everybody hears it", async () => {
      await olga.say("chatmemberlist");
      await olga.waitFor(/^alice, guest of olga, since [\d:]+\nbob, guest of olga, since [\d:]+\n/m);
      await olga.say("msg hello all");
      for (const peer of [alice, bob]) await peer.waitFor(/olga> hello all$/m);
    });

    await t.step("who joins by ours alone is told of everybody but of nobody", async () => {
      await using newcomer = await CliChatProgram.start("newcomer", service.url);
      await newcomer.say(...STEPS);
      const [, address] = (await olga.waitFor(/^Local member (\S+)$/m))!;
      await newcomer.say(`memberlistjoin ${address}`);
      await newcomer.waitFor("Known nodes:");
      const told = await newcomer.chatMembers();
      assertEquals(told.filter((name) => !name.includes("-dora")), [alice.node, bob.node, "olga"].toSorted());
    });
  },
);
