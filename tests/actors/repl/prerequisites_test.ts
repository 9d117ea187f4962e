import { assert, assertEquals } from "@std/assert";
import { COMMANDS } from "../../../actors/repl/command_table.ts";
import type { Desk } from "../../../actors/repl/desk.ts";
import { World } from "../../../sim/world.ts";
import { Seat } from "../../support/seat.ts";

/** The steps to a room, in their order: each row of the table below stops before one of them. */
const STEPS = [
  "memberlistconfigure",
  "memberlistcreate",
  "bootstrapjoin",
  "memberliststart",
  "memberlistjoin",
  "chatjoin",
] as const;

const STAGES = ["nothing", "configured", "created", "bootstrapped", "started", "joined", "in the room"] as const;

/** What each command answers at each stage: done, or a sentence that names the step that is missing. */
type Answer =
  | "done"
  | "memberlistconfigure"
  | "memberlistcreate"
  | "bootstrapjoin"
  | "memberliststart"
  | "chatjoin"
  | "broadcastlist"
  | "memberlistdelete";

const from = (first: number, before: Answer[]): readonly Answer[] =>
  STAGES.map((_, stage) => stage >= first ? "done" : before[stage]!);

const CONFIGURE = "memberlistconfigure";
const CREATE = "memberlistcreate";

const TABLE: Readonly<Record<string, readonly Answer[]>> = {
  "chatjoin": from(4, [CONFIGURE, CREATE, "memberliststart", "memberliststart"]),
  "join dev": from(4, [CONFIGURE, CREATE, "memberliststart", "memberliststart"]),
  "msg hi": from(6, Array(6).fill("chatjoin")),
  "chatmemberlist": from(6, Array(6).fill("chatjoin")),
  "edit hi": from(6, Array(6).fill("chatjoin")),
  "redact": from(6, Array(6).fill("chatjoin")),
  "react 👍": from(6, Array(6).fill("chatjoin")),
  "tell bob hi": from(0, []),
  "away": from(0, []),
  "back": from(0, []),
  "whoami": from(0, []),
  "whois alice": from(0, []),
  "accept bob": from(0, []),
  "ignore bob": from(0, []),
  "unignore bob": from(0, []),
  "nick ali": from(0, []),
  "rooms": from(6, Array(6).fill("chatjoin")),
  "topic": from(6, Array(6).fill("chatjoin")),
  "me waves": from(6, Array(6).fill("chatjoin")),
  "history": from(6, Array(6).fill("chatjoin")),
  "history @bob": from(0, []),
  "search hi": from(0, []),
  "export f": from(0, []),
  "import f": from(0, []),
  "held": from(6, Array(6).fill("chatjoin")),
  "chatleave": from(6, Array(6).fill("chatjoin")),
  "memberlistcreate": from(1, [CONFIGURE]).with(1, "done"),
  "memberliststart": from(2, [CONFIGURE, CREATE]),
  "memberlistjoin": from(3, [CONFIGURE, CREATE, "bootstrapjoin"]),
  "memberlist": from(2, [CREATE, CREATE]),
  "memberlistleave": from(2, [CONFIGURE, CREATE]),
  "memberlistshutdown": from(2, [CONFIGURE, CREATE]),
  "bootstrapjoin": from(2, [CONFIGURE, CREATE]),
  "memberlistupdate": from(2, [CONFIGURE, CREATE]),
  "memberlistdelete": from(2, [CONFIGURE, CREATE]),
  "memberlistshutdowntransport": from(1, [CONFIGURE]),
  "memberlisthealthscore": from(2, [CONFIGURE, CREATE]),
  "localnode": from(2, [CONFIGURE, CREATE]),
  "showmemberlist": from(2, [CONFIGURE, CREATE]),
  "ping alice": from(2, [CONFIGURE, CREATE]),
  "play alice": from(2, [CONFIGURE, CREATE]),
  "chatmemberping alice": from(6, Array(6).fill("chatjoin")),
  "bootstrap": from(1, [CONFIGURE]),
  "bootstraplist": from(1, [CONFIGURE]),
  "bootstraplistlocal": from(3, Array(3).fill("bootstrapjoin")),
  "bootstraprefill": from(3, Array(3).fill("bootstrapjoin")),
  "bootstrapconfig 8 5": from(1, [CONFIGURE]),
  "bootstrapreset": from(1, [CONFIGURE]),
  "bootstrapleave": from(3, ["bootstrapjoin", "bootstrapjoin", "bootstrapjoin"]),
  "broadcastadd k v": from(4, [CONFIGURE, CREATE, "memberliststart", "memberliststart"]),
  "broadcastlist": from(4, [CONFIGURE, CREATE, "memberliststart", "memberliststart"]),
  "broadcastdel k": [CONFIGURE, CREATE, "memberliststart", "memberliststart", ...Array(3).fill("broadcastlist")],
  "sleep 0": from(0, []),
  "echo hi": from(0, []),
  "tree": from(0, []),
  "counters": from(0, []),
  "keylist": from(0, []),
  "help": from(0, []),
  "showconfig": from(0, []),
  "saveconfig f": from(0, []),
  "loadconfig f": ["done", "done", ...Array(5).fill("memberlistdelete")],
  "log off": from(0, []),
  "shell true": from(0, []),
};

/** Commands whose answer is about something else than what is missing. */
const ELSEWHERE = ["memberlistconfigure", "execute", "crash", "quit", "keyinstall", "keyuse", "keyremove"];

/** A machine on which everything can be done. */
const DESK: Desk = {
  saveSettings: (file = "alice.json") => Promise.resolve(`/home/${file}`),
  loadSettings: () => Promise.resolve([]),
  log: (file) => Promise.resolve(file),
  writeLines: async (file, lines) => {
    await lines(() => Promise.resolve());
    return `/home/${file}`;
  },
  readLines: async function* () {},
  files: () => Promise.resolve([]),
  shell: () => Promise.resolve({ output: "", end: 0 }),
};

/** What a command that fails has to leave as it was. */
function stateOf({ peer }: Seat): unknown {
  const { address, candidate, left, membership, broadcaster, rooms } = peer.memory;
  return structuredClone({
    address,
    candidate,
    left,
    membership,
    started: broadcaster.started,
    rooms: [...rooms.keys()],
  });
}

/** Every command of cli-chat. */
const SEED =
  "memberlistconfigure showconfig saveconfig loadconfig memberlistcreate showmemberlist localnode memberlist " +
  "memberlistjoin memberlistleave memberlistupdate memberliststart memberlistshutdown memberlistshutdowntransport " +
  "memberlisthealthscore memberlistdelete bootstrapjoin bootstrapleave bootstraprefill bootstrap bootstraplist " +
  "bootstraplistlocal bootstrapreset broadcastadd broadcastdel broadcastlist chatjoin chatleave chatmemberlist " +
  "chatmemberping ping msg execute sleep echo log quit play";

Deno.test("every command of the seed is there, under its own name", () => {
  const names = COMMANDS.map(({ name }) => name);
  assertEquals(SEED.split(" ").filter((name) => !names.includes(name)), []);
});

Deno.test("the table of prerequisites has every command", () => {
  const names = new Set([...Object.keys(TABLE).map((line) => line.split(" ")[0]!), ...ELSEWHERE]);
  assertEquals([...names].toSorted(), COMMANDS.map(({ name }) => name).toSorted());
});

for (const [line, answers] of Object.entries(TABLE)) {
  STAGES.forEach((stage, done) => {
    // Once there is something already, saying so is the answer; a test of its own has those.
    if (line === "memberlistcreate" && done > 1) return;
    const answer = answers[done]!;
    Deno.test(`${line}, when the peer is at "${stage}", ${answer === "done" ? "works" : `names ${answer}`}`, async () => {
      const world = new World({ seed: 1 });
      const seat = new Seat(world, "alice", { manual: true, desk: DESK });
      for (const step of STEPS.slice(0, done)) await seat.enter(step);
      await world.clock.advance(1);
      seat.look();
      const before = stateOf(seat);

      const shown = await seat.enter(line, 3_000);

      assertEquals(restarts(seat), 0, "nothing was thrown");
      if (answer === "done") return assert(!shown.some(isComplaint), shown.join("\n"));
      assertEquals(shown.length, 1, shown.join("\n"));
      assert(isComplaint(shown[0]!) && shown[0]!.includes(answer), shown[0]!);
      assertEquals(stateOf(seat), before);
    });
  });
}

const isComplaint = (text: string): boolean =>
  /comes first|makes one|enters one|shows them|Usage|Unknown|No reply|Nobody is there|already|begin anew/.test(text);

function restarts({ peer }: Seat): number {
  const count = (nodes: ReturnType<typeof peer.system.tree>): number =>
    nodes.reduce((sum, node) => sum + node.restarts + count(node.children), 0);
  return count(peer.system.tree());
}

Deno.test("a step that was done already says so and changes nothing", async () => {
  const world = new World({ seed: 2 });
  const seat = new Seat(world, "alice", { manual: true });
  for (const step of STEPS) await seat.enter(step);
  const before = stateOf(seat);
  const { address } = seat.peer.memory;
  assertEquals(await seat.enter("memberlistconfigure"), [`Configured already: listening on ${address}`]);
  assertEquals(await seat.enter("memberlistcreate"), ["There is a membership already"]);
  assertEquals(await seat.enter("bootstrapjoin"), ["Registered; nobody else is yet"]);
  assertEquals(await seat.enter("memberliststart"), [`Local member ${address}`]);
  assertEquals(await seat.enter("memberlistjoin"), ["Nothing to join: nobody else is registered"]);
  assertEquals(await seat.enter("chatjoin"), ["You are in #lobby"]);
  assertEquals(stateOf(seat), before);
});

Deno.test("who left the membership is told how to begin anew, and is in no room", async () => {
  const world = new World({ seed: 3 });
  const seat = new Seat(world, "alice", { manual: true });
  for (const step of STEPS) await seat.enter(step);
  assertEquals(await seat.enter("memberlistleave"), ["You left the membership"]);
  const anew = "You left the membership: memberlistshutdown, memberlistconfigure and memberlistcreate begin anew";
  for (const line of ["memberlistleave", "memberlistjoin", "memberliststart", "chatjoin", "bootstrapjoin"]) {
    assertEquals(await seat.enter(line), [anew], line);
  }
  assertEquals(await seat.enter("msg hi"), ["You are in no room: chatjoin enters one"]);
  assertEquals(await seat.enter("chatmemberlist"), ["You are in no room: chatjoin enters one"]);
});
