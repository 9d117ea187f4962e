import { assertEquals } from "@std/assert";

/** Of 200 bytes, they are three times what a pipe holds. */
const LINES = 1_000;

/** Among the flags of an open file: a write that there is no room for fails at once. */
const NONBLOCK = 0o4000;

Deno.test({
  name: "whoever writes to the same pipe after us waits for its reader as before, and loses nothing",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const program = new URL("pipe_user.ts", import.meta.url).pathname;
    const { stdout } = await new Deno.Command("sh", {
      args: ["-c", '"$0" "$@"; cat /proc/self/fdinfo/1', Deno.execPath(), "run", "-q", "-P=test", program],
      stdin: "null",
      stderr: "inherit",
    }).output();
    const [, said, flags = ""] = /^(.*)\n(?:.*\n)*?flags:\s*(\d+)\n/.exec(new TextDecoder().decode(stdout)) ?? [];
    assertEquals([said, parseInt(flags, 8) & NONBLOCK], ["said", 0]);
  },
});

Deno.test("a pipe whose reader pauses is given each short line once, and in order", async () => {
  const program = new URL("pipe_talker.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-P=test", program, String(LINES)],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = await new Response(child.stderr.pipeThrough(untilLine())).text();
  assertEquals(stderr, "said\n");
  const lines = (await new Response(child.stdout).text()).split("\n");
  assertEquals(lines.map((line) => line.trim()), [...Array.from({ length: LINES }, (_, number) => String(number)), ""]);
  assertEquals((await child.status).code, 0);
});

/** Ends with the first line. */
function untilLine(): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  return new TransformStream({
    transform(part, controller) {
      controller.enqueue(part);
      if (part.includes(10)) controller.terminate();
    },
  });
}
