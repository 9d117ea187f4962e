import { assertEquals } from "@std/assert";
import { parseScript, SCRIPT_DEPTH_MAX, SCRIPT_LINES_MAX } from "../../../actors/repl/script.ts";
import { World } from "../../../sim/world.ts";
import { type Files, Seat } from "../../support/seat.ts";

function seated(files: Files, interactive = false): { world: World; seat: Seat } {
  const world = new World({ seed: 1 });
  return { world, seat: new Seat(world, "alice", { manual: true, files, interactive }) };
}

Deno.test("parseScript() leaves out blank lines and comments and keeps the numbers of the others", () => {
  assertEquals(parseScript("# one\n\n  echo a  \n\t# two\necho b # c"), [
    { number: 3, text: "echo a" },
    { number: 5, text: "echo b # c" },
  ]);
  assertEquals(parseScript(""), []);
});

for (const [name, end] of [["LF", "\n"], ["CRLF", "\r\n"], ["CR", "\r"]]) {
  Deno.test(`parseScript() takes lines that end with ${name}, and a byte order mark before them`, () => {
    assertEquals(parseScript(`\uFEFFecho a${end}echo b${end}`), [
      { number: 1, text: "echo a" },
      { number: 2, text: "echo b" },
    ]);
  });
}

Deno.test("parseScript() refuses what is not a text and what is too long", () => {
  assertEquals(parseScript("\x7fELF\0\0"), { why: "it is not a text" });
  assertEquals(parseScript("\n".repeat(SCRIPT_LINES_MAX)), { why: `it has more than ${SCRIPT_LINES_MAX} lines` });
});

Deno.test("execute shows each line and runs it as a command, whatever mode the person is in", async () => {
  const world = new World({ seed: 2 });
  const seat = new Seat(world, "alice", { files: { "a.txt": "# hello\n\necho one\n/echo two\n" } });
  await world.clock.until(() => seat.peer.said.length === 0 && seat.peer.steps.rooms.length > 0, 5_000, "in the room");
  await seat.enter("");
  assertEquals(await seat.enter("/execute a.txt"), ["> echo one", "one", "> /echo two", "two"]);
  assertEquals(seat.peer.said, []);
});

const FAILING: readonly Readonly<{ title: string; script: string; last: string; shown: number }>[] = [
  {
    title: "an unknown command",
    script: "echo a\n\nechho b\necho c",
    last: 'bad.txt:3: Unknown command "echho": did you mean echo?',
    shown: 4,
  },
  { title: "wrong arguments", script: "sleep 1 2", last: "bad.txt:1: usage: sleep [SECONDS]", shown: 2 },
  { title: "arguments where none belong", script: "memberlist 0", last: "bad.txt:1: usage: memberlist", shown: 2 },
  {
    title: "a step that is missing",
    script: "memberlistcreate\necho c",
    last: "bad.txt:1: Nothing is configured yet: memberlistconfigure comes first",
    shown: 2,
  },
  {
    title: "a script in it that is not there",
    script: "execute other.txt\necho c",
    last: "bad.txt:1: Cannot execute other.txt: there is no such file",
    shown: 2,
  },
  {
    title: "a line in the name of a control character",
    script: "\x1b[2J",
    last: 'bad.txt:1: Unknown command "<U+001B>[2J": help lists all commands',
    shown: 2,
  },
];

for (const { title, script, last, shown } of FAILING) {
  Deno.test(`a script stops at ${title} and names file and line`, async () => {
    const { seat } = seated({ "bad.txt": script });
    const lines = await seat.enter("execute bad.txt");
    assertEquals(lines.at(-1), last);
    assertEquals(lines.length, shown, lines.join("\n"));
    assertEquals(await seat.enter("echo still here"), ["still here"]);
  });
}

Deno.test("a script that executes itself ends at the limit, and another can run after it", async () => {
  const { seat } = seated({ "loop.txt": "execute loop.txt", "fine.txt": "echo fine" });
  const lines = await seat.enter("execute loop.txt");
  assertEquals(lines.length, SCRIPT_DEPTH_MAX + 1);
  assertEquals(lines.at(-1), `${"loop.txt:1: ".repeat(SCRIPT_DEPTH_MAX)}Scripts call each other too deep: loop.txt`);
  assertEquals(await seat.enter("execute fine.txt"), ["> echo fine", "fine"]);
});

Deno.test("nothing of a script runs after quit", async () => {
  const { world, seat } = seated({ "a.txt": "echo a\nquit\necho b\nmemberlistconfigure" });
  const lines = await seat.enter("execute a.txt");
  await world.clock.advance(1_000);
  assertEquals(lines, ["> echo a", "a", "> quit"]);
  assertEquals([seat.peer.state, seat.peer.exitCode, seat.peer.memory.address], ["ended", 0, undefined]);
});

Deno.test("Ctrl-C interrupts sleep, and the next line runs", async () => {
  const { world, seat } = seated({}, true);
  await seat.enter("sleep 3600");
  await seat.keys("\x03");
  await seat.enter("echo awake");
  await world.clock.advance(100);
  assertEquals(/Interrupted[\s\S]*awake/.test(seat.terminal.text), true);
});

Deno.test("Ctrl-C stops a script, also inside of another, and names the line", async () => {
  const { world, seat } = seated({ "outer.txt": "execute inner.txt\necho never", "inner.txt": "sleep 60" }, true);
  await seat.enter("execute outer.txt");
  await seat.keys("\x03");
  await world.clock.advance(100);
  assertEquals(seat.terminal.text.includes("outer.txt:1: inner.txt:1: Interrupted"), true);
  await world.clock.advance(120_000);
  assertEquals(seat.terminal.text.includes("> echo never"), false);
});

Deno.test("lines typed while a command runs wait for it, in order", async () => {
  const { world, seat } = seated({});
  await seat.keys("sleep 5\necho one\necho two\n");
  await world.clock.advance(4_000);
  assertEquals(seat.look(), []);
  await world.clock.advance(2_000);
  assertEquals(seat.look(), ["one", "two"]);
});
