import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";

/** Among the flags of an open file: a read that finds nothing fails at once. */
const NONBLOCK = 0o4000;

const LISTENER = new URL("pipe_listener.ts", import.meta.url).pathname;

/** Lines of what a listener says on its stdout, and after it somebody with the same stdin. */
async function listened(pieces: readonly Uint8Array<ArrayBuffer>[]): Promise<readonly string[]> {
  const child = new Deno.Command("sh", {
    args: ["-c", '"$0" "$@"; cat /proc/self/fdinfo/0', Deno.execPath(), "run", "-q", "-P=test", LISTENER],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  for (const piece of pieces) await writer.write(piece);
  await writer.close();
  return new TextDecoder().decode((await child.output()).stdout).split("\n");
}

Deno.test({
  name: "what is written into a pipe in pieces, long and short ones, is read as it is, and its end is told",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const pieces = [1, 1_023, 1_024, 5, 300_000, 70].map((length, index) => new Uint8Array(length).fill(index));
    const hash = createHash("sha256");
    pieces.forEach((piece) => hash.update(piece));
    const [heard, ...rest] = await listened(pieces);
    assertEquals(heard, `${hash.digest("hex")} undefined /dev/null`);
    const flags = rest.find((line) => line.startsWith("flags:"))!.split(/\s+/)[1]!;
    assertEquals(parseInt(flags, 8) & NONBLOCK, 0, "who reads after us waits as before");
  },
});

Deno.test({
  name: "a pipe that nobody writes into has come to its end",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const [heard] = await listened([]);
    assertEquals(heard, `${createHash("sha256").digest("hex")} undefined /dev/null`);
  },
});
