import { assertEquals, assertRejects } from "@std/assert";
import { readScript } from "../../commands/script_file.ts";

/** A folder of its own with these files, gone afterwards. */
async function withFiles(files: Record<string, Uint8Array>, run: (folder: string) => Promise<unknown>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, bytes] of Object.entries(files)) await Deno.writeFile(`${folder}/${name}`, bytes);
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("readScript() finds a relative path in the caller's folder, and drops a byte order mark", () =>
  withFiles({ "a b.txt": utf8("\uFEFFecho ä\n") }, async (folder) => {
    assertEquals(await readScript("a b.txt", folder), "echo ä\n");
    assertEquals(await readScript(`${folder}/a b.txt`, "/elsewhere"), "echo ä\n");
  }));

Deno.test("readScript() says in plain words why a file cannot be run", () =>
  withFiles({ "binary": new Uint8Array([0x7f, 0x45, 0xff, 0xfe]), "large": new Uint8Array(1024 * 1024 + 1) }, async (
    folder,
  ) => {
    await assertRejects(() => readScript("nowhere", folder), Error, "there is no such file");
    await assertRejects(() => readScript(".", folder), Error, "it is not a file");
    await assertRejects(() => readScript("binary", folder), Error, "it is not a text");
    await assertRejects(() => readScript("large", folder), Error, "it is larger than 1048576 bytes");
    await assertRejects(() => readScript("binary/under", folder), Error, "there is no such file");
  }));
