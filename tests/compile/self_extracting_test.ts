/** What a self-extracting file does, with a script in the place of Deno that says what it was started with. */
import { V8_FLAGS } from "../../commands/own_program.ts";
import { assertEquals, assertMatch } from "@std/assert";
import { writeSelfExtracting } from "../../tools/compile/self_extracting.ts";
import { ignoredFor } from "../support/ignored.ts";

const unix = ignoredFor(Deno.build.os === "windows" ? ["for want of a shell that unpacks the executable"] : []);

const TELLTALE = `#!/bin/sh
[ "$1" != --version ] || exit 0
umask
echo "\${INIT_CWD-none} \${DENO_DIR##*/} $PWD"
for word in "$@"; do echo "<$word>"; done
exit 7
`;

type Run = Readonly<{ code: number; stdout: string; stderr: string }>;

/** A file made with `deno` in the place of Deno, and a way to start it. */
async function place(deno: string) {
  const folder = await Deno.makeTempDir({ prefix: "parley-self-" });
  await Deno.writeTextFile(`${folder}/deno`, deno);
  await Deno.writeTextFile(`${folder}/main.js`, "");
  const output = `${folder}/parley`;
  await writeSelfExtracting({ output, deno: `${folder}/deno`, bundle: `${folder}/main.js`, version: "9.9.9" });
  const start = async (...args: string[]): Promise<Run> => {
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", 'umask 022; exec "$@"', "sh", output, ...args],
      cwd: folder,
      env: { HOME: folder, XDG_CACHE_HOME: "", INIT_CWD: "/elsewhere" },
    }).output();
    return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
  };
  const cached = (): string[] => [...Deno.readDirSync(`${folder}/.cache/parley`)].map(({ name }) => name).sort();
  return {
    folder,
    output,
    start,
    cached,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test("it hands on arguments, folder, umask and exit code, the first time as later", unix, async () => {
  await using file = await place(TELLTALE);
  const first = await file.start("peer", "a b", "$(c)", "");
  assertEquals([first.code, first.stderr], [7, ""]);
  const [umask, told, ...words] = first.stdout.trimEnd().split("\n");
  assertEquals([umask, told], ["0022", `none cache ${await Deno.realPath(file.folder)}`]);
  assertEquals(words.slice(0, 3), ["<run>", `<${V8_FLAGS}>`, "<-q>"]);
  const [home] = file.cached();
  const path = `${file.folder}/.cache/parley/${home}`;
  assertEquals(words.slice(-6), [`<--allow-run=${path}/deno>`, `<${path}/main.js>`, "<peer>", "<a b>", "<$(c)>", "<>"]);
  assertEquals(await file.start("peer", "a b", "$(c)", ""), first);
});

Deno.test("it unpacks for its user alone, and sweeps what was never finished long ago", unix, async () => {
  await using file = await place(TELLTALE);
  const cache = `${file.folder}/.cache/parley`;
  await Deno.mkdir(`${cache}/.new.old`, { recursive: true });
  await Deno.mkdir(`${cache}/.new.young`);
  await Deno.utime(`${cache}/.new.old`, 0, 0);
  await file.start();
  const [young, home, ...others] = file.cached();
  assertEquals([young, others], [".new.young", []]);
  assertMatch(home!, /^9\.9\.9-[0-9a-f]{16}$/);
  const { mode } = await Deno.stat(`${cache}/${home}`);
  assertEquals(mode! & 0o077, 0);
});

Deno.test("where it cannot run, it says for which machines it is, and leaves nothing behind", unix, async () => {
  await using file = await place("#!/bin/sh\nexit 1\n");
  const { code, stdout, stderr } = await file.start("--version");
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, new RegExp(`^parley: cannot run .*: it is for ${Deno.build.os} ${Deno.build.arch}, .*\n$`));
  assertEquals(file.cached(), []);
});

Deno.test("the same parts make the same file", unix, async () => {
  await using one = await place(TELLTALE);
  await using other = await place(TELLTALE);
  assertEquals(await Deno.readFile(one.output), await Deno.readFile(other.output));
  assertEquals((await Deno.stat(one.output)).mode! & 0o777, 0o755);
});
