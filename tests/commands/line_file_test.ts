import { assertEquals, assertRejects } from "@std/assert";
import { LINE_MAX } from "../../actors/history/ndjson.ts";
import { readLines, writeLines } from "../../commands/line_file.ts";

function test(title: string, run: (path: string) => Promise<void>): void {
  Deno.test(title, async () => {
    const folder = await Deno.makeTempDir({ prefix: "parley-" });
    try {
      await run(`${folder}/file`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

async function linesIn(path: string): Promise<{ lines: string[]; slices: number[] }> {
  const lines: string[] = [];
  const slices: number[] = [];
  for await (const some of readLines(path)) {
    lines.push(...some);
    slices.push(some.length);
  }
  return { lines, slices };
}

test("lines are read as they were written, some at a time, whatever is in them", async (path) => {
  const written = Array.from({ length: 1_000 }, (_, n) => `${n} ${"日本語👋".repeat(n % 97)}`);
  await writeLines(path, async (write) => {
    for (let at = 0; at < 1_000; at += 300) await write(written.slice(at, at + 300));
  });
  const { lines, slices } = await linesIn(path);
  assertEquals(lines, written);
  assertEquals(slices, [...Array<number>(15).fill(64), 40]);
  assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
});

test("a file may end without the end of a line, have empty ones, or be empty", async (path) => {
  await Deno.writeTextFile(path, "one\n\ntwo");
  assertEquals((await linesIn(path)).lines, ["one", "", "two"]);
  await Deno.writeTextFile(path, "");
  assertEquals((await linesIn(path)).lines, []);
});

test("of a line without an end only so much is held that it is seen to be too long, and the next is read", async (path) => {
  await Deno.writeTextFile(path, `${"x".repeat(3 * LINE_MAX)}\nnext\n`);
  const { lines } = await linesIn(path);
  assertEquals(lines.map((line) => line.length > LINE_MAX), [true, false]);
  assertEquals(lines[0]!.length <= 2 * LINE_MAX, true, `${lines[0]!.length}`);
  assertEquals(lines[1], "next");
});

test("what fails in the middle leaves the file that was there", async (path) => {
  await Deno.writeTextFile(path, "precious\n");
  const failing = writeLines(path, async (write) => {
    await write(["half"]);
    throw new Error("the actor has crashed");
  });
  await assertRejects(() => failing, Error, "the actor has crashed");
  assertEquals((await linesIn(path)).lines, ["precious"]);
  assertEquals((await Array.fromAsync(Deno.readDir(path.slice(0, path.lastIndexOf("/"))))).length, 1);
});

test("a folder is not read", async (path) => {
  await Deno.mkdir(path);
  await assertRejects(() => linesIn(path), Error, "it is not a file");
});
