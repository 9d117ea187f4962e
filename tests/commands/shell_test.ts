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

Deno.test("a command can be interrupted", async () => {
  const controller = new AbortController();
  const running = run("sleep 1000", 20_000, controller.signal);
  controller.abort();
  assertEquals(await running, { output: "", end: "interrupted" });
});

Deno.test("where there is no such folder, there is no shell", async () => {
  const { signal } = new AbortController();
  await assertRejects(() => runInShell("echo", { cwd: "/there/is/no/such/folder", signal }));
});
