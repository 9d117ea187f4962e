/** What a peer makes of a terminal, an input or an output that is not as it should be. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";
import { Tmux } from "../support/tmux.ts";

/** How a command ended that a shell started with this behind it, as `> FILE`; there is a named pipe that nobody has open. */
async function inShell(place: Place, redirected: string, line: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", `mkfifo -m 600 "$XDG_STATE_HOME.pipe" 2> /dev/null; "$@" ${redirected}`, "bash", ...line],
    clearEnv: true,
    env: place.env,
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

const FULL = "parley: cannot write the output: No space left on device (os error 28)\n";

const REDIRECTIONS: readonly [what: string, redirected: string, code: number, stderr: string][] = [
  ["input that was closed", "<&-", 0, ""],
  ["output that was closed", ">&-", 0, ""],
  ["output that nobody reads", "> >(true)", 0, ""],
  ["input, output and errors that were closed", "<&- >&- 2>&-", 0, ""],
  ["a full disk for output", "> /dev/full", 1, FULL],
  ["a full disk for output, with input that stays open", '> /dev/full <> "$XDG_STATE_HOME.pipe"', 1, FULL],
  ["a full disk for output and errors", "> /dev/full 2>&1", 1, ""],
  ["a full disk for errors", "2> /dev/full", 0, ""],
  ["a folder for input", "< /", 1, "parley: cannot read the input: Is a directory (os error 21)\n"],
];

for (const [what, redirected, code, complaint] of REDIRECTIONS) {
  Deno.test(`faults row 65: a peer with ${what} ends with ${code} and no exception`, async () => {
    await using place = await Place.create();
    const line = place.commandLine("run", "peer", ["alice", place.bootstrapFlag]);
    const { code: ended, stderr } = await inShell(place, redirected, line);
    assertEquals([ended, stderr], [code, complaint]);
  });
}

Deno.test("faults row 65: what a command shows and cannot write ends it with 1, in one line; what it complains does not", async () => {
  await using place = await Place.create();
  const help = place.commandLine("run", "peer", ["--help"]);
  assertEquals(await inShell(place, "> /dev/full", help), { code: 1, stdout: "", stderr: FULL });
  assertEquals((await inShell(place, "| true; exit ${PIPESTATUS[0]}", help)).code, 0, "a reader that went away");
  const wrong = place.commandLine("run", "peer", ["--nothing"]);
  assertEquals((await inShell(place, "2> /dev/full", wrong)).code, 2);
});

Deno.test(
  "faults row 65: a terminal of 1×1, and back: the half-typed line is there, and no exception was",
  Tmux.needed(),
  async () => {
    await using place = await Place.create();
    await using bob = await PeerProcess.peer("bob", place);
    const command = place.commandLine("run", "peer", ["alice", place.bootstrapFlag]);
    await using shell = await Tmux.open({
      command: [
        "env",
        "-i",
        ...Object.entries({ ...place.env, TERM: "screen-256color" }).map((pair) => pair.join("=")),
        ...command,
      ],
      columns: 80,
      rows: 20,
    });
    await shell.waitFor("alice #lobby>", 30_000);
    await shell.sendText("half a 漢字 line");
    await shell.resize(1, 1);
    await bob.say("do you see this?");
    await bob.waitFor("bob: do you see this?");
    await shell.sendText("!");
    await shell.resize(80, 20);
    const screen = await shell.waitFor("alice #lobby> half a 漢字 line!");
    assert(!/error|Uncaught/i.test(screen), screen);
    await shell.sendKey("Enter");
    await bob.waitFor("alice: half a 漢字 line!");
    assertMatch(screen, /alice #lobby>/);
  },
);
