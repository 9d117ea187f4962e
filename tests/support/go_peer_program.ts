/** Where Debian's Go packages keep their sources. */
const GOPATH = "/usr/share/gocode";
const MEMBERLIST = `${GOPATH}/src/github.com/hashicorp/memberlist`;
const SOURCE = new URL("../interop/go/", import.meta.url).pathname;

/** Whether the Go compiler and memberlist's source are here. */
export function canBuildGoPeer(): boolean {
  try {
    const { success } = new Deno.Command("go", { args: ["version"], stdout: "null", stderr: "null" }).outputSync();
    return success && Deno.statSync(MEMBERLIST).isDirectory;
  } catch {
    return false;
  }
}

let built: Promise<string> | undefined;

/** The path of the program; built by the first who asks for it. */
export function goPeerProgram(): Promise<string> {
  return built ??= build();
}

/**
 * In the folder that the run of all tests has for it, or else one that goes with this process. The name tells the
 * content, so that several test files share one build and never take a stale one.
 */
async function build(): Promise<string> {
  const folder = Deno.env.get("PARLEY_TEST_FOLDER") ?? ownFolder();
  const program = `${folder}/go_peer-${await contentHash()}`;
  if (await exists(program)) return program;
  const { success, stderr } = await new Deno.Command("go", {
    args: ["build", "-o", `${program}.new`, "."],
    cwd: SOURCE,
    // Without modules nothing is looked for in the network, and without cgo no C compiler is needed.
    env: { GO111MODULE: "off", CGO_ENABLED: "0", GOPATH, GOFLAGS: "", GOCACHE: `${folder}/go-cache` },
  }).output();
  if (!success) throw new Error(`The Go peer cannot be built:\n${new TextDecoder().decode(stderr)}`);
  await Deno.rename(`${program}.new`, program);
  return program;
}

function ownFolder(): string {
  const folder = Deno.makeTempDirSync({ prefix: "parley-go-" });
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  return folder;
}

async function contentHash(): Promise<string> {
  const files = ["main.go", "cli_chat.go", "delegate.go", "pool.go", "traffic.go"];
  const texts = await Promise.all(files.map((file) => Deno.readTextFile(`${SOURCE}${file}`)));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(texts.join("\0")));
  return new Uint8Array(digest).toHex().slice(0, 16);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
