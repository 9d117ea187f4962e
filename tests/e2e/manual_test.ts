import { assertEquals, assertMatch } from "@std/assert";
import { freePort } from "../support/free_port.ts";
import { PeerProcess } from "../support/peer_process.ts";
import { PeerTerminal } from "../support/peer_terminal.ts";
import { Place } from "../support/place.ts";
import { Tmux } from "../support/tmux.ts";

const needed = Tmux.needed();

/** A peer that does nothing by itself. */
function startManual(name: string, place: Place): Promise<PeerTerminal> {
  return PeerTerminal.start(name, {
    place,
    args: ["--manual", place.bootstrapFlag],
    until: new RegExp(`^${name}>`, "m"),
  });
}

/** Types a command and waits until below it the screen shows `output`. */
async function command(peer: PeerTerminal, line: string, output: RegExp): Promise<void> {
  await peer.say(line);
  await peer.waitFor((screen) => output.test(screen.slice(screen.lastIndexOf(`${peer.name}> ${line}`))));
}

Deno.test(
  "with --manual two people come to chat step by step, see what each step does, and go again",
  needed,
  async () => {
    await using place = await Place.create();
    await using alice = await startManual("alice", place);
    await command(alice, "memberlistconfigure", /^Listening on 127\.0\.0\.1:\d+$/m);
    await command(alice, "memberlistcreate", /^local node name: alice$/m);
    await command(alice, "bootstrapjoin", /^Registered; nobody else is yet$/m);
    await command(alice, "bootstraplist", /^alice at 127\.0\.0\.1:\d+$/m);
    await command(alice, "memberliststart", /^Local member 127\.0\.0\.1:\d+$/m);
    await command(alice, "memberlistjoin", /^Nothing to join: nobody else is registered$/m);
    await command(alice, "chatjoin", /^You are in #lobby$/m);

    await using bob = await startManual("bob", place);
    const port = freePort();
    await command(
      bob,
      `memberlistconfigure BindPort ${port}`,
      new RegExp(`^Listening on 127\\.0\\.0\\.1:${port}$`, "m"),
    );
    await command(bob, "memberlistcreate", /^local node name: bob$/m);
    await command(bob, "bootstrapjoin", /^Registered, beside alice$/m);
    await command(bob, "memberliststart", new RegExp(`^Local member 127\\.0\\.0\\.1:${port}$`, "m"));
    await command(
      bob,
      "memberlistjoin",
      /^1 host\(s\) successfully contacted\nKnown nodes: \[(alice bob|bob alice)\]$/m,
    );
    await command(
      bob,
      "memberlist",
      /^0:\s+Name: \w+\n\s+Address: 127\.0\.0\.1:\d+\n\s+Tags: app=parley .*\n1:\s+Name: \w+\n\s+Address: \S+$/m,
    );
    await alice.waitFor(`bob is a member now, at 127.0.0.1:${port}`);
    await command(bob, "chatjoin", /^You are in #lobby$/m);
    await alice.waitFor("bob came to #lobby");
    await command(alice, "chatmemberlist", /^bob, since \d\d:\d\d:\d\d$/m);
    await command(bob, "msg hello world", /^\d\d:\d\d:\d\d bob: hello world$/m);
    await alice.waitFor(/^\d\d:\d\d:\d\d bob: hello world$/m);

    await command(bob, "chatleave", /^You left #lobby$/m);
    await alice.waitFor("bob left #lobby");
    await command(bob, "bootstrapleave", /^No longer registered$/m);
    await command(alice, "bootstraplist", /^alice at 127\.0\.0\.1:\d+\n(?!bob)/m);
    await command(bob, "memberlistleave", /^You left the membership$/m);
    await alice.waitFor(/^\* bob left$/m);
    await command(bob, "memberlistshutdown", /^The membership is shut down$/m);
    for (const peer of [alice, bob]) {
      await peer.say("quit");
      assertEquals(await peer.ended(), 0);
    }
  },
);

Deno.test("a script does what a person would type, also told of by a relative path", async () => {
  await using place = await Place.create();
  await using alice = await PeerProcess.peer("alice", place);
  await using bob = PeerProcess.start("peer", { place, way: "task", args: ["bob", "--manual", place.bootstrapFlag] });
  await bob.say("execute scripts/chat.txt");
  await alice.waitFor("bob came to #lobby");
  await alice.waitFor(/^\d\d:\d\d:\d\d bob: hello$/m);
  await bob.waitFor(/^\d\d:\d\d:\d\d bob: hello$/m);
  assertMatch(bob.shown, /^1 host\(s\) successfully contacted\nKnown nodes: \[(alice bob|bob alice)\]$/m);
  await bob.endInput();
  assertEquals((await bob.ended()).code, 0);
  await alice.waitFor("bob left");
});

/** Which of the first two is named is no matter: each names the next. */
const FIRST_STEPS =
  /Nothing is configured yet: memberlistconfigure comes first|There is no membership yet: memberlistcreate makes one/;

/** Lines in the wrong order or with nonsense in them, and what is said to each. */
const MISTAKES: readonly [line: string, says: RegExp][] = [
  ["chatjoin", FIRST_STEPS],
  ["msg too early", /You are in no room: chatjoin enters one/],
  ["bootstrapjoin", FIRST_STEPS],
  ["memberlistjoin", FIRST_STEPS],
  ["memberlist", FIRST_STEPS],
  ["memberlistcreate", FIRST_STEPS],
  ["memberlistconfigure BindPort x", /Usage: memberlistconfigure \[BindPort N\]/],
  ["memberlistleave 0", /Usage: memberlistleave/],
  ["memberlistjoin nowhere", /Not an address of the form IP:PORT: "nowhere"/],
  ["sleep -1", /Not a number of seconds/],
  ["sleep 1e309", /Not a number of seconds/],
  ["mesg hello", /Unknown command "mesg"/],
  ["execute missing.txt", /Cannot execute missing\.txt: there is no such file/],
  ["execute tests", /Cannot execute tests: it is not a file/],
];

Deno.test("steps in the wrong order and mistyped ones are explained, and change nothing", async () => {
  await using place = await Place.create();
  await using peer = PeerProcess.start("peer", {
    place,
    way: "task",
    args: ["alice", "--manual", place.bootstrapFlag],
  });
  let complaints = "";
  for (const [line, says] of MISTAKES) {
    await peer.say(line);
    // Exactly one more line, and it is about this one.
    const soFar = RegExp.escape(complaints);
    await peer.waitForComplaint(new RegExp(`^${soFar}parley: [^\\n]*(${says.source})[^\\n]*\n$`));
    complaints = peer.complaints;
  }
  assertEquals(peer.shown, "", "what goes wrong is no data");
  await peer.say("memberlistconfigure\nmemberlistcreate\nmemberlist");
  await peer.waitFor(/Name: alice$/m);
  await peer.endInput();
  assertEquals((await peer.ended()).code, 1);
});

Deno.test("a script that fails says in which line, and does not go on", async () => {
  await using place = await Place.create();
  const script = await place.file("wrong.txt", "\uFEFF# a comment\r\necho one\r\nmsg hello\r\necho two\r\n");
  const itself = await place.file("itself.txt", "");
  await Deno.writeTextFile(itself, `execute ${itself}\n`);
  await using peer = PeerProcess.start("peer", { place, args: ["alice", "--manual", place.bootstrapFlag] });
  await peer.say(`execute ${script}\nexecute ${itself}\necho all is well`);
  await peer.endInput();
  const { code, stdout, stderr } = await peer.ended();
  assertEquals(code, 1);
  assertMatch(stdout, /^one\n> msg hello\n> execute /m);
  assertEquals(stdout.includes("two"), false, stdout);
  assertMatch(stderr, /^parley: [^\n]*wrong\.txt:3: You are in no room[^\n]*\nparley: [^\n]+\n$/);
  assertMatch(stderr, /Scripts call each other too deep/);
  assertMatch(stdout, /^all is well$/m);
});
