import { assertEquals } from "@std/assert";
import { parsePeerName, type PeerName } from "../../actors/peer_name.ts";
import { dataFolder } from "../../commands/data_folder.ts";
import { parseLabel } from "../../transport/wire/label.ts";

function folderOf(label: string, name = "ada"): string {
  const parsed = parsePeerName(name) as { ok: true; name: PeerName };
  return dataFolder("/data/parley", parseLabel(label)!, parsed.name);
}

Deno.test("a peer's folder is below that of its cluster", () => {
  assertEquals(folderOf(""), "/data/parley/default/ada");
  assertEquals(folderOf("garden"), "/data/parley/garden/ada");
  assertEquals(folderOf("", "grün"), "/data/parley/default/gr%C3%BCn");
});

Deno.test("no label leads out of the directory, or into the folder of another", () => {
  const labels = [
    "",
    "default",
    "~default",
    "~~default",
    ".",
    "..",
    "../default",
    "a/b",
    "a",
    "~a",
    ".a",
    "~.a",
    "a\0",
    "ü",
  ];
  const folders = labels.map((label) => folderOf(label));
  assertEquals(new Set(folders).size, labels.length);
  for (const folder of folders) assertEquals(new URL(`file://${folder}`).pathname.split("/").length, 5, folder);
  assertEquals(folderOf(".."), "/data/parley/~../ada");
});

Deno.test("a label too long for a folder's name is told apart from others by its hash", () => {
  const [one, other] = ["one", "two"].map((end) => folderOf("ü".repeat(120) + end));
  for (const folder of [one!, other!]) assertEquals(folder.split("/")[3]!.length < 256, true);
  assertEquals(one === other, false);
});
