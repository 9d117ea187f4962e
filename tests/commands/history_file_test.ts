import { assert, assertEquals } from "@std/assert";
import { parsePeerName } from "../../actors/peer_name.ts";
import { HistoryFile, historyFilePath } from "../../commands/history_file.ts";

function test(name: string, run: (path: string) => Promise<void>): void {
  Deno.test(name, async () => {
    const directory = await Deno.makeTempDir();
    try {
      await run(`${directory}/parley/alice.history`);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

async function typed(path: string, ...lines: readonly string[]): Promise<void> {
  const file = new HistoryFile(path);
  for (const line of lines) assertEquals(await file.keep(line), undefined);
}

test("what was typed in one run is the history of the next, in its order", async (path) => {
  await typed(path, "one", "two\nin two rows", 'three "quoted"');
  await typed(path, "four");
  assertEquals(await new HistoryFile(path).load(), ["one", "two\nin two rows", 'three "quoted"', "four"]);
});

test("what was typed twice is there once, where it was typed last", async (path) => {
  await typed(path, "a", "b", "a", "c", "b");
  assertEquals(await new HistoryFile(path).load(), ["a", "c", "b"]);
});

test("two runs at once lose nothing of each other", async (path) => {
  const [one, other] = [new HistoryFile(path), new HistoryFile(path)];
  await Promise.all([...Array(20).keys()].flatMap((at) => [one.keep(`one ${at}`), other.keep(`other ${at}`)]));
  assertEquals((await new HistoryFile(path).load()).length, 40);
});

test("the folder and the file are their owner's alone", async (path) => {
  await typed(path, "a");
  assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  assertEquals((await Deno.stat(path.slice(0, path.lastIndexOf("/")))).mode! & 0o777, 0o700);
});

test("a line that was torn, and what is no line of ours, is left out, and the rest is there", async (path) => {
  await typed(path, "a");
  await Deno.writeTextFile(path, 'rubbish\n7\n"b"\n"tor', { append: true });
  assertEquals(await new HistoryFile(path).load(), ["a", "b"]);
});

test("what has a key in it is not taken from a file either", async (path) => {
  await typed(path, "a");
  await Deno.writeTextFile(path, '"keyinstall x"\n', { append: true });
  assertEquals(await new HistoryFile(path).load(), ["a"]);
});

test("a file grown long is made short again, and the newest thousand are kept", async (path) => {
  await typed(path, "first");
  const lines = Array.from({ length: 2_500 }, (_, at) => `line ${at}`);
  await Deno.writeTextFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""), { append: true });
  const history = await new HistoryFile(path).load();
  assertEquals(history, lines.slice(-1_000));
  assertEquals((await Deno.readTextFile(path)).trim().split("\n").length, 1_000);
  assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  assertEquals(await new HistoryFile(path).load(), history);
});

test("of a file beyond its limit only the end is read", async (path) => {
  await typed(path, "first");
  const long = `${JSON.stringify("x".repeat(9_000))}\n`.repeat(200);
  await Deno.writeTextFile(path, `${long}"last"\n`, { append: true });
  const history = await new HistoryFile(path).load();
  assertEquals(history.length, 2);
  assertEquals(history.at(-1), "last");
  assert((await Deno.stat(path)).size < 20_000, "and the file is short again");
});

test("who has no history begins one, and a folder in its place is no reason to fail", async (path) => {
  assertEquals(await new HistoryFile(path).load(), []);
  await Deno.mkdir(path, { recursive: true });
  const file = new HistoryFile(path);
  assertEquals(await file.load(), []);
  assert((await file.keep("a"))!.startsWith("The history is not kept: cannot write"));
});

Deno.test("two names have two histories", () => {
  const paths = ["alice", "bob", "Ålice"].map((text) => {
    const parsed = parsePeerName(text);
    assert(parsed.ok);
    return historyFilePath("/state", parsed.name);
  });
  assertEquals(new Set(paths).size, 3);
});
