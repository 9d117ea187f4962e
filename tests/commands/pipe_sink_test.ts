import { assertEquals } from "@std/assert";

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
