import { createHash } from "node:crypto";
import { createGzip } from "node:zlib";
import { SINGLE_FILE_FLAGS } from "../../commands/own_program.ts";
import { launcherScript } from "./launcher.ts";
import { tar, type TarFile } from "./tar.ts";

export type SelfExtracting = Readonly<{
  /** Where the executable goes. */
  output: string;
  /** The Deno program that it is to bring along. */
  deno: string;
  /** The program as one file. */
  bundle: string;
  version: string;
}>;

/** Writes an executable that holds Deno and the bundle; the same bytes from the same two. Rejects over what disks do. */
export async function writeSelfExtracting({ output, deno, bundle, version }: SelfExtracting): Promise<void> {
  const [program, main] = await Promise.all([Deno.readFile(deno), Deno.readFile(bundle)]);
  const content = createHash("sha256").update(program).update(main).digest("hex").slice(0, 16);
  const folder = `${version}-${content}`;
  const files: readonly TarFile[] = [
    { path: `${folder}/deno`, isExecutable: true, bytes: program },
    { path: `${folder}/main.js`, isExecutable: false, bytes: main },
  ];
  const { os, arch } = Deno.build;
  const script = launcherScript({ folder, platform: `${os} ${arch}`, flags: SINGLE_FILE_FLAGS });

  const unfinished = `${output}.new`;
  using file = await Deno.open(unfinished, { write: true, create: true, truncate: true, mode: 0o755 });
  await writeAll(file, new TextEncoder().encode(script));
  for await (const chunk of gzip(tar(files))) await writeAll(file, chunk);
  await Deno.chmod(unfinished, 0o755); // the mode of a new file is cut by the umask
  await Deno.rename(unfinished, output);
}

async function* gzip(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const zip = createGzip();
  const fed = (async () => {
    for (const piece of pieces) {
      if (!zip.write(piece)) await new Promise((resolve) => zip.once("drain", resolve));
    }
    zip.end();
  })();
  yield* zip;
  await fed;
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await file.write(rest));
}
