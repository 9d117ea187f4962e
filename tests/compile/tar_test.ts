import { assertEquals, assertThrows } from "@std/assert";
import { tar } from "../../tools/compile/tar.ts";
import { ignoredFor } from "../support/ignored.ts";

const hello = new TextEncoder().encode("hello\n");

function archive(...files: Parameters<typeof tar>[0]): Promise<Uint8Array<ArrayBuffer>> {
  return new Blob([...tar(files)]).bytes();
}

Deno.test("an archive is whole blocks, its files in their order, with nothing of when or by whom", async () => {
  const bytes = await archive(
    { path: "a/one", isExecutable: true, bytes: hello },
    { path: "a/two", isExecutable: false, bytes: new Uint8Array(512) },
  );
  assertEquals(bytes.length, 512 * (1 + 1 + 1 + 1 + 2));
  const text = new TextDecoder().decode(bytes);
  assertEquals([text.indexOf("a/one"), text.indexOf("hello"), text.indexOf("a/two")], [0, 512, 1024]);
  assertEquals(text.slice(100, 148), "0000755\0" + "0000000\0" + "0000000\0" + "00000000006\0" + "00000000000\0");
  assertEquals(
    bytes,
    await archive(
      { path: "a/one", isExecutable: true, bytes: hello },
      { path: "a/two", isExecutable: false, bytes: new Uint8Array(512) },
    ),
  );
});

Deno.test("a path that the format has no room for is refused", async () => {
  await archive({ path: "p".repeat(100), isExecutable: false, bytes: hello });
  assertThrows(
    () => [...tar([{ path: "p".repeat(101), isExecutable: false, bytes: hello }])],
    RangeError,
    "does not fit",
  );
});

const unix = ignoredFor(Deno.build.os === "windows" ? ["for want of tar"] : []);

Deno.test("tar unpacks what was packed, executable or not", unix, async () => {
  const folder = await Deno.makeTempDir({ prefix: "parley-tar-" });
  try {
    await Deno.writeFile(
      `${folder}/x.tar`,
      await archive(
        { path: "a/program", isExecutable: true, bytes: hello },
        { path: "a/text", isExecutable: false, bytes: new Uint8Array(1000).fill(65) },
      ),
    );
    const { success } = await new Deno.Command("tar", { args: ["-xf", "x.tar"], cwd: folder }).output();
    assertEquals(success, true);
    assertEquals(await Deno.readTextFile(`${folder}/a/program`), "hello\n");
    assertEquals(await Deno.readTextFile(`${folder}/a/text`), "A".repeat(1000));
    const modes = await Promise.all(["program", "text"].map((name) => Deno.stat(`${folder}/a/${name}`)));
    assertEquals(modes.map(({ mode }) => mode! & 0o100), [0o100, 0]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
