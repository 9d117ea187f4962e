import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { signerFrom } from "../../actors/history/signing.ts";
import { identityFilePath, openIdentity } from "../../commands/identity_file.ts";

const SEED = new Uint8Array(32).fill(7);
const { author: AUTHOR } = signerFrom(SEED);
const WHOLE = `${JSON.stringify({ v: 1, seed: SEED.toHex(), author: AUTHOR })}\n`;

/** Other bytes each time. */
function secrets(): (length: number) => Uint8Array {
  let next = 100;
  return (length) => new Uint8Array(length).fill(next++);
}

function test(name: string, run: (path: string) => Promise<void>): void {
  Deno.test(name, async () => {
    const directory = await Deno.makeTempDir();
    try {
      await run(identityFilePath(`${directory}/parley/default/ada`));
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/"));

/** An identity's file with this content, as it could be found. */
async function put(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  await Deno.mkdir(folderOf(path), { recursive: true });
  await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
  await Deno.chmod(path, mode);
}

test("the first start makes an identity, and the next ones have the same", async (path) => {
  const made = await openIdentity(path, secrets());
  assert(made.ok);
  assertEquals(made.origin, "made");
  assertEquals(made.author, signerFrom(made.seed).author);
  const later = secrets();
  later(1);
  const kept = await openIdentity(path, later);
  assertEquals(kept, { ...made, origin: "kept" });
});

test("the identity and its folders are their owner's alone", async (path) => {
  await openIdentity(path, secrets());
  assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  for (let folder = folderOf(path); folder.includes("/parley"); folder = folderOf(folder)) {
    assertEquals((await Deno.stat(folder)).mode! & 0o777, 0o700);
  }
});

test("of many first starts at once one makes the identity, all have it, and nothing else is left", async (path) => {
  const each = secrets();
  const opened = await Promise.all([...Array(20)].map(() => openIdentity(path, each)));
  const origins = opened.map((identity) => identity.ok ? identity.origin : identity.why);
  assertEquals(origins.filter((origin) => origin === "made").length, 1);
  assertEquals(origins.filter((origin) => origin === "kept").length, 19);
  assertEquals(new Set(opened.map((identity) => identity.ok ? identity.author : identity.why)).size, 1);
  const files = await Array.fromAsync(Deno.readDir(folderOf(path)));
  assertEquals(files.map(({ name }) => name), ["identity.json"]);
});

test("an identity that others may use is refused with what mends it, and works then", async (path) => {
  for (const mode of [0o604, 0o620, 0o640, 0o644, 0o666]) {
    await put(path, WHOLE, mode);
    const octal = mode.toString(8);
    assertEquals(await openIdentity(path, secrets()), {
      ok: false,
      why: `identity file "${path}": others than you may use it (mode 0${octal}); "chmod 600" makes it yours alone`,
    });
  }
  await Deno.chmod(path, 0o600);
  assertEquals(await openIdentity(path, secrets()), { ok: true, seed: SEED, author: AUTHOR, origin: "kept" });
});

const other = signerFrom(new Uint8Array(32).fill(8)).author;
const DAMAGED: readonly (readonly [what: string, content: string])[] = [
  ["is empty", ""],
  ["is cut off", WHOLE.slice(0, 60)],
  ["is no JSON", "my key"],
  ["holds something else", "[]"],
  ["has no secret", JSON.stringify({ v: 1, author: AUTHOR })],
  ["has a secret that is too short", JSON.stringify({ v: 1, seed: "07".repeat(31), author: AUTHOR })],
  ["has a secret of other letters", JSON.stringify({ v: 1, seed: "0g".repeat(32), author: AUTHOR })],
  ["has a secret with one bit changed", WHOLE.replace('"seed":"07', '"seed":"06')],
  ["names another author", JSON.stringify({ v: 1, seed: SEED.toHex(), author: other })],
  ["is of a later version", JSON.stringify({ v: 2, seed: SEED.toHex(), author: AUTHOR })],
];

for (const [what, content] of DAMAGED) {
  test(`an identity file that ${what} is refused, not quoted, and stays as it is`, async (path) => {
    await put(path, content);
    const why = "it is damaged; put a copy in its place, or remove it to begin as somebody new to the others";
    assertEquals(await openIdentity(path, secrets()), { ok: false, why: `identity file "${path}": ${why}` });
    assertEquals(await Deno.readTextFile(path), content);
  });
}

test("whatever bytes are in the file, it is refused and stays", async (path) => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 1100 }), async (bytes) => {
      await put(path, bytes);
      const identity = await openIdentity(path, secrets());
      assert(!identity.ok);
      assertEquals(await Deno.readFile(path), bytes);
    }),
    { numRuns: 30 },
  );
});

test("a file that is too large, or none at all, is refused", async (path) => {
  await put(path, WHOLE.padEnd(1025));
  assertEquals(await openIdentity(path, secrets()), {
    ok: false,
    why: `identity file "${path}": it is larger than 1024 bytes`,
  });
  await Deno.remove(path);
  await Deno.mkdir(path);
  assertEquals(await openIdentity(path, secrets()), { ok: false, why: `identity file "${path}": it is not a file` });
});

test("a link to where nothing is, as of a disk that is not in, is refused and not replaced", async (path) => {
  await Deno.mkdir(folderOf(path), { recursive: true });
  await Deno.symlink(`${folderOf(path)}/elsewhere`, path);
  assertEquals(await openIdentity(path, secrets()), {
    ok: false,
    why: `identity file "${path}": it leads nowhere, or was taken away just now`,
  });
  assert((await Deno.lstat(path)).isSymlink);
});

test("where no folder can be made, the identity is for this run only, and says so", async (path) => {
  await Deno.mkdir(folderOf(folderOf(path)), { recursive: true });
  await Deno.writeTextFile(folderOf(path), "a file where the folder should be");
  const identity = await openIdentity(path, secrets());
  assert(identity.ok);
  assertEquals(identity.origin, "passing");
  assertEquals(identity.author, signerFrom(identity.seed).author);
  const said = `the key that this peer signs with is for this run only: cannot write ${path}: `;
  assertStringIncludes(identity.trouble!, said);
});

Deno.test("without a home the identity is for this run only, and says so", async () => {
  const each = secrets();
  const [one, next] = [await openIdentity(undefined, each), await openIdentity(undefined, each)];
  assert(one.ok && next.ok && one.author !== next.author);
  assertMatch(one.trouble!, /for this run only: the environment names no home directory to keep it in$/);
});

Deno.test({
  name: "where nothing may be written, or even read, the identity is for this run only, and says so",
  permissions: { read: false, write: false },
  fn: async () => {
    const identity = await openIdentity("/nowhere/ada/identity.json", secrets());
    assert(identity.ok);
    assertEquals(
      identity.trouble,
      "the key that this peer signs with is for this run only: cannot write /nowhere/ada/identity.json: it is not permitted",
    );
  },
});
