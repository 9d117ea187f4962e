import { assert, assertEquals } from "@std/assert";
import { COMMANDS } from "../../../actors/repl/command_table.ts";
import type { Desk } from "../../../actors/repl/desk.ts";
import page from "../../../docs/json.md" with { type: "text" };
import { World } from "../../../sim/world.ts";
import { keyOf, protectedBy } from "../../support/keys.ts";
import { Seat } from "../../support/seat.ts";

/** The commands that show data, with the fields that a program finds there; in an order in which each can be done. */
const DATA: Readonly<Record<string, readonly string[]>> = {
  "memberlistconfigure": ["address"],
  "memberlistcreate": ["member"],
  "memberliststart": ["address"],
  "bootstrapjoin": ["config", "peers", "listed"],
  "memberlistjoin": ["contacted", "members"],
  "chatjoin": ["room"],
  "join lobby": ["room"],
  "memberlist": ["members"],
  "localnode": ["name", "address"],
  "showmemberlist": ["name", "address", "incarnation", "healthScore", "members"],
  "memberlisthealthscore": ["healthScore"],
  "memberlistupdate": ["told"],
  "ping bob": ["name", "address", "roundTripMs"],
  "play bob": ["name", "address", "roundTripMs"],
  "chatmemberlist": ["room", "occupants"],
  "away lunch": ["away"],
  "back": ["away"],
  "whoami": ["name", "nick", "key", "fingerprint", "rooms"],
  "whois bob": ["name", "known", "address", "away"],
  "ignore bob": ["name"],
  "unignore bob": ["name"],
  "nick": ["name"],
  "rooms": ["rooms"],
  "topic": ["room", "topic"],
  "history": ["room", "entries"],
  "history @bob": ["room", "entries"],
  "export f": ["file", "entries"],
  "import f": ["new", "known", "refused", "refusals"],
  "search hi": ["words", "room", "from", "since", "entries", "more"],
  "held": ["room", "messages"],
  "chatmemberping bob": ["name", "room", "roundTripMs"],
  "broadcastadd k v": ["items"],
  "broadcastlist": ["items"],
  "broadcastdel k": ["index", "key"],
  "bootstrap": ["Config", "Peers"],
  "bootstraplist": ["config", "peers", "listed"],
  "bootstraplistlocal": ["config", "peers", "listed"],
  "bootstraprefill": ["config", "peers", "listed"],
  "bootstrapconfig 8 5": ["config", "peers", "listed"],
  "keylist": ["keys"],
  "keyinstall two.keys": ["installed"],
  "keyuse 2": ["key"],
  "keyremove 2": ["key"],
  "showconfig": ["settings"],
  "saveconfig f": ["file"],
  "log on f": ["file"],
  "tree": ["actors"],
  "counters": ["counters"],
  "crash /peer/items": ["path"],
  "echo hi": ["text"],
  "shell true": ["output", "code"],
  "help": ["commands"],
  "help ping": ["commands"],
  "chatleave": ["room"],
  "memberlistdelete": [], // so that the next can be done
  "loadconfig f": ["address", "onlyAtStart"],
};

/** Commands that only do something: that it is done is all there is to say. */
const SILENT = [
  "accept",
  "bootstrapleave",
  "bootstrapreset",
  "edit",
  "execute",
  "memberlistdelete",
  "memberlistleave",
  "memberlistshutdown",
  "memberlistshutdowntransport",
  "me",
  "msg",
  "quit",
  "react",
  "redact",
  "sleep",
  "tell",
];

const DESK: Desk = {
  saveSettings: (file = "alice.json") => Promise.resolve(`/home/${file}`),
  loadSettings: () => Promise.resolve(["bind"]),
  log: (file) => Promise.resolve(file),
  writeLines: async (file, lines) => {
    await lines(() => Promise.resolve());
    return `/home/${file}`;
  },
  readLines: async function* () {},
  files: () => Promise.resolve([]),
  shell: () => Promise.resolve({ output: "", end: 0 }),
};

type Line = Readonly<{ type: string; command?: string; ok?: boolean; text?: string; data?: Record<string, unknown> }>;

function parsed(lines: readonly string[]): Line[] {
  return lines.map((line) => JSON.parse(line) as Line);
}

/** alice, whose lines are read by a program, before her first step; bob is in the lobby. */
async function two(): Promise<{ world: World; alice: Seat; bob: Seat }> {
  const world = new World({ seed: 7 });
  const [key, other] = [keyOf(1), keyOf(2)];
  const bob = new Seat(world, "bob", { protection: protectedBy(key) });
  await world.clock.advance(1_000);
  const files = { "two.keys": `${other.toBase64()}\n`, "chat.txt": "# one line\necho \u202e\n" };
  const alice = new Seat(world, "alice", {
    manual: true,
    desk: DESK,
    json: true,
    files,
    protection: protectedBy(key, keyOf(3)),
  });
  return { world, alice, bob };
}

Deno.test("every command either has its data in the table or only does something", () => {
  const names = new Set([...Object.keys(DATA).map((line) => line.split(" ")[0]!), ...SILENT]);
  assertEquals([...names].toSorted(), COMMANDS.map(({ name }) => name).toSorted());
});

Deno.test("every command's lines are JSON, and those that show something have it as data", async () => {
  const { alice } = await two();
  parsed(alice.look());
  for (const [line, fields] of Object.entries(DATA)) {
    const lines = parsed(await alice.enter(`/${line}`, 2_000)).filter(({ type }) =>
      type === "output" || type === "done"
    );
    const command = line.split(" ")[0]!;
    assertEquals(lines.at(-1), { ...lines.at(-1), type: "done", command, ok: true }, line);
    const outputs = lines.filter(({ type }) => type === "output");
    assert(outputs.length > 0, line);
    for (const output of outputs) {
      assertEquals(output.command, command, line);
      assertEquals(typeof output.text, "string", line);
    }
    const shown = Object.assign({}, ...outputs.map(({ data }) => data)) as Record<string, unknown>;
    assertEquals(Object.keys(shown).toSorted(), fields.toSorted(), line);
    assert(Object.values(shown).every((value) => value !== undefined), line);
  }
});

/** The data of a command's only output. */
async function dataOf(seat: Seat, line: string): Promise<unknown> {
  const outputs = parsed(await seat.enter(line, 2_000)).filter(({ type }) => type === "output");
  assertEquals(outputs.length, 1, line);
  return outputs[0]!.data;
}

Deno.test("members, people, settings and items are lists of rows, with numbers as numbers", async () => {
  const { alice, bob } = await two();
  for (
    const step of ["memberlistconfigure", "memberlistcreate", "bootstrapjoin", "memberliststart", "memberlistjoin"]
  ) {
    await alice.enter(step, 1_000);
  }
  await alice.enter("chatjoin", 1_000);
  const { members } = await dataOf(alice, "memberlist") as { members: readonly Line[] };
  const { incarnation, tags, ...rest } = members.find((member) =>
    (member as unknown as { name: string }).name === "bob"
  ) as unknown as Record<string, unknown>;
  assertEquals(rest, { name: "bob", address: bob.peer.memory.address, state: "alive", parley: true });
  assertEquals(typeof incarnation, "number");
  assertEquals((tags as Record<string, unknown>)["app"], "parley");

  const { occupants } = await dataOf(alice, "who") as { occupants: readonly Record<string, unknown>[] };
  assertEquals(occupants.map(({ name }) => name).toSorted(), ["alice", "bob"]);
  assert(occupants.every(({ since }) => !Number.isNaN(Date.parse(String(since)))));

  const { settings } = await dataOf(alice, "showconfig") as { settings: readonly Record<string, unknown>[] };
  assertEquals(Object.keys(settings[0]!), ["path", "value", "origin"]);

  await alice.enter("broadcastadd place B\u00fcro \u202e 2");
  assertEquals(await dataOf(alice, "broadcastlist"), { items: [{ key: "place", text: "B\u00fcro \u202e 2" }] });
  const { roundTripMs } = await dataOf(alice, "ping bob") as { roundTripMs: number };
  assert(roundTripMs > 0);
  assertEquals(await dataOf(alice, "memberlisthealthscore"), { healthScore: 0 });
});

Deno.test("an empty list is an empty list for a program, and a sentence for a person", async () => {
  const manual = { manual: true };
  const program = new Seat(new World({ seed: 1 }), "alice", { ...manual, json: true });
  const person = new Seat(new World({ seed: 1 }), "alice", manual);
  for (const step of ["memberlistconfigure", "memberlistcreate", "memberliststart", "chatjoin"]) {
    await program.enter(step);
    await person.enter(step);
  }
  assertEquals(await dataOf(program, "broadcastlist"), { items: [] });
  assertEquals(await person.enter("broadcastlist"), ["Nothing is set: broadcastadd sets a key"]);
});

Deno.test("a script's lines and what its commands show have data too", async () => {
  const { alice } = await two();
  parsed(alice.look());
  const lines = parsed(await alice.enter("execute chat.txt"));
  assertEquals(lines.map(({ type, command, data }) => ({ type, command, data })), [
    { type: "output", command: "execute", data: { line: "echo \u202e" } },
    { type: "output", command: "echo", data: { text: "\u202e" } },
    { type: "done", command: "execute", data: undefined },
  ]);
});

Deno.test("docs/json.md has the fields of every command that shows data", () => {
  const section = page.slice(page.indexOf("## Data"));
  const rows = [...section.matchAll(/^\| `(\w+)` +\| (.*?) +\|$/gm)].map(([, command = "", fields = ""]) =>
    [command, fields.split(", ").map((field) => field.slice(1, -1))] as const
  );
  const shown = Object.entries(DATA).filter(([, fields]) => fields.length > 0);
  const expected = new Map(shown.map(([line, fields]) => [line.split(" ")[0]!, fields]));
  assertEquals(new Map<string, readonly string[]>(rows), expected);
});
