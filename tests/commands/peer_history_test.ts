import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { PeerName } from "../../actors/peer_name.ts";
import { openHistory } from "../../commands/history_database.ts";
import { openPeerHistory } from "../../commands/peer_history.ts";
import { NO_LABEL } from "../../transport/wire/label.ts";

const KEY = "open since";

/** Opens what alice keeps, and says whether the end of her logs may be lacking. */
async function opened(home: string) {
  const found = await openPeerHistory("alice" as PeerName, NO_LABEL, { XDG_DATA_HOME: home }, () => {});
  if (!found.ok) throw new Error(found.why);
  return found;
}

Deno.test("after a machine went down, what was written last may be lacking; after a kill or a goodbye it is not", async () => {
  const home = await Deno.makeTempDir();
  const path = `${home}/parley/default/alice/history.db`;
  try {
    const first = await opened(home);
    assertEquals(first.history.mayLack, false, "nothing was there");
    first.close();
    const second = await opened(home);
    assertEquals([second.history.mayLack, second.history.store.recall(KEY) !== undefined], [false, true]);
    second.history.store.close(); // killed: nobody says that it ended
    const third = await opened(home);
    assertEquals(third.history.mayLack, false, "the same start of the machine");
    third.history.store.close();
    const store = openHistory(path);
    if (!store.ok) throw new Error(store.why);
    store.store.remember(KEY, String(Date.now() - 1_000 * Deno.osUptime() - 3_600_000));
    store.store.close();
    const fourth = await opened(home);
    assertEquals(fourth.history.mayLack, true);
    fourth.close();
    const fifth = await opened(home);
    assertEquals(fifth.history.mayLack, false);
    fifth.close();
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("after a damage to what was written last, some of it may be lacking", async () => {
  const home = await Deno.makeTempDir();
  try {
    (await opened(home)).close();
    const db = new DatabaseSync(`${home}/parley/default/alice/history.db`);
    db.exec("insert into inbox (entries) values (x'c1')");
    db.close();
    const next = await opened(home);
    assertEquals(next.history.mayLack, true);
    next.close();
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
