import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Tmux, type TmuxOptions } from "../support/tmux.ts";

const PROGRAM = new URL("../support/echo_terminal.ts", import.meta.url).href;
const ECHO = [Deno.execPath(), "run", "-q", "-A", PROGRAM];
const needed = Tmux.needed();

async function openEcho(args: readonly string[] = [], options: Partial<TmuxOptions> = {}): Promise<Tmux> {
  const tmux = await Tmux.open({ command: [...ECHO, ...args], ...options });
  await tmux.waitFor("ready");
  return tmux;
}

/** The row of the prompt as it is now. */
function promptRow(screen: string): string {
  return screen.split("\n").at(-1)!;
}

Deno.test("line editor: a half-typed line survives the lines that are printed meanwhile", needed, async () => {
  await using tmux = await openEcho(["--chatter"]);
  await tmux.sendText("half a li");
  await tmux.waitFor("echo> half a li");
  const shown = Number(/line (\d+)\n[^\n]*$/.exec(await tmux.waitFor(/line \d+\n[^\n]*$/))![1]);
  const screen = await tmux.waitFor(`line ${shown + 20}\n`);
  assertEquals(promptRow(screen), "echo> half a li");
  assertEquals(screen.split("half a li").length, 2, "the line is on the screen once");
  await tmux.sendText("ne");
  await tmux.sendKey("Enter");
  await tmux.waitFor('got "half a line"');
});

Deno.test("line editor: Backspace takes whole emoji", needed, async () => {
  await using tmux = await openEcho();
  await tmux.sendText("a👍🏽b👨‍👩‍👧‍👦🇩🇪❤️e\u0301");
  for (let presses = 0; presses < 4; presses++) await tmux.sendKey("BSpace");
  await tmux.sendKey("Left", "BSpace", "Enter");
  await tmux.waitFor('got "ab"');
});

Deno.test("line editor: the cursor stands where the terminal drew the end of the line", needed, async () => {
  await using tmux = await openEcho();
  await tmux.sendText("日👍🏽x");
  await tmux.waitFor(/echo> 日.*x/);
  const right = await tmux.cursor();
  await tmux.sendKey("Left");
  await waitUntil(async () => (await tmux.cursor()).column === right.column - 1);
});

Deno.test("line editor: Ctrl-A, Ctrl-K and Ctrl-Y move the line about", needed, async () => {
  await using tmux = await openEcho();
  await tmux.sendText("world");
  await tmux.sendKey("C-a", "C-k");
  await tmux.sendText("hello ");
  await tmux.sendKey("C-y", "Enter");
  await tmux.waitFor('got "hello world"');
});

Deno.test(
  "line editor: Tab completes what is common and lists at the second, also within one read",
  needed,
  async () => {
    await using tmux = await openEcho();
    await tmux.sendText("ch\t\t");
    await tmux.waitFor("chatjoin   chatleave\necho> chat");
    await tmux.sendText("j\t");
    await tmux.sendKey("Enter");
    await tmux.waitFor('got "chatjoin "');
  },
);

Deno.test("line editor: on a terminal made narrow the line scrolls sideways and stays whole", needed, async () => {
  await using tmux = await openEcho();
  const text = "0123456789".repeat(6);
  await tmux.sendText(text);
  await tmux.waitFor(`echo> ${text}`);
  await tmux.resize(30, 10);
  await tmux.sendText("end");
  const screen = await tmux.waitFor(/789end$/);
  assert(promptRow(screen).startsWith("echo> "), screen);
  assert(promptRow(screen).length < 30, screen);
  await tmux.sendKey("Enter");
  await tmux.waitFor((shown) => shown.replaceAll("\n", "").includes(`got "${text}end"`));
});

Deno.test("line editor: a paste of two lines is one text and waits for Enter", needed, async () => {
  await using tmux = await openEcho();
  await tmux.paste("one\ntwo\n");
  const screen = await tmux.waitFor("echo> one⏎two");
  assert(!screen.includes("got"), screen);
  await tmux.sendKey("Enter");
  await tmux.waitFor(String.raw`got "one\ntwo"`);
});

Deno.test(
  "line editor: Ctrl-C clears the line, then warns, then quits and gives the terminal back",
  needed,
  async () => {
    await using tmux = await Tmux.open({ command: ["bash", "--norc"], env: { PS1: "shell:" } });
    await tmux.waitFor("shell:");
    await tmux.sendText(ECHO.join(" "));
    await tmux.sendKey("Enter");
    await tmux.waitFor("ready");
    await tmux.sendText("oops");
    await tmux.waitFor("echo> oops");
    await tmux.sendKey("C-c");
    await tmux.waitFor(/echo>$/);
    await tmux.sendKey("C-c");
    await tmux.waitFor("Ctrl-C again quits");
    await tmux.sendKey("C-c");
    await tmux.waitFor(/bye\nshell:$/);
    await tmux.sendText('stty -a; echo "done"');
    await tmux.sendKey("Enter");
    assertStringIncludes(await tmux.waitFor(/^done$/m), " icanon");
  },
);

Deno.test("line editor: Ctrl-Z gives the screen to the shell, and fg brings the line back", needed, async () => {
  await using tmux = await Tmux.open({ command: ["bash", "--norc"], env: { PS1: "shell:" } });
  await tmux.waitFor("shell:");
  await tmux.sendText(ECHO.join(" "));
  await tmux.sendKey("Enter");
  await tmux.waitFor("ready");
  await tmux.sendText("half");
  await tmux.waitFor("echo> half");
  await tmux.sendKey("C-z");
  await tmux.waitFor(/Stopped[^]*\nshell:$/);
  await tmux.sendText("fg");
  await tmux.sendKey("Enter");
  await tmux.waitFor(/echo> half$/);
  await tmux.sendText(" line");
  await tmux.sendKey("Enter");
  await tmux.waitFor('got "half line"');
});

Deno.test("line editor: through a pipe it is lines in and lines out, without escape codes", async () => {
  const { output, code } = await throughPipe("one\r\ntwo\nlast");
  assertEquals([output, code], ['ready\ngot "one"\ngot "two"\ngot "last"\nbye\n', 0]);
});

Deno.test("line editor: when nobody reads any more the program leaves quietly", async () => {
  const child = new Deno.Command(ECHO[0]!, {
    args: [...ECHO.slice(1), "--chatter"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await child.stdout.cancel();
  const [{ code }, complaints] = await Promise.all([child.status, new Response(child.stderr).text()]);
  await child.stdin.abort().catch(() => {}); // its reader is gone
  assertEquals([code, complaints], [0, ""]);
});

async function throughPipe(input: string): Promise<{ output: string; code: number }> {
  const child = new Deno.Command(ECHO[0]!, { args: ECHO.slice(1), stdin: "piped", stdout: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { stdout, code } = await child.output();
  return { output: new TextDecoder().decode(stdout), code };
}

async function waitUntil(condition: () => Promise<boolean>, waitMs = 10_000): Promise<void> {
  const deadline = performance.now() + waitMs;
  while (!await condition()) {
    assert(performance.now() < deadline, "the condition did not come true in time");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
