/**
 * `deno task compile [FILE]`: Parley as one executable file, `dist/parley` unless it is told otherwise, that needs no
 * Deno where it runs. It is made by `deno compile`, or, where the base that this needs cannot be downloaded, by putting
 * this very Deno and the program into a file that unpacks itself. Says how large it is and how long it takes to start.
 */
import { VERSION } from "../version.ts";
import { writeSelfExtracting } from "./compile/self_extracting.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** A download over a slow line takes minutes; one that is not answered takes for ever. */
const RUN_TIMEOUT_MS = 300_000;

/** What of `deno compile`'s complaints says that its base is missing, and not that something is wrong with ours. */
const NO_BASE = /denort|dl\.deno\.land|base binary/i;

/** Starts after the first, of which the middle one counts. */
const STARTS = 5;

type Ran = Readonly<{ success: boolean; stdout: string; stderr: string; timedOut: boolean }>;

/** Runs a program in the project's folder, without colours. */
async function run(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const signal = AbortSignal.timeout(RUN_TIMEOUT_MS);
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    signal,
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { success, stdout: text(stdout), stderr: text(stderr), timedOut: signal.aborted };
}

/** Whether `deno compile` made it; else why its base is missing. Throws over everything else that is wrong. */
async function compile(output: string): Promise<"done" | { readonly why: string }> {
  const unfinished = `${output}.new`; // where something is that it did not make, it writes nothing
  await Deno.remove(unfinished).catch(() => {}); // most often there is none
  const permissions = ["net", "read", "write", "env", "sys", "run"].map((name) => `--allow-${name}`);
  const args = ["compile", "-q", "--no-prompt", "--exclude-unused-npm", ...permissions, "-o", unfinished, "main.ts"];
  const { success, stderr, timedOut } = await run(Deno.execPath(), args);
  if (success) {
    await Deno.rename(unfinished, output);
    return "done";
  }
  if (timedOut) return { why: `not within ${RUN_TIMEOUT_MS / 1000} s` };
  if (!NO_BASE.test(stderr)) throw new Error(`deno compile failed:\n${stderr}`);
  const causes = [...stderr.matchAll(/^\s+\d+: (.*)$/gm)].map(([, cause = ""]) => cause).filter((c) =>
    c !== "<unknown>"
  );
  return { why: causes.at(-1) ?? "for no reason that it names" };
}

async function bundle(folder: string): Promise<string> {
  const file = `${folder}/main.js`;
  // Minified, for otherwise it holds the paths of this machine's packages.
  const { success, stderr } = await run(Deno.execPath(), ["bundle", "-q", "--minify", "-o", file, "main.ts"]);
  if (!success) throw new Error(`deno bundle failed:\n${stderr}`);
  return file;
}

/** How long a start takes until the version is shown, in ms. Throws if something else is. */
async function startMs(executable: string, env: Record<string, string>): Promise<number> {
  const from = performance.now();
  const { success, stdout, stderr } = await run(executable, ["--version"], env);
  const ms = performance.now() - from;
  if (!success || stdout !== `parley ${VERSION}\n`) throw new Error(`${executable} does not start: ${stdout}${stderr}`);
  return ms;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function complain(why: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`parley: ${why}\n`));
}

async function main(output: string): Promise<void> {
  await Deno.mkdir(output.slice(0, output.lastIndexOf("/")), { recursive: true });
  const folder = await Deno.makeTempDir({ prefix: "parley-compile-" });
  try {
    const compiled = await compile(output);
    if (compiled !== "done") {
      say(`The base of deno compile cannot be downloaded (${compiled.why}): the executable brings this Deno along.`);
      await writeSelfExtracting({ output, deno: Deno.execPath(), bundle: await bundle(folder), version: VERSION });
    }
    const { size } = await Deno.stat(output);
    say(`${output}: ${(size / 1e6).toFixed(1)} MB, for ${Deno.build.os} ${Deno.build.arch}`);
    const env = { XDG_CACHE_HOME: `${folder}/cache` };
    const first = await startMs(output, env);
    const further: number[] = [];
    while (further.length < STARTS) further.push(await startMs(output, env));
    const usual = further.sort((a, b) => a - b)[Math.floor(STARTS / 2)]!;
    say(`The first start takes ${(first / 1000).toFixed(2)} s, further ones ${(usual / 1000).toFixed(2)} s`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const [given = `${ROOT}dist/parley`, surplus] = Deno.args;
if (surplus !== undefined || given.startsWith("-")) {
  complain("usage: deno task compile [FILE]");
  Deno.exit(2);
}
try {
  await main(given.startsWith("/") ? given : `${Deno.env.get("INIT_CWD") ?? Deno.cwd()}/${given}`);
} catch (error) {
  complain(error instanceof Error ? error.message : String(error));
  Deno.exit(1);
}
