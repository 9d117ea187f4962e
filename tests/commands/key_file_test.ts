import { assert, assertEquals } from "@std/assert";
import { readKeyFile } from "../../commands/key_file.ts";
import { keyringOf } from "../transport/wire/secrets.ts";

const FIRST = "00".repeat(32);
const SECOND = "11".repeat(16);
const inBase64 = (hex: string): string => Uint8Array.fromHex(hex).toBase64();

/** A file of its own with this content and mode, gone afterwards. */
async function withFile<T>(content: string | Uint8Array, mode: number, run: (path: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/keys`;
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
    await Deno.chmod(path, mode);
    return await run(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const GOOD: readonly (readonly [what: string, content: string, keys: readonly string[]])[] = [
  ["one key", `${inBase64(FIRST)}\n`, [FIRST]],
  ["no end of line", inBase64(FIRST), [FIRST]],
  ["two keys, the first is used", `${inBase64(SECOND)}\n${inBase64(FIRST)}\n`, [SECOND, FIRST]],
  ["comments and empty lines", `# ours\n\n  ${inBase64(FIRST)}  # since May\n#${inBase64(SECOND)}\n`, [FIRST]],
  ["lines that end as on Windows, and a mark in front", `\uFEFF${inBase64(FIRST)}\r\n${inBase64(SECOND)}\r\n`, [
    FIRST,
    SECOND,
  ]],
  ["a key twice", `${inBase64(FIRST)}\n${inBase64(FIRST)}\n`, [FIRST]],
];

for (const [what, content, keys] of GOOD) {
  Deno.test(`readKeyFile() takes ${what}`, async () => {
    const file = await withFile(content, 0o600, readKeyFile);
    assert(file.ok, JSON.stringify(file));
    assertEquals(
      file.keyring.keys.map((key) => key.toBase64()),
      keyringOf(...keys).keys.map((key) => key.toBase64()),
    );
  });
}

const nineKeys = Array.from({ length: 9 }, (_, i) => new Uint8Array(16).fill(i).toBase64()).join("\n");
const SHOUTED = "correct horse battery staple";

const BAD: readonly (readonly [what: string, content: string | Uint8Array, mode: number, why: string])[] = [
  [
    "its group may read",
    inBase64(FIRST),
    0o640,
    'others than you may use it (mode 0640); "chmod 600" makes it yours alone',
  ],
  [
    "everybody may read",
    inBase64(FIRST),
    0o644,
    'others than you may use it (mode 0644); "chmod 600" makes it yours alone',
  ],
  [
    "others may write",
    inBase64(FIRST),
    0o602,
    'others than you may use it (mode 0602); "chmod 600" makes it yours alone',
  ],
  ["is empty", "", 0o600, 'there is no key in it; "openssl rand -base64 32" makes one'],
  ["has only comments", "# none\n\n", 0o600, 'there is no key in it; "openssl rand -base64 32" makes one'],
  ["holds no base64", `# a password\n${SHOUTED}!\n`, 0o600, "line 2: a key must be written in base64"],
  [
    "holds a key of a wrong size",
    `${inBase64("22".repeat(20))}\n`,
    0o600,
    "line 1: a key must have 16, 24 or 32 bytes, not 20",
  ],
  ["holds a key in hex", FIRST, 0o600, "line 1: a key must have 16, 24 or 32 bytes, not 48"],
  ["has a bad line behind a good one", `${inBase64(FIRST)}\nx\n`, 0o600, "line 2: a key must be written in base64"],
  ["has too many keys", nineKeys, 0o600, "it has more than 8 keys"],
  ["is no text", Uint8Array.of(0xff, 0xfe, 0x00), 0o600, "it is not a text"],
  ["is huge", "#".repeat(16 * 1024 + 1), 0o600, "it is larger than 16384 bytes"],
];

for (const [what, content, mode, why] of BAD) {
  Deno.test(`faults row 69: a key file that ${what} is refused, and not quoted`, async () => {
    await withFile(content, mode, async (path) => {
      const file = await readKeyFile(path);
      assertEquals(file, { ok: false, why: `key file "${path}": ${why}` });
    });
  });
}

Deno.test("faults row 69: a key file that is not there, is a folder or below a file, is refused", async () => {
  await withFile(inBase64(FIRST), 0o600, async (path) => {
    const folder = path.slice(0, path.lastIndexOf("/"));
    const missing = { ok: false as const, why: `key file "${path}2": there is no such file` };
    assertEquals(await readKeyFile(`${path}2`), missing);
    assertEquals(await readKeyFile(`${path}/x`), { ok: false, why: `key file "${path}/x": there is no such file` });
    assertEquals(await readKeyFile(folder), { ok: false, why: `key file "${folder}": it is not a file` });
  });
});

Deno.test({
  name: "faults row 69: a key file that we may not read is refused",
  permissions: { read: false }, // the mode of the file would not keep root from it
  fn: async () => {
    assertEquals(await readKeyFile("/ours.keys"), { ok: false, why: 'key file "/ours.keys": you may not read it' });
  },
});
