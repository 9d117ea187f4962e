import { assert, assertEquals, assertRejects } from "@std/assert";
import { runInShell } from "../../commands/shell.ts";
import { waitUntil } from "../support/wait.ts";

type Ended = Awaited<ReturnType<typeof runInShell>>;

async function run(command: string, timeoutMs = 20_000, signal = new AbortController().signal): Promise<Ended> {
  const folder = await Deno.makeTempDir();
  try {
    return await runInShell(command, { cwd: folder, signal, timeoutMs });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Whether a process that wrote its id is still there. */
function isThere(pid: string): boolean {
  const state = (() => {
    try {
      return /^State:\s+(\S)/m.exec(Deno.readTextFileSync(`/proc/${pid.trim()}/status`))?.[1];
    } catch {
      return undefined;
    }
  })();
  return state !== undefined && state !== "Z";
}

Deno.test("what a command writes is heard, on both streams, and how it ended", async () => {
  assertEquals(await run("echo grüße; exit 3"), { output: "grüße\n", end: 3 });
  assertEquals(await run("echo trouble >&2"), { output: "trouble\n", end: 0 });
  assertEquals((await run("there-is-no-such-command")).end, 127);
});

Deno.test("a command has no input to wait for", async () => {
  assertEquals(await run("cat"), { output: "", end: 0 });
});

Deno.test("a command that takes too long is ended, with all that it started", async () => {
  const { output, end } = await run("sh -c 'echo $$; exec sleep 1000' & sleep 1000", 500);
  assertEquals(end, "too_late");
  await waitUntil(() => !isThere(output), 5_000, "it has ended");
});

Deno.test({
  name: "with leave for the shell alone, at least the shell itself is ended",
  permissions: { run: ["sh"], read: true, write: true, env: true },
  fn: async () => assertEquals((await run("exec sleep 1000", 300)).end, "too_late"),
});

Deno.test("what goes on behind its back counts as the command, and is ended too", async () => {
  const { output, end } = await run("sleep 1000 & echo $!", 500);
  assertEquals(end, "too_late");
  await waitUntil(() => !isThere(output), 5_000, "it has ended");
});

Deno.test("a command that closed its output is waited for no longer than others", async () => {
  assertEquals((await run("exec >&- 2>&-; exec sleep 1000", 300)).end, "too_late");
});

Deno.test("a command that writes without end is ended, and the beginning is heard", async () => {
  const { output, end } = await run("yes");
  assertEquals([output.length, end], [65_536, "too_much"]);
  assert(output.startsWith("y\ny\n"));
});

Deno.test("a letter that is written in two pieces is one letter", async () => {
  assertEquals((await run("printf '\\303'; sleep 0.1; printf '\\274'")).output, "ü");
});

Deno.test("a command can be interrupted, before it begins and while it runs", async () => {
  assertEquals(await run("sleep 1000", 20_000, AbortSignal.abort()), { output: "", end: "interrupted" });
  const controller = new AbortController();
  const mark = await Deno.makeTempFile();
  try {
    const running = run(`echo begun; echo begun > ${mark}; sleep 1000`, 20_000, controller.signal);
    await waitUntil(() => Deno.statSync(mark).size > 0, 10_000, "it has begun");
    controller.abort();
    assertEquals((await running).end, "interrupted");
  } finally {
    await Deno.remove(mark);
  }
});

Deno.test("when a command is over, nothing ends it any more: its number may be another's", async () => {
  let listeners = 0;
  const { signal } = new AbortController();
  const { addEventListener: add, removeEventListener: remove } = globalThis;
  for (const target of [signal, globalThis]) {
    target.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add.apply(target, args));
    target.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove.apply(target, args));
  }
  try {
    const running = run("echo", 20_000, signal);
    await waitUntil(() => listeners === 2, 10_000, "it can be ended");
    await running;
    assertEquals(listeners, 0);
  } finally {
    Object.assign(globalThis, { addEventListener: add, removeEventListener: remove });
  }
});

Deno.test({
  name: "who has left the command's group, and holds its output, is not waited for",
  ignore: Deno.build.os !== "linux",
  timeout: 30_000,
  async fn() {
    const { output, end } = await run("setsid sh -c 'echo $$; exec sleep 1000' & sleep 1000", 500);
    assertEquals(end, "too_late");
    Deno.kill(Number(output), "SIGKILL");
  },
});

Deno.test("where there is no such folder, there is no shell", async () => {
  const { signal } = new AbortController();
  await assertRejects(() => runInShell("echo", { cwd: "/there/is/no/such/folder", signal }));
});
