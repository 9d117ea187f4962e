import { assert, assertEquals } from "@std/assert";
import { getConfig } from "@logtape/logtape";
import { AskError } from "../../actors/runtime/ref.ts";
import { open, run } from "../../commands/bootstrap.ts";

Deno.test("a registry that does not say whether it opened has not opened, in one sentence", async () => {
  const opened = await open({ ask: () => Promise.reject(new AskError("timed_out", "/bootstrap")) });
  assert(!opened.ok);
  assertEquals(opened.error.message, "The registry's port was not opened: No reply in time from /bootstrap");
});

Deno.test("a registry that cannot open its port ends with 3, and its log is closed", async () => {
  const folder = await Deno.makeTempDir({ prefix: "parley-" });
  using holder = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const log = `${folder}/log`;
  const args = ["--listen", `127.0.0.1:${holder.addr.port}`, "--log-file", log, "--log-level", "debug"];
  try {
    assertEquals(await run({ args, env: { HOME: folder } }), 3);
    assert((await Deno.stat(log)).isFile, "there was a log");
    assertEquals(getConfig(), null);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
