import { assertEquals } from "@std/assert";
import type { ChatRecord, CliChatMessage } from "../../../actors/cli_chat/format.ts";
import { Records } from "../../../actors/cli_chat/records.ts";
import type { Address } from "../../../transport/address.ts";

const NOW = { seconds: 1_000, nanos: 0 };

const said = (type: CliChatMessage["type"], seconds: number, port = 5, nanos = 0): CliChatMessage => ({
  type,
  record: { name: "bob", sender: `127.0.0.1:${port}` as Address, timestamp: { seconds, nanos } },
});

function after(...heard: readonly CliChatMessage[]) {
  const records = new Records();
  const hearings = heard.map((one) => records.hear(one, NOW));
  return { records, hearings, port: records.get("bob")?.sender.split(":")[1] };
}

const CASES: readonly [what: string, heard: readonly CliChatMessage[], hearings: readonly string[], port?: string][] = [
  ["who joins is kept", [said("join", 1)], ["new"], "5"],
  ["the same again is old", [said("join", 1), said("join", 1, 6)], ["new", "old"], "5"],
  ["an older one is old", [said("join", 2), said("join", 1, 6)], ["new", "old"], "5"],
  ["a newer one replaces it", [said("join", 1), said("join", 2, 6)], ["new", "changed"], "6"],
  ["a nanosecond counts", [said("join", 1), said("join", 1, 6, 1)], ["new", "changed"], "6"],
  ["a leave has the time of its join", [said("join", 1), said("leave", 1)], ["new", "gone"]],
  ["a leave of a former life is old", [said("join", 2), said("leave", 1)], ["new", "old"], "5"],
  ["a leave of nobody is old, and remembered", [said("leave", 1), said("join", 1)], ["old", "old"]],
  ["who left may come again", [said("join", 1), said("leave", 1), said("join", 2)], ["new", "gone", "new"], "5"],
  ["an old leave does not unbury", [said("leave", 3), said("leave", 1), said("join", 2)], ["old", "old", "old"]],
  ["a ping tells who is there", [said("ping", 9)], ["new"], "5"],
  ["a ping of who is known changes nothing", [said("join", 1), said("ping", 9, 6)], ["new", "old"], "5"],
  ["a ping has no age: anything is newer", [said("ping", 9), said("join", 1, 6)], ["new", "changed"], "6"],
  ["a ping brings nobody back", [said("join", 1), said("leave", 1), said("ping", 9)], ["new", "gone", "old"]],
  ["a day ahead is believed, more is not", [said("join", 1_000 + 86_400)], ["new"], "5"],
  ["what is more than a day ahead is not", [said("join", 1_000 + 86_401)], ["old"]],
];

for (const [what, heard, hearings, port] of CASES) {
  Deno.test(`records of cli-chat: ${what}`, () => {
    const result = after(...heard);
    assertEquals([result.hearings, result.port], [hearings, port]);
  });
}

Deno.test("records of cli-chat: who is taken out stays out until something newer is said", () => {
  const { records } = after(said("join", 1));
  assertEquals([records.remove("bob"), records.remove("bob")], [true, false]);
  assertEquals([records.hear(said("join", 1), NOW), records.hear(said("join", 2), NOW)], ["old", "new"]);
});

Deno.test("records of cli-chat: at most 1,024 are kept, and as many of who left", () => {
  const records = new Records();
  const nobody = (i: number): ChatRecord => ({ ...said("join", 1).record, name: `n${i}` });
  for (let i = 0; i < 2_000; i++) records.hear({ type: "join", record: nobody(i) }, NOW);
  assertEquals(records.all.length, 1_024);
  for (let i = 0; i < 1_024; i++) records.remove(`n${i}`);
  records.hear({ type: "leave", record: nobody(1_024) }, NOW);
  assertEquals(records.hear({ type: "join", record: nobody(0) }, NOW), "new", "the oldest grave has given way");
  assertEquals(records.hear({ type: "join", record: nobody(1) }, NOW), "old");
});
