import { assert } from "@std/assert";
import { openHistory } from "../../commands/history_database.ts";
import type { HistoryStore } from "../../actors/history/store.ts";
import { storeContract } from "../actors/history/store_contract.ts";

async function inFolder(run: (path: string) => void | Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await run(`${directory}/deep/history.sqlite`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function opened(path: string): HistoryStore {
  const result = openHistory(path);
  assert(result.ok, JSON.stringify(result));
  return result.store;
}

storeContract("in a file", (run) => inFolder((path) => run({ open: () => opened(path) })));
