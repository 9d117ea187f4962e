import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PeerProcess } from "../support/peer_process.ts";
import { Place, type Way } from "../support/place.ts";
import { programBelow } from "../support/processes.ts";
import { Tmux } from "../support/tmux.ts";

const needed = Tmux.needed();
const WAYS: readonly Way[] = ["task", "run"];

/** What a person is told when something went wrong: one line, and where it comes from. */
const ONE_LINE = /^parley: [^\n]+\n$/;

for (const way of WAYS) {
  Deno.test(`deno ${way}: lines piped in are all done, then the peer ends with 0`, async () => {
    await using place = await Place.create();
    await using peer = PeerProcess.start("peer", { place, way, args: ["alice", place.bootstrapFlag] });
    await peer.say("hello\n/tree");
    await peer.say("last line");
    await peer.endInput();
    const { code, stdout, stderr } = await peer.ended();
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^\d\d:\d\d:\d\d alice: hello$/m);
    assertMatch(stdout, /^├── transport +running/m);
    assertMatch(stdout, /^\d\d:\d\d:\d\d alice: last line$/m);
    assert(!stdout.includes("\x1b"), "no escape codes in a pipe");
  });

  for (const [signal, expected] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
    Deno.test(`deno ${way}: ${signal} makes a peer say goodbye and end with ${expected}`, async () => {
      await using place = await Place.create();
      await using alice = await PeerProcess.peer("alice", place);
      await using bob = PeerProcess.start("peer", { place, way, args: ["bob", place.bootstrapFlag] });
      await alice.waitFor("bob came to #lobby");
      await bob.waitFor("You are in #lobby");
      bob.signal(signal);
      const { code, stderr } = await bob.ended();
      assertEquals([code, stderr], [expected, ""]);
      await alice.waitFor("bob left");
      assert(!/bob (failed|does not answer)/.test(alice.shown), alice.shown);
    });
  }
}

Deno.test("a name that is taken is refused with 4, and who has it goes on undisturbed", async () => {
  await using place = await Place.create();
  await using alice = await PeerProcess.peer("alice", place);
  await using bob = await PeerProcess.peer("bob", place);
  const second = await Place.create(); // another user's folders
  await using another = PeerProcess.start("peer", { place: second, args: ["alice", place.bootstrapFlag] });
  const { code, stdout, stderr } = await another.ended();
  await second[Symbol.asyncDispose]();
  assertEquals(code, 4);
  assertMatch(stderr, ONE_LINE);
  assertStringIncludes(stderr, "alice");
  assert(!stdout.includes("You are in #"), stdout);
  await alice.say("still here");
  await bob.waitFor("alice: still here");
  await bob.say("/memberlist");
  await bob.waitFor(/Name: alice/);
  assert(!/alice (left|failed|does not answer)/.test(bob.shown), bob.shown);
});

Deno.test("a port that somebody else holds ends the peer with 3 and one line that names it", async () => {
  await using place = await Place.create();
  using holder = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${holder.addr.port}`;
  await using peer = PeerProcess.start("peer", { place, args: ["alice", place.bootstrapFlag, "--bind", address] });
  const { code, stderr } = await peer.ended();
  assertEquals(code, 3);
  assertMatch(stderr, ONE_LINE);
  assertStringIncludes(stderr, address);
});

Deno.test("a malformed name ends with 2 before anything is opened", async () => {
  await using place = await Place.create();
  await using peer = PeerProcess.start("peer", { place, way: "task", args: ["../alice"] });
  const { code, stdout, stderr } = await peer.ended();
  assertEquals([code, stdout], [2, ""]);
  assertMatch(stderr, ONE_LINE);
});

Deno.test("when nobody reads its output any more, a peer leaves quietly", async () => {
  await using place = await Place.create();
  await using alice = await PeerProcess.peer("alice", place);
  await using bob = await PeerProcess.peer("bob", place);
  await alice.waitFor("bob came to #lobby"); // what is said before that may not be meant for bob
  await bob.stopReading();
  await alice.say("does anybody read this?");
  const { code, stderr } = await bob.ended();
  assertEquals([code, stderr], [0, ""]);
  await alice.waitFor("bob left");
});

/** A shell in a terminal. */
async function openShell(place: Place): Promise<Tmux> {
  const variables = Object.entries({ ...place.env, TERM: "screen-256color", PS1: "shell:" });
  const shell = ["env", "-i", ...variables.map(([key, value]) => `${key}=${value}`), "bash", "--norc", "--noprofile"];
  const tmux = await Tmux.open({ command: shell, columns: 120, rows: 50 });
  await tmux.waitFor("shell:");
  return tmux;
}

/** A shell with a peer running in it. */
async function shellWithPeer(place: Place): Promise<Tmux> {
  const shell = await openShell(place);
  await shell.sendText(inShell(place.commandLine("task", "peer", ["alice", place.bootstrapFlag])));
  await shell.sendKey("Enter");
  await shell.waitFor("alice #lobby>", 30_000);
  return shell;
}

function inShell(line: readonly string[]): string {
  return line.map((word) => `'${word}'`).join(" ");
}

/** Waits for the shell's prompt and asks how the peer ended and how the terminal is set. */
async function afterwards(shell: Tmux): Promise<string> {
  await shell.waitFor(/^shell:$/m);
  await shell.sendText('echo "code $?"; stty -a; echo "done"');
  await shell.sendKey("Enter");
  return await shell.waitFor(/^done$/m);
}

const ENDINGS: readonly [what: string, code: number, end: (shell: Tmux, peerPid: number) => Promise<void>][] = [
  ["/quit", 0, async (shell) => {
    await shell.sendText("/quit");
    await shell.sendKey("Enter");
  }],
  ["Ctrl-D", 0, (shell) => shell.sendKey("C-d")],
  ["Ctrl-C twice", 0, (shell) => shell.sendKey("C-c", "C-c")],
  ["SIGTERM", 143, (_shell, peerPid) => Promise.resolve(Deno.kill(peerPid, "SIGTERM"))],
  ["SIGINT", 130, (_shell, peerPid) => Promise.resolve(Deno.kill(peerPid, "SIGINT"))],
];

for (const [what, code, end] of ENDINGS) {
  Deno.test(`after ${what} the terminal is as it was, and the exit code is ${code}`, needed, async () => {
    await using place = await Place.create();
    await using shell = await shellWithPeer(place);
    await shell.sendText("half a line");
    await shell.waitFor("alice #lobby> half a line");
    await shell.sendKey("C-u");
    await end(shell, await programBelow(await shell.pid()));
    const screen = await afterwards(shell);
    assertStringIncludes(screen, `code ${code}\n`);
    assertMatch(screen, / icanon/);
    assertMatch(screen, / echo /);
  });
}

/** Where input that is no terminal comes from, so that Ctrl-C is a signal: to task runner and peer at once. */
const INPUTS: readonly [what: string, redirect: (line: string) => string, codes: RegExp][] = [
  ["that stays open", (line) => `mkfifo "$XDG_STATE_HOME.pipe" && ${line} <> "$XDG_STATE_HOME.pipe"`, /^code 130$/m],
  // The other end of the pipeline dies of it as well: whether the signal or the end of input comes first is a race.
  ["from a pipeline", (line) => `tail -f /dev/null | ${line}`, /^code (0|130)$/m],
];

for (const [what, redirect, codes] of INPUTS) {
  Deno.test(`Ctrl-C with input ${what} reaches task runner and peer at once, and is one goodbye`, needed, async () => {
    await using place = await Place.create();
    await using bob = await PeerProcess.peer("bob", place);
    await using shell = await openShell(place);
    await shell.sendText(redirect(inShell(place.commandLine("task", "peer", ["alice", place.bootstrapFlag]))));
    await shell.sendKey("Enter");
    await shell.waitFor("You are in #lobby", 30_000);
    await shell.sendKey("C-c");
    await shell.waitFor(/^(\^C)?shell:$/m);
    await shell.sendText('echo "code ${PIPESTATUS[-1]}"');
    await shell.sendKey("Enter");
    await shell.waitFor(codes);
    await bob.waitFor("alice left");
    assert(!/alice (failed|does not answer)/.test(bob.shown), bob.shown);
  });
}

Deno.test("random bytes at a peer's port change nothing, and are counted", async () => {
  await using place = await Place.create();
  await using alice = await PeerProcess.peer("alice", place);
  await using bob = await PeerProcess.peer("bob", place);
  const [, port] = (await alice.waitFor(/You are alice, at 127\.0\.0\.1:(\d+)/))!;
  await throwBytesAt(Number(port));
  for (const [peer, other] of [[alice, bob], [bob, alice]] as const) {
    await peer.say("still there?");
    await other.waitFor(/: still there\?/);
  }
  await alice.say("/counters");
  await alice.waitFor(/^ +[1-9]\d* {2}(transport|pool): /m);
  for (const peer of [alice, bob]) assert(!/failed|suspected/.test(peer.shown), peer.shown);
});

/** A few hundred datagrams and connections of noise: empty, short, long, and beginning like something of ours. */
async function throwBytesAt(port: number): Promise<void> {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  try {
    for (let number = 0; number < 400; number++) {
      await socket.send(noise(number), { transport: "udp", hostname: "127.0.0.1", port });
      if (number % 50 === 49) await connections(port, 50, number);
    }
  } finally {
    socket.close();
  }
}

/** So many connections at once, each of which writes noise. */
async function connections(port: number, count: number, seed: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, async (_, number) => {
    try {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port });
      await connection.write(noise(seed + number));
    } catch {
      // Refusing or resetting them is the peer's right.
    }
  }));
}

/** Bytes that differ from one number to the next, by their length and by what they begin with. */
function noise(number: number): Uint8Array {
  const bytes = crypto.getRandomValues(new Uint8Array([0, 1, 2, 7, 64, 1_400, 9_000][number % 7]!));
  if (number % 2 === 0 && bytes.length > 0) bytes[0] = number % 256;
  return bytes;
}
