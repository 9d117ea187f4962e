/** The executable of `deno task compile`, built once, in a folder where there is nothing else, and no Deno on the PATH. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { VERSION } from "../../version.ts";
import { ignoredFor } from "../support/ignored.ts";
import { PeerProcess } from "../support/peer_process.ts";
import { type Executable, Place } from "../support/place.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** All that the executable may find on a machine, besides the kernel and the C library. */
const TOOLS = ["sh", "tail", "gzip", "tar", "mktemp", "mkdir", "mv", "rm", "find"];

const HELLO = `start alice bob
alice: hello
expect "alice: hello"
`;

const unix = ignoredFor(Deno.build.os === "windows" ? ["for want of a shell that unpacks the executable"] : []);

type Run = Readonly<{ code: number; stdout: string; stderr: string }>;

async function run(program: string, args: readonly string[], env: Record<string, string>, cwd: string): Promise<Run> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args: [...args], clearEnv: true, env, cwd })
    .output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** Runs the task, on a machine that reaches no other but, before that, the one that packages come from. */
async function build(path: string): Promise<Run> {
  // Our packages are fetched the first time, and so is that by which deno bundle works.
  const warmed = await run(Deno.execPath(), ["bundle", "-q", "-o", `${path}.js`, "main.ts"], Deno.env.toObject(), ROOT);
  if (warmed.code !== 0) return warmed;
  const nowhere = "http://127.0.0.1:9"; // the port of "discard", where nobody listens
  const env = { ...Deno.env.toObject(), HTTPS_PROXY: nowhere, HTTP_PROXY: nowhere, NO_COLOR: "1" };
  return await run(Deno.execPath(), ["task", "-q", "compile", path], env, ROOT);
}

async function linkTools(folder: string): Promise<string> {
  await Deno.mkdir(folder);
  const found = await new Deno.Command("which", { args: TOOLS }).output();
  const paths = new TextDecoder().decode(found.stdout).trim().split("\n");
  await Promise.all(paths.map((path) => Deno.symlink(path, `${folder}/${path.slice(path.lastIndexOf("/") + 1)}`)));
  return folder;
}

Deno.test("an executable that needs no Deno", unix, async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "parley-executable-" });
  try {
    const executable: Executable = { path: `${folder}/parley`, tools: await linkTools(`${folder}/tools`) };
    let isSelfExtracting = false;

    await t.step("the task says how it was made, how large it is and how long it takes to start", async () => {
      await Deno.writeTextFile(executable.path, "an earlier one");
      const { code, stdout, stderr } = await build(executable.path);
      assertEquals([code, stderr], [0, ""]);
      const lines = stdout.trimEnd().split("\n");
      isSelfExtracting = lines.length === 3;
      if (isSelfExtracting) assertMatch(lines[0]!, /^The base of deno compile cannot be downloaded \(.+\): .+\.$/);
      assertMatch(lines.at(-2)!, /\/parley: \d+\.\d MB, for /);
      assertMatch(lines.at(-1)!, /^The first start takes \d+\.\d\d s, further ones \d+\.\d\d s$/);
    });

    await using place = await Place.create(executable);
    const parley = (...args: string[]): Promise<Run> => run(executable.path, args, place.env, place.cwd!);

    await t.step("two that start at once for the first time are both right", async () => {
      const expected = { code: 0, stdout: `parley ${VERSION}\n`, stderr: "" };
      assertEquals(await Promise.all([parley("--version"), parley("--version")]), [expected, expected]);
    });

    await t.step("it helps, and complains of arguments, as the program does", async () => {
      const help = await parley("--help");
      assertEquals([help.code, help.stderr], [0, ""]);
      assertStringIncludes(help.stdout, "parley peer alice");
      assertEquals((await parley("per", "a b", "$(c)")).code, 2);
    });

    await t.step("it holds no path of the machine that made it", async () => {
      if (!isSelfExtracting) return;
      const bundle = await Deno.readTextFile(`${await unpacked(place)}/main.js`);
      const paths = [ROOT, Deno.env.get("HOME") ?? "/", "node_modules"].filter((path) => path !== "/");
      assertEquals(paths.filter((path) => bundle.includes(path)), []);
    });

    await t.step("three peers chat", async () => {
      await using alice = await PeerProcess.peer("alice", place);
      await using bob = await PeerProcess.peer("bob", place);
      await using charly = await PeerProcess.peer("charly", place);
      const peers = [alice, bob, charly];
      await Promise.all([alice, bob].map((peer) => peer.waitFor("charly came to #lobby")));
      for (const [at, peer] of peers.entries()) {
        await peer.say(`hello from ${at} 👋`);
        await Promise.all(peers.map((other) => other.waitFor(`hello from ${at} 👋`)));
      }
      charly.signal("SIGTERM");
      assertEquals((await charly.ended()).code, 143);
      await alice.waitFor("charly left");
    });

    await t.step("SQLite works: a registry that is killed comes back with its list", async () => {
      const entry = "7 dora 127.0.0.1 7946 tcp 0 1700000000";
      const args = ["--listen", "127.0.0.1:0", "--store", `${place.cwd}/list.sqlite`, "--trust-entries"];
      for (const [path, body] of [["join", entry], ["list", ""]]) {
        await using registry = PeerProcess.start("bootstrap", { place, args });
        const found = await registry.waitFor(/http:\/\/127\.0\.0\.1:\d+/);
        const answer = await fetch(`${found![0]}/${path}`, { method: "POST", body: body! });
        assertStringIncludes(await answer.text(), '"name": "dora"');
        registry.signal("SIGKILL");
      }
    });

    await t.step("the page is served", async () => {
      await using alice = await PeerProcess.peer("alice", place, place.bootstrapFlag, "--gateway");
      const found = await alice.waitFor(/^You are alice, at (127\.0\.0\.1:\d+)$/m);
      for (const path of ["", "style.css", "main.js"]) {
        const part = await fetch(`http://${found![1]}/${path}`);
        assertEquals([part.status, (await part.text()).length > 500], [200, true]);
      }
    });

    await t.step("it starts itself where a scenario wants processes", async () => {
      const file = await place.file("hello.scenario", HELLO);
      const { code, stdout, stderr } = await parley("scenario", file, "--processes", "--quiet");
      assertEquals([code, stderr], [0, ""], stdout);
    });

    if (!isSelfExtracting) return;

    await t.step("what was removed of it is unpacked again", async () => {
      await Deno.remove(`${await unpacked(place)}/main.js`);
      assertEquals((await parley("--version")).stdout, `parley ${VERSION}\n`);
    });

    await t.step("what somebody else has put there is not run", async () => {
      const main = `${await unpacked(place)}/main.js`;
      if (Deno.uid() !== 0) return; // only root may give files away
      await Deno.chown(main, 65_534, 65_534);
      const { code, stderr } = await parley("--version");
      await Deno.chown(main, 0, 0);
      assertEquals(code, 1);
      assertMatch(stderr, /^parley: \/.* belongs to somebody else\n$/);
    });

    await t.step("a file that was cut short says so, and leaves nothing behind", async () => {
      const whole = await Deno.readFile(executable.path);
      await Deno.writeFile(`${folder}/cut`, whole.subarray(0, whole.length - 1000), { mode: 0o755 });
      const home = `${folder}/home`;
      await Deno.mkdir(home);
      const { code, stdout, stderr } = await run(`${folder}/cut`, ["--version"], { ...place.env, HOME: home }, folder);
      assertEquals([code, stdout], [1, ""]);
      assertMatch(stderr, /^parley: .*this file is damaged.*\n$/);
      assertEquals([...Deno.readDirSync(`${home}/.cache/parley`)], []);
    });

    await t.step("without a folder to unpack into, it says which it looked for", async () => {
      const { code, stderr } = await run(executable.path, ["--version"], { PATH: executable.tools }, folder);
      assertEquals(code, 1);
      assertMatch(stderr, /^parley: .*neither XDG_CACHE_HOME nor HOME is set\n$/);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** The folder that it unpacked itself into. */
async function unpacked(place: Place): Promise<string> {
  const cache = `${place.cwd}/.cache/parley`;
  const entries = [];
  for await (const { name } of Deno.readDir(cache)) entries.push(name);
  assertEquals(entries.length, 1, "one folder, and nothing of who was late");
  assert(entries[0]!.startsWith(`${VERSION}-`));
  return `${cache}/${entries[0]}`;
}
