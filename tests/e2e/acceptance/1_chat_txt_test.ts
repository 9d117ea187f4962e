/** Acceptance check 1 of the seed programs: cli-chat's `chat.txt` at one of its members and at one of ours. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { needs } from "../../interop/needed.ts";
import { CliChatProgram } from "../../support/cli_chat_program.ts";
import { SERVICES } from "../../support/cli_chat_services.ts";
import { PeerProcess } from "../../support/peer_process.ts";
import { Place } from "../../support/place.ts";

const SCRIPT = new URL("../../../scripts/chat.txt", import.meta.url).pathname;

for (const [service, startService] of SERVICES) {
  for (const first of ["cli-chat's peer", "our peer"]) {
    Deno.test(
      `acceptance 1: ${first} first, both run chat.txt with ${service}, talk and list each other`,
      needs("go"),
      async () => {
        await using place = await Place.create();
        await using started = await startService(place);
        await using alice = await CliChatProgram.start("alice", started.url);
        const flags = ["--manual", "--bootstrap", started.url, "--compat", "cli-chat"];
        await using bob = PeerProcess.start("peer", { place, args: ["bob", ...flags] });
        const isAliceFirst = first === "cli-chat's peer";
        const runs = [
          async () => {
            await alice.say(`execute ${SCRIPT}`);
            await alice.waitFor(/"> msg hello$/m);
          },
          async () => {
            await bob.say(`execute ${SCRIPT}`);
            await bob.waitFor("> msg hello");
          },
        ];
        for (const run of isAliceFirst ? runs : runs.toReversed()) await run();

        assertMatch(alice.shown, /Received reply from Ping: 200 OK\nReceived reply from Join: 200 OK\n/);
        assert(isAliceFirst || alice.shown.includes("2 host(s) successfully contacted"), alice.shown);
        assertMatch(bob.shown, isAliceFirst ? /^1 host\(s\) successfully contacted$/m : /^Nothing to join/m);
        if (isAliceFirst) await alice.waitFor(/^<\w+ \d+ [\d:.]+ bob> hello$/m);
        else await bob.waitFor(/^[\d:]+ alice@bob: hello$/m);

        await alice.say("msg hi from alice");
        await bob.waitFor(/^[\d:]+ alice@bob: hi from alice$/m);
        await bob.say("msg hi from bob");
        await alice.waitFor(/^<\w+ \d+ [\d:.]+ bob> hi from bob$/m);

        assertEquals(await alice.chatMembers(), ["bob", alice.node].toSorted());
        await bob.say("chatmemberlist");
        await bob.waitFor(/^alice, guest of bob, since [\d:]+\nbob \(you\), since/m);
      },
    );
  }
}
