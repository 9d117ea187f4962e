import { assertEquals } from "@std/assert";
import { moveAside } from "../../commands/sqlite.ts";

async function inFolder(run: (folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) Deno.writeTextFileSync(`${folder}/${name}`, text);
}

function all(folder: string): Readonly<Record<string, string>> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  return Object.fromEntries(names.map((name) => [name, Deno.readTextFileSync(`${folder}/${name}`)]));
}

Deno.test("what is damaged is moved aside with the changes that were not in it yet", () =>
  inFolder((folder) => {
    write(folder, {
      "a.db": "file",
      "a.db-wal": "changes",
      "a.db-shm": "memory",
      "a.db-journal": "undone",
      "b.db": "b",
    });
    assertEquals(moveAside(`${folder}/a.db`), { to: `${folder}/a.db.damaged`, gone: [] });
    assertEquals(all(folder), {
      "a.db.damaged": "file",
      "a.db.damaged-wal": "changes",
      "a.db.damaged-journal": "undone",
      "b.db": "b",
    });
  }));

Deno.test("a name that a kill left to changes alone is nobody else's", () =>
  inFolder((folder) => {
    for (const end of ["wal", "journal"]) {
      write(folder, { [`a.db.damaged-7-${end}`]: "before a kill", "a.db": "file", "a.db-wal": "changes" });
      const { to } = moveAside(`${folder}/a.db`);
      assertEquals(to, `${folder}/a.db.damaged-8`);
      assertEquals(all(folder), {
        [`a.db.damaged-7-${end}`]: "before a kill",
        "a.db.damaged-8": "file",
        "a.db.damaged-8-wal": "changes",
      });
      for (const name of Object.keys(all(folder))) Deno.removeSync(`${folder}/${name}`);
    }
  }));
