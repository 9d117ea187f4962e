import { assertEquals, assertMatch } from "@std/assert";
import { PeerTerminal } from "../support/peer_terminal.ts";
import { Place } from "../support/place.ts";
import { Tmux } from "../support/tmux.ts";

const needed = Tmux.needed();

/** Types a command and waits until below it the screen shows `output`. */
async function command(peer: PeerTerminal, line: string, output: RegExp): Promise<string> {
  await peer.say(line);
  const below = (screen: string): string => screen.slice(screen.lastIndexOf(`${line}`));
  return below(await peer.waitFor((screen) => output.test(below(screen))));
}

function startManual(name: string, place: Place, ...flags: string[]): Promise<PeerTerminal> {
  return PeerTerminal.start(name, {
    place,
    args: ["--manual", place.bootstrapFlag, ...flags],
    until: new RegExp(`^${name}>`, "m"),
  });
}

const ARRIVE = ["memberlistcreate", "bootstrapjoin", "memberliststart", "memberlistjoin", "chatjoin"];

Deno.test(
  "two people use the seed's commands on each other, and none disturbs what the other types",
  needed,
  async () => {
    await using place = await Place.create();
    await using alice = await startManual("alice", place, "--probe-interval=2s");
    await using bob = await startManual("bob", place);
    const folder = `${place.env["XDG_STATE_HOME"]}/parley`; // where the task may write
    await Deno.mkdir(folder, { recursive: true });
    const saved = `${folder}/saved.json`;
    await command(alice, `saveconfig ${saved}`, new RegExp(`^Saved to ${RegExp.escape(saved)}$`, "m"));
    await command(bob, `loadconfig ${saved}`, /^Listening on 127\.0\.0\.1:\d+$/m);
    await command(bob, "showconfig probeInterval", /^gossip\.probeInterval {2}2s {2}file \S+$/m);
    await command(alice, "memberlistconfigure", /^Listening on/m);
    for (const step of ARRIVE) {
      await command(alice, step, /\nalice>\s*$/);
      await command(bob, step, /\nbob>\s*$/);
    }
    await bob.waitFor("alice is a member now");
    await bob.type("half a thou");

    await command(alice, "localnode", /^localNode\.Name: alice\nlocalNode\.Address: 127\.0\.0\.1:\d+$/m);
    await command(alice, "memberlisthealthscore", /^Health Score: 0$/m);
    await command(alice, "ping bob", /^bob answered after \d+(\.\d)? ms$/m);
    await command(alice, "chatmemberping bob", /^bob is in #lobby and answered after \d+(\.\d)? ms$/m);
    await command(alice, "play bob", /^bob takes connections at 127\.0\.0\.1:\d+, this one after/m);
    await command(alice, "memberlistupdate", /^The others were told$/m);
    await command(alice, "showmemberlist", /^members\.1\.tags +app=parley/m);
    await command(alice, "bootstrap", /^ {4}"maxpeers": 8,$/m);
    await command(alice, "broadcastadd topic actors and gossip", /^items: map\[topic:actors and gossip\]$/m);
    await command(alice, "msg hello bob", /^\d\d:\d\d:\d\d alice: hello bob$/m);
    await bob.waitFor(/alice: hello bob\nbob> half a thou$/);
    await bob.press("C-u");
    await command(bob, "broadcastlist", /^topic: actors and gossip$/m);
    await bob.type("ping al");
    await bob.press("Tab");
    await bob.waitFor(/^bob> ping alice$/m);
    await bob.press("Enter");
    await bob.waitFor(/^alice answered after \d+(\.\d)? ms$/m);
    await command(bob, "memberlistshutdowntransport", /^The port is closed$/m);
    await command(bob, "ping alice", /^The port is closed: memberlistconfigure comes first and opens it again$/m);
    await command(bob, "memberlistconfigure", /^Listening on/m);
    await command(bob, "ping alice", /^alice answered after/m);
    for (const peer of [alice, bob]) {
      await peer.say("quit");
      assertEquals(await peer.ended(), 0);
    }
  },
);

Deno.test("what was typed in one run is there in the next, also after a kill", needed, async () => {
  await using place = await Place.create();
  {
    await using first = await startManual("alice", place);
    await command(first, "echo from the first run", /^from the first run$/m);
    first.kill9();
    await first.ended();
  }
  await using second = await startManual("alice", place);
  await second.press("Up");
  assertMatch(await second.waitFor("alice> echo from the first run"), /^alice> echo from the first run$/m);
  await second.press("C-c");
  await second.press("C-r");
  await second.type("first");
  await second.waitFor(/^\(history: first\) echo from the first run$/m);
  await second.press("Enter");
  await second.waitFor(/^from the first run$/m);
});
