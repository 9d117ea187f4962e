/**
 * A program around the line editor, for tests: says what was entered. With `--chatter` it prints a numbered line
 * every 50 ms.
 */
import { ESCAPE_FLUSH_MS } from "../../actors/repl/line_editor/keys.ts";
import { FRAME_INTERVAL_MS, Screen, type ScreenEffect } from "../../actors/repl/screen.ts";
import { openDenoTerminal } from "../../commands/deno_terminal.ts";

const WORDS = ["chatjoin", "chatleave", "members"];
const CHATTER_MS = 50;

const terminal = openDenoTerminal();
const screen = new Screen(terminal);
screen.setPrompt({ text: "echo> " });

function perform(effect: ScreenEffect): void {
  switch (effect.type) {
    case "submit":
      return screen.print(`got ${JSON.stringify(effect.text)}`);
    case "complete": {
      const stem = /\S*$/.exec(effect.request.line.before)![0];
      return screen.completed(effect.request, { stem, candidates: WORDS.filter((word) => word.startsWith(stem)) });
    }
    case "interrupt":
      return screen.print("Ctrl-C again quits");
    case "refused":
      return screen.print(`refused ${effect.length} of at most ${effect.lengthMax}`);
    case "quit":
    case "end":
      screen.print("bye");
      screen.close();
      return void terminal.flushed().then(() => Deno.exit(0));
  }
}

let flush: ReturnType<typeof setTimeout> | undefined;
terminal.listen({
  bytes(chunk) {
    screen.bytes(chunk, perform);
    clearTimeout(flush);
    if (screen.waitingForKeys) flush = setTimeout(() => screen.flushKeys(perform), ESCAPE_FLUSH_MS);
  },
  end: () => screen.end(perform),
  resized: () => screen.resized(),
});
setInterval(() => screen.flushFrame(), FRAME_INTERVAL_MS);

if (Deno.args.includes("--chatter")) {
  let count = 0;
  setInterval(() => screen.print(`line ${++count}`), CHATTER_MS);
}
screen.print("ready");
