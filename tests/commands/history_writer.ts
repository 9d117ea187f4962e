/** Writes one entry after the other into the history given, until it is killed; says which was flushed last. */
import { openHistory } from "../../commands/history_database.ts";
import { entryOf } from "../support/entries.ts";

const opened = openHistory(Deno.args[0]!);
if (!opened.ok) throw new Error(opened.why);
const out = new TextEncoder();
for (let sequence = 1; sequence <= 50_000; sequence++) {
  opened.store.put([entryOf(sequence)]);
  if (sequence % 7 !== 0) continue;
  opened.store.flush();
  Deno.stdout.writeSync(out.encode(`${sequence}\n`));
}
