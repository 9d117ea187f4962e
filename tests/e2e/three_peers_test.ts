import { assert, assertEquals, assertMatch } from "@std/assert";
import { PeerTerminal } from "../support/peer_terminal.ts";
import { Place } from "../support/place.ts";
import { Tmux } from "../support/tmux.ts";

const needed = Tmux.needed();

/**
 * How long it may take until a killed peer is declared failed: a round of probes (3 s among four), one probe (1 s), and
 * the longest suspicion of the profile (18 s, when nobody confirms it); and the machine may be busy.
 */
const FAILED_MS = 45_000;

/** A line of chat as it is shown. */
function said(name: string, text: string): RegExp {
  return new RegExp(`^\\d\\d:\\d\\d:\\d\\d ${name}: ${text}$`, "m");
}

/** Waits until everybody's screen shows that `name` said `text`. */
async function allShow(peers: readonly PeerTerminal[], name: string, text: string): Promise<void> {
  await Promise.all(peers.map((peer) => peer.waitFor(said(name, text))));
}

Deno.test(
  "three peers in three terminals chat, and what happens to one of them is seen by the others",
  needed,
  async (t) => {
    await using place = await Place.create();
    await using alice = await PeerTerminal.start("alice", { place });
    await using bob = await PeerTerminal.start("bob", { place });
    await using charly = await PeerTerminal.start("charly", { place });

    await t.step("they find each other", async () => {
      await alice.waitFor(/charly came to #lobby/);
      await bob.waitFor(/charly came to #lobby/);
      assertMatch(await charly.screen(), /^Here with you: (alice, bob|bob, alice)$/m);
    });

    await t.step("a line of each is on every screen, with name and time", async () => {
      const peers = [alice, bob, charly];
      for (const peer of peers) {
        await peer.say(`hello from ${peer.name}`);
        await allShow(peers, peer.name, `hello from ${peer.name}`);
      }
    });

    await t.step("a half-typed line survives what comes in meanwhile", async () => {
      await bob.type("half a li");
      await bob.waitFor(/^bob #lobby> half a li$/m);
      for (let number = 1; number <= 20; number++) await alice.say(`message ${number}`);
      const screen = await bob.waitFor(said("alice", "message 20"));
      assertEquals(screen.split("\n").at(-1), "bob #lobby> half a li");
      assertEquals(screen.split("half a li").length, 2, "it is on the screen once");
      await bob.say("ne");
      await allShow([alice, bob, charly], "bob", "half a line");
    });

    await t.step("a peer that is killed is reported as failed by both others", async () => {
      charly.kill9();
      await Promise.all([alice, bob].map((peer) => peer.waitFor(/charly failed: no answer from 127/, FAILED_MS)));
      await alice.say("only the two of us");
      await allShow([alice, bob], "alice", "only the two of us");
    });

    const before = await place.stateOf("charly");
    await using charlyAgain = await PeerTerminal.start("charly", { place });

    await t.step("started again, it is back in the room, at the same port, in a later life", async () => {
      await charlyAgain.say("I am back");
      await allShow([alice, bob, charlyAgain], "charly", "I am back");
      await bob.say("welcome back");
      await allShow([alice, bob, charlyAgain], "bob", "welcome back");
      const after = await place.stateOf("charly");
      assertEquals(after.port, before.port);
      assert(after.incarnation > before.incarnation, `${after.incarnation} after ${before.incarnation}`);
    });

    await t.step(
      "the peer that serves the registry is killed: the others go on, and a newcomer finds them",
      async () => {
        alice.kill9();
        await charlyAgain.say("who is there?");
        await allShow([bob, charlyAgain], "charly", "who is there\\?");
        await Promise.all([bob, charlyAgain].map((peer) => peer.waitFor(/alice failed/, FAILED_MS)));
        await using dora = await PeerTerminal.start("dora", { place });
        await bob.waitFor("dora came to #lobby", FAILED_MS);
        await dora.say("it was easy to find you");
        await allShow([bob, charlyAgain, dora], "dora", "it was easy to find you");
        assertEquals(await dora.quit(), 0);
      },
    );

    await t.step("a peer that quits has left at once, and nobody suspects it", async () => {
      assertEquals(await bob.quit(), 0);
      await charlyAgain.waitFor("bob left");
      await charlyAgain.say("/memberlist");
      await charlyAgain.waitFor(/^0:.*Name: charly$/m);
      const screen = await charlyAgain.screen();
      assert(!/bob (does not answer|failed)/.test(screen), screen);
      assertEquals(await charlyAgain.quit(), 0);
    });
  },
);
