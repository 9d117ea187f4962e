import { assert, assertEquals, assertMatch } from "@std/assert";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

function commandOf(args: readonly string[], permissions: readonly string[] = []): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", "-P=sim", ...permissions, MAIN, "experiment", ...args],
    env: { XDG_CONFIG_HOME: "/nowhere", NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  });
}

function experiment(...args: readonly string[]) {
  return outputOf(commandOf(args));
}

async function outputOf(command: Deno.Command | Deno.ChildProcess) {
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("an experiment prints a table with a row for each size, and each row on stderr when it is known", async () => {
  const { code, stdout, stderr } = await experiment("swim", "--sizes", "3,4");
  assertEquals(code, 0);
  assertMatch(stdout, /^\| peers \|.*\n\| -+ \|.*\n\| 3 {5}\| [12]\.\d\d .*\n\| 4 {5}\| [12]\.\d\d .*\n$/);
  assertEquals(stderr.trimEnd().split("\n").length, 2);
});

Deno.test("with --json each row is an object, with the seed", async () => {
  const { code, stdout, stderr } = await experiment("swim", "--sizes", "3", "--seed", "7", "--json");
  assertEquals([code, stderr], [0, ""]);
  const row = JSON.parse(stdout);
  assertEquals([row.v, row.type, row.seed, row.peers], [1, "swim", "7", 3]);
  assert(row.suspectedAfterPeriods > 1 && row.suspectedAfterPeriods < 3);
});

Deno.test("the same seed prints the same bytes", async () => {
  const args = ["swim", "--sizes", "3,5", "--seed", "word", "--json"] as const;
  const first = await experiment(...args);
  assertEquals(first.stdout.split("\n").length, 3);
  assertEquals(await experiment(...args), first);
});

Deno.test("with --report the plots and the table are written as a page, and as SVG alone where that is asked for", async () => {
  const folder = await Deno.makeTempDir();
  const [page, svg] = [`${folder}/swim.html`, `${folder}/swim.svg`];
  try {
    for (const path of [page, svg]) {
      const args = ["swim", "--sizes", "3,4", "--report", path];
      const { code, stdout } = await outputOf(commandOf(args, [`--allow-write=${folder}`]));
      assertEquals([code, stdout.split("\n").length], [0, 5]);
    }
    const text = await Deno.readTextFile(page);
    assert(text.includes("<svg viewBox=") && text.includes("<td>") && text.endsWith("</html>\n"));
    assertMatch(await Deno.readTextFile(svg), /^<svg xmlns=[^]*<\/svg>\n$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a report that cannot be written is told before anything is measured", async () => {
  const { code, stdout, stderr } = await experiment("lifeguard", "--report", "/nowhere/x.html");
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /^parley: cannot write \/nowhere\/x\.html: .*\n$/);
});

Deno.test("Ctrl-C ends it with the rows so far", async () => {
  const child = commandOf(["swim", "--sizes", "3,600"]).spawn();
  const stdout = new Response(child.stdout).text();
  let stderr = "";
  for await (const bytes of child.stderr) {
    if (stderr === "") child.kill("SIGINT"); // the first row is there
    stderr += new TextDecoder().decode(bytes);
  }
  assertEquals((await child.status).code, 130);
  assertEquals((await stdout).trimEnd().split("\n").length, 3);
  assertMatch(stderr, /stopped: these are the rows so far; seed 1\n$/);
});
