/** What people and programs see of messages whose author's wall clock is wrong. */
import { assertEquals, assertMatch } from "@std/assert";
import { encodeEntry, type RoomName } from "../../../actors/chat_room/entry.ts";
import { HYBRID_MS_MAX } from "../../../actors/history/hybrid_time.ts";
import { encodeLogMessage } from "../../../actors/history/log_message.ts";
import type { EntryHash } from "../../../actors/history/values.ts";
import { chatRecord, directRecord } from "../../../actors/repl/records.ts";
import { World } from "../../../sim/world.ts";
import { crafted } from "../../support/author.ts";
import { Seat } from "../../support/seat.ts";

const LOBBY = "lobby" as RoomName;
const HOUR_MS = 3_600_000;

/** Alice, who looks on; bob, whose clock is ahead, dora, whose clock is behind, and charly. */
async function four(json = false) {
  const world = new World({ seed: "marks" });
  const [alice, bob] = [new Seat(world, "alice", { json }), new Seat(world, "bob")];
  await world.clock.advance(500);
  const [charly, dora] = [new Seat(world, "charly"), new Seat(world, "dora")];
  await world.clock.until(() => world.isConverged(), 10_000, "all are in");
  await world.clock.advance(1_000);
  bob.peer.setClock(HOUR_MS);
  dora.peer.setClock(-HOUR_MS);
  alice.look();
  return { world, alice, bob, charly, dora };
}

/** What was said, and is marked behind it; without its time and its number. */
function spoken(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => /^(?: *\d+ {2})?\d\d:\d\d:\d\d (.*)$/.exec(line)?.[1] ?? []);
}

/** The same, for a program. */
function marks(entries: readonly Readonly<Record<string, unknown>>[]): readonly unknown[] {
  return entries.map(({ text, clock }) => [text, clock]);
}

Deno.test("faults row 42: what is said with a clock an hour off is marked, in the line, in history and for who fetches it, and nothing else is", async () => {
  const { world, alice, bob, charly, dora } = await four();
  await dora.enter("I am late");
  await charly.enter("so you are");
  await bob.enter("I am early");
  await charly.enter("so you are, too");
  await dora.enter("/me shrugs");
  assertEquals(spoken(alice.look()), [
    "dora: I am late (clock behind)",
    "charly: so you are",
    "bob: I am early (clock ahead)",
    "charly: so you are, too",
    "* dora shrugs (clock behind)",
  ]);
  const first = spoken(await alice.enter("/history"));
  assertEquals(first[0], "dora: I am late (clock behind)");
  assertEquals(first.map((line) => /\(clock \w+\)/.exec(line)?.[0] ?? ""), [
    "(clock behind)",
    "",
    "(clock ahead)",
    "",
    "(clock behind)",
  ]);
  assertEquals(
    spoken(await dora.enter("/history")).filter((line) => line.startsWith("dora") && /clock/.test(line)),
    [],
  );
  const eva = new Seat(world, "eva");
  await world.clock.advance(3_000);
  eva.look();
  assertEquals(spoken(await eva.enter("/history")), [
    "dora: I am late", // which follows from nothing, and may well be an hour old
    "charly: so you are",
    "bob: I am early (clock ahead)",
    "charly: so you are, too",
    "* dora shrugs", // and bob may be right
  ]);
});

Deno.test("faults row 42: who fetches what follows from others' words sees that it was said with a clock an hour behind", async () => {
  const { world, charly, dora } = await four();
  await charly.enter("is anybody there?");
  await dora.enter("I am");
  const eva = new Seat(world, "eva");
  await world.clock.advance(3_000);
  assertEquals(spoken(await eva.enter("/history")), ["charly: is anybody there?", "dora: I am (clock behind)"]);
});

Deno.test("faults row 42: a program is told whose clock is an hour off, also where it searches, and of what was said to it alone", async () => {
  const { world, alice, bob, dora } = await four(true);
  await dora.enter("late");
  await bob.enter("early");
  await dora.enter("/msg alice only late");
  const lines = alice.look().map((line) => JSON.parse(line));
  assertEquals(marks(lines.filter(({ type }) => type === "chat" || type === "direct")), [
    ["late", "behind"],
    ["early", "ahead"],
    ["only late", "behind"],
  ]);
  for (const command of ["/history", "/search early"]) {
    const output = (await alice.enter(command)).map((line) => JSON.parse(line)).find(({ data }) => data !== undefined);
    const early = output.data.entries.find(({ text }: { text: string }) => text === "early");
    assertEquals(
      [early.clock, Date.parse(early.saidAt) > world.clock.wallMs() + HOUR_MS / 2],
      ["ahead", true],
      command,
    );
  }
});

for (
  const [what, ms, year, mark] of [
    ["1970", 0, "1970", "behind"],
    ["9999", Date.UTC(9999, 11, 31), "9999", "ahead"],
    ["275760", HYBRID_MS_MAX, "9999", "ahead"],
  ] as const
) {
  Deno.test(`faults row 31: what claims to be said in the year ${what} is marked, and shown as of the year ${year}`, async () => {
    for (const json of [false, true]) {
      const { alice, charly, world } = await four(json);
      const batch = crafted("mallory", LOBBY, { time: { ms, count: 0 }, wallMs: ms });
      const payload = encodeLogMessage(batch);
      charly.peer.cast.get("broadcaster").tell({ type: "publish", topic: "room/lobby", payload });
      await world.clock.advance(500);
      const shown = [...alice.look(), ...await alice.enter("/history")];
      if (json) {
        const [live, { data }] = shown.map((line) => JSON.parse(line)).filter(({ type }) =>
          type === "chat" || type === "output"
        );
        const told = [live, data.entries[0]].map(({ saidAt, clock }) => [saidAt.slice(0, 5), clock]);
        assertEquals(told, [[`${year}-`, mark], [`${year}-`, mark]]);
      } else {
        const line = `mallory: mallory 1 (clock ${mark})`;
        assertEquals(spoken(shown), [line, line]);
      }
    }
  });
}

Deno.test("faults row 31: a topic, a coming, and what is changed later are of the year 9999 at most, too", async () => {
  const { alice, charly, world } = await four(true);
  const says = (payload: Uint8Array): void =>
    charly.peer.cast.get("broadcaster").tell({ type: "publish", topic: "room/lobby", payload });
  const content = { type: "topic", text: "the end" } as const;
  says(encodeLogMessage(crafted("mallory", LOBBY, { time: { ms: 1, count: 0 }, wallMs: HYBRID_MS_MAX, content })));
  says(encodeEntry({ type: "came", wallMs: HYBRID_MS_MAX, guest: "Zoe" }));
  await world.clock.advance(500);
  for (const command of ["/topic", "/chatmemberlist"]) {
    const lines = (await alice.enter(command)).map((line) => JSON.parse(line));
    const { data } = lines.find(({ type }) => type === "output");
    const times = command === "/topic"
      ? [data.topic.setAt]
      : data.occupants.map(({ since }: { since: string }) => since);
    assertEquals(times.filter((time: string) => time === "9999-12-31T23:59:59.999Z").length, 1, command);
  }
  const later = { room: LOBBY, author: "bob", own: false, type: "redacted", wallMs: HYBRID_MS_MAX } as const;
  const target = { target: "ab" as EntryHash, targetAuthor: "bob", targetWallMs: HYBRID_MS_MAX };
  const { saidAt, targetSaidAt } = chatRecord({ ...later, ...target }) as Readonly<Record<string, unknown>>;
  const told = { type: "told", from: "bob", to: "alice", own: false, text: "", id: "ab" as EntryHash } as const;
  const direct = directRecord({ ...told, wallMs: HYBRID_MS_MAX }) as Readonly<Record<string, unknown>>;
  assertEquals(new Set([saidAt, targetSaidAt, direct["saidAt"]]), new Set(["9999-12-31T23:59:59.999Z"]));
});

Deno.test("faults row 31: search shows a year that there is, and the mark", async () => {
  const { alice, charly, world } = await four();
  const payload = encodeLogMessage(crafted("mallory", LOBBY, { time: { ms: 1, count: 0 }, wallMs: HYBRID_MS_MAX }));
  charly.peer.cast.get("broadcaster").tell({ type: "publish", topic: "room/lobby", payload });
  await world.clock.advance(500);
  alice.look();
  const [line = ""] = await alice.enter("/search mallory");
  assertMatch(line, /^(9999-12-31|10000-01-01) .* mallory: mallory 1 \(clock ahead\)$/); // in the zone of whoever looks
});
