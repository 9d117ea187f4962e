import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Desk, NO_DESK, type ShellResult } from "../../../actors/repl/desk.ts";
import { World } from "../../../sim/world.ts";
import { Seat } from "../../support/seat.ts";

/** A machine on which every command ends so. */
function deskWith(result: ShellResult): Desk & { readonly ran: string[] } {
  const ran: string[] = [];
  return { ...NO_DESK, ran, shell: (command) => Promise.resolve((ran.push(command), result)) };
}

function seatAt(desk: Desk, interactive = false): { world: World; seat: Seat } {
  const world = new World({ seed: 1 });
  return { world, seat: new Seat(world, "alice", { manual: true, desk, interactive }) };
}

Deno.test("shell runs nothing where that was not allowed, and says what allows it", async () => {
  const { seat } = seatAt(NO_DESK);
  assertEquals(await seat.enter("shell id"), ["No shell here: a peer started with --allow-shell has it"]);
});

Deno.test("shell hands over the line as it was typed, and shows what was written, which no terminal obeys", async () => {
  const desk = deskWith({ output: "one\ttwo\r\n\x1b[2Jthree\n", end: 0 });
  const { seat } = seatAt(desk);
  assertEquals(await seat.enter("shell ls  -l | wc 'a  b'"), ["one    two", "<U+001B>[2Jthree"]);
  assertEquals(desk.ran, ["ls  -l | wc 'a  b'"]);
  assert(seat.terminal.text.endsWith("three\n") && !seat.terminal.text.includes("\n\n"), "no empty line");
});

Deno.test("shell shows nothing where nothing was written", async () => {
  const { seat } = seatAt(deskWith({ output: "", end: 0 }));
  await seat.enter("shell true");
  assertEquals(seat.terminal.text, "");
  await seat.enter("echo");
  assertEquals(seat.terminal.text, "\n", "an empty text is a line");
});

for (
  const [end, answer] of [
    [3, "The command ended with 3"],
    ["too_late", "The command took too long and was ended"],
    ["too_much", "The command wrote too much and was ended"],
    ["interrupted", "Interrupted"],
  ] as const
) {
  Deno.test(`shell says when a command fails (${end}), after what it wrote, and a script stops there`, async () => {
    const desk = deskWith({ output: "some words", end });
    const world = new World({ seed: 1 });
    const seat = new Seat(world, "alice", { manual: true, desk, files: { s: "shell x\necho not reached\n" } });
    assertEquals(await seat.enter("execute s"), ["> shell x", "some words", `s:1: ${answer}`]);
  });
}

Deno.test("Ctrl-C interrupts shell, and the next line runs", async () => {
  const desk: Desk = {
    ...NO_DESK,
    shell: (_, signal) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve({ output: "", end: "interrupted" }))),
  };
  const { world, seat } = seatAt(desk, true);
  await seat.keys("shell sleep 1000\r");
  await world.clock.advance(5_000);
  await seat.keys("\x03");
  await world.clock.advance(100);
  assertMatch(seat.terminal.text, /Interrupted/);
  await seat.keys("echo and on\r");
  await world.clock.advance(100);
  assertMatch(seat.terminal.text, /^and on/m);
});
