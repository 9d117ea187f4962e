import { assert, assertEquals, assertRejects } from "@std/assert";
import { randomBytes } from "../../actors/runtime/random.ts";
import { openDesk } from "../../commands/desk.ts";
import { LogSwitch } from "../../commands/log_switch.ts";
import { PeerSettings } from "../../commands/peer_settings.ts";
import { resolveConfig } from "../../config.ts";
import { Guard } from "../../transport/guard.ts";
import { UNPROTECTED } from "../../transport/wire/protection.ts";

type Machine = Readonly<{ folder: string; desk: ReturnType<typeof openDesk>; log: LogSwitch; settings: PeerSettings }>;

function test(name: string, run: (machine: Machine) => Promise<void>): void {
  Deno.test(name, async () => {
    const folder = await Deno.makeTempDir();
    const env = { INIT_CWD: folder, HOME: folder };
    const resolved = resolveConfig({ command: "peer", flags: new Map([["room", ["dev"]]]), env, file: undefined });
    assert(resolved.ok);
    const settings = new PeerSettings(resolved.config, new Guard(UNPROTECTED, randomBytes), env);
    const log = new LogSwitch({ sink: () => {}, close: () => {} }, "info", env);
    try {
      await run({ folder, log, settings, desk: openDesk({ name: "al/ice", settings, log, env, allowShell: false }) });
    } finally {
      log.close();
      await Deno.remove(folder, { recursive: true });
    }
  });
}

test("settings are saved where they were typed, for their owner alone, and loaded from there", async (machine) => {
  const { folder, desk, settings } = machine;
  assertEquals(await desk.saveSettings("my.json"), `${folder}/my.json`);
  assertEquals((await Deno.stat(`${folder}/my.json`)).mode! & 0o777, 0o600);
  assertEquals(JSON.parse(await Deno.readTextFile(`${folder}/my.json`)), { room: "dev" });
  assertEquals(await desk.loadSettings("my.json"), []);
  assertEquals(settings.config.room.value, "dev");
});

test("without a file, settings are saved under the peer's name, which cannot lead elsewhere", async ({ folder, desk }) => {
  assertEquals(await desk.saveSettings(undefined), `${folder}/al%2Fice.json`);
});

test("a tilde is the home folder", async ({ folder, desk }) => {
  assertEquals(await desk.saveSettings("~/my.json"), `${folder}/my.json`);
});

test("what cannot be saved or loaded says in one sentence why not", async ({ folder, desk }) => {
  await assertRejects(
    () => desk.saveSettings("no/where.json"),
    Error,
    `Cannot write ${folder}/no/where.json: there is`,
  );
  await assertRejects(() => desk.loadSettings("none.json"), Error, `Cannot load ${folder}/none.json: there is no such`);
});

test("a log is turned on, to another file, and off", async ({ folder, desk, log }) => {
  const say = (event: string): void => log.sink({ wallMs: 0, level: "info", path: "/x", event, fields: {} });
  say("before");
  assertEquals(await desk.log(`${folder}/a.log`), `${folder}/a.log`);
  say("one");
  await desk.log(`${folder}/b.log`);
  say("two");
  assertEquals(await desk.log(undefined), undefined);
  say("after");
  const events = async (file: string) =>
    (await Deno.readTextFile(`${folder}/${file}`)).trim().split("\n").map((line) => JSON.parse(line).event);
  assertEquals(await events("a.log"), ["one"]);
  assertEquals(await events("b.log"), ["two"]);
});

test("a log with a relative path lies in the state directory, as with --log-file", async ({ folder, desk }) => {
  assertEquals(await desk.log("x.log"), `${folder}/.local/state/parley/x.log`);
});

test("a log that cannot be written says why, and no other goes on", async ({ folder, desk, log }) => {
  await assertRejects(() => desk.log(`${folder}/no/where.log`), Error, "cannot write the log");
  log.sink({ wallMs: 0, level: "info", path: "/x", event: "x", fields: {} });
});

test("Tab finds files and folders, hidden ones only when asked for, none with a blank", async ({ folder, desk }) => {
  for (const name of ["ab.txt", "ac.txt", "b.txt", ".hidden", "a b.txt"]) {
    await Deno.writeTextFile(`${folder}/${name}`, "");
  }
  await Deno.mkdir(`${folder}/adir`);
  await Deno.writeTextFile(`${folder}/adir/x.txt`, "");
  assertEquals((await desk.files("a")).toSorted(), ["ab.txt", "ac.txt", "adir/"]);
  assertEquals(await desk.files("adir/"), ["adir/x.txt"]);
  assertEquals((await desk.files("")).toSorted(), ["ab.txt", "ac.txt", "adir/", "b.txt"]);
  assertEquals(await desk.files(".h"), [".hidden"]);
  assertEquals(await desk.files(`${folder}/b`), [`${folder}/b.txt`]);
  assertEquals(await desk.files("~/b"), ["~/b.txt"]);
});

test("of a folder with very many files Tab offers some", async ({ folder, desk }) => {
  for (let at = 0; at < 2_100; at++) Deno.writeTextFileSync(`${folder}/x${at}`, "");
  assertEquals((await desk.files("x")).length, 2_000);
});

test("there is a shell only where that is allowed", async ({ folder, desk, log, settings }) => {
  assertEquals(desk.shell, undefined);
  const env = { INIT_CWD: folder };
  const { shell } = openDesk({ name: "alice", settings, log, env, allowShell: true });
  const { signal } = new AbortController();
  assertEquals(await shell!("pwd", signal), { output: `${await Deno.realPath(folder)}\n`, end: 0 });
});
