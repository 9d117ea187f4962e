import { assert, assertEquals } from "@std/assert";
import type { LogRecord } from "../../actors/runtime/log.ts";
import { type OpenLog, openLog } from "../../commands/log_sink.ts";

const RECORD: LogRecord = {
  wallMs: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  level: "info",
  path: "/peer/pool",
  event: "member",
  fields: { name: "bob", bytes: new Uint8Array([0xca, 0xfe]), large: 1n },
};

/** A folder of its own, gone afterwards. */
async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a log is one JSON object a line, with the time of the record and not of the writing", () =>
  inFolder(async (folder) => {
    const path = `${folder}/log`;
    const log = opened(path, "debug");
    log.sink(RECORD);
    log.sink({ ...RECORD, level: "warn", event: "{odd} %s", fields: { error: new RangeError("no\nway") } });
    const lines = (await Deno.readTextFile(path)).split("\n");
    assertEquals(
      lines[0],
      '{"time":"2026-01-02T03:04:05.006Z","level":"info","actor":"/peer/pool","event":"member",' +
        '"name":"bob","bytes":"cafe","large":"1"}',
    );
    const second = JSON.parse(lines[1]!);
    assertEquals([second.level, second.event], ["warn", "{odd} %s"]);
    assertEquals(second.error.startsWith("RangeError: no\nway"), true);
    assertEquals(lines.slice(2), [""], "written at once, and nothing else");
    log.close();
  }));

Deno.test("a log holds what is at least as grave as asked for, and only its owner may read it", () =>
  inFolder(async (folder) => {
    const path = `${folder}/log`;
    const log = opened(path, "warn");
    for (const level of ["debug", "info", "warn", "error"] as const) log.sink({ ...RECORD, level });
    log.close();
    log.sink({ ...RECORD, level: "error" }); // after the end: lost, without a complaint
    const levels = (await Deno.readTextFile(path)).trim().split("\n").map((line) => JSON.parse(line).level);
    assertEquals(levels, ["warn", "error"]);
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  }));

Deno.test("a log that is opened again goes on where it ended", () =>
  inFolder(async (folder) => {
    const path = `${folder}/log`;
    for (let run = 0; run < 2; run++) {
      const log = opened(path, "info");
      log.sink(RECORD);
      log.close();
    }
    assertEquals((await Deno.readTextFile(path)).trim().split("\n").length, 2);
  }));

Deno.test("a log in the state directory makes that directory, its owner's alone; elsewhere none is made", () =>
  inFolder(async (folder) => {
    const env = { XDG_STATE_HOME: `${folder}/state` };
    const log = openLog(`${folder}/state/parley/log`, "debug", env);
    assert("sink" in log);
    log.close();
    assertEquals((await Deno.stat(`${folder}/state/parley`)).mode! & 0o777, 0o700);
    assert("why" in openLog(`${folder}/other/log`, "debug", env));
  }));

Deno.test({
  name: "a log that may not be written is refused in one sentence, without advice",
  permissions: "none",
  fn: () => assertEquals(openLog("/tmp/log", "debug", {}), { why: "the log /tmp/log may not be written" }),
});

Deno.test("without a path nothing is logged; a path that cannot be opened is refused", () => {
  const log = opened(undefined, "debug");
  log.sink(RECORD);
  log.close();
  assert("why" in openLog("/nowhere/at/all", "debug"));
});

function opened(...args: Parameters<typeof openLog>): OpenLog {
  const log = openLog(...args);
  assert("sink" in log);
  return log;
}
