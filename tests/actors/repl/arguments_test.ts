import { assert, assertEquals } from "@std/assert";
import { COMMANDS } from "../../../actors/repl/command_table.ts";
import { drawTree } from "../../../actors/repl/commands/actor_commands.ts";
import { usageOf } from "../../../actors/repl/commands/session_commands.ts";
import { createStyle } from "../../../actors/repl/style.ts";
import { LOOP_BLOCKED } from "../../../actors/runtime/watchdog.ts";
import { World } from "../../../sim/world.ts";
import { type Files, Seat } from "../../support/seat.ts";

/** A peer with nothing done yet, and a person who types without a terminal. */
function seated(files: Files = {}): { world: World; seat: Seat } {
  const world = new World({ seed: 1 });
  return { world, seat: new Seat(world, "alice", { manual: true, files }) };
}

const TOO_MANY: Readonly<Record<string, string>> = {
  chatjoin: "dev more",
  join: "dev more",
  chatmemberlist: "dev more",
  chatleave: "dev more",
  chatmemberping: "alice bob",
  bootstrapconfig: "1 2 3",
  log: "off x",
  ping: "alice bob",
  play: "alice bob",
  memberlistconfigure: "BindPort 7001 more",
  sleep: "1 2",
  crash: "/peer /peer",
  export: "f lobby more",
  import: "f g",
  keyuse: "1 2",
  keyremove: "1 2",
  help: "quit quit",
  redact: "1 2",
  whois: "alice bob",
  accept: "alice bob",
  ignore: "alice bob",
  unignore: "alice bob",
  react: "1 👍 👎",
  showconfig: "probe interval",
};

/** Commands for which any text is right. */
const TAKES_TEXT = [
  "msg",
  "me",
  "topic",
  "edit",
  "search",
  "nick",
  "away",
  "tell",
  "echo",
  "execute",
  "memberlistjoin",
  "keyinstall",
  "broadcastdel",
  "saveconfig",
  "loadconfig",
  "shell",
];

for (const command of COMMANDS) {
  if (TAKES_TEXT.includes(command.name)) continue;
  for (const name of [command.name, ...command.aliases ?? []]) {
    Deno.test(`${name} with arguments that it does not take shows its usage`, async () => {
      const { seat } = seated();
      const line = `${name} ${TOO_MANY[command.name] ?? "0"}`;
      assertEquals(await seat.enter(line), [`Usage: ${usageOf(command)}`]);
      assertEquals(seat.peer.state, "running");
    });
  }
}

for (
  const name of [
    "msg",
    "me",
    "edit",
    "react",
    "whois",
    "tell",
    "dm",
    "query",
    "accept",
    "unignore",
    "execute",
    "crash",
    "keyinstall",
    "keyuse",
    "keyremove",
    "ping",
    "play",
    "chatmemberping",
    "broadcastadd",
    "broadcastdel",
    "shell",
  ]
) {
  Deno.test(`${name} without arguments shows its usage`, async () => {
    const { seat } = seated();
    const command = COMMANDS.find((one) => one.name === name || one.aliases?.includes(name))!;
    assertEquals(await seat.enter(name), [`Usage: ${usageOf(command)}`]);
  });
}

const FAILURES: Readonly<Record<string, string>> = {
  "sleep -1": 'Not a number of seconds from 0 to 3600: "-1"',
  "sleep 1e309": 'Not a number of seconds from 0 to 3600: "1e309"',
  "sleep 3601": 'Not a number of seconds from 0 to 3600: "3601"',
  "sleep soon": 'Not a number of seconds from 0 to 3600: "soon"',
  "sleep NaN": 'Not a number of seconds from 0 to 3600: "NaN"',
  "memberlistleave 0": "Usage: memberlistleave [SECONDS]",
  "memberlistleave -1": "Usage: memberlistleave [SECONDS]",
  "memberlistjoin rubbish": 'Not an address of the form IP:PORT: "rubbish"',
  "memberlistjoin 1.2.3.4": 'Not an address of the form IP:PORT: "1.2.3.4"',
  "memberlistjoin 1.2.3.4:70000": 'Not an address of the form IP:PORT: "1.2.3.4:70000"',
  "memberlistjoin 127.0.0.1:7 \x1b[2J": 'Not an address of the form IP:PORT: "<U+001B>[2J"',
  "memberlistconfigure BindPort 70000": "Usage: memberlistconfigure [BindPort N]",
  "memberlistconfigure BindPort -1": "Usage: memberlistconfigure [BindPort N]",
  "memberlistconfigure Rubbish 1": "Usage: memberlistconfigure [BindPort N]",
  "memberlistconfigure 7001": "Usage: memberlistconfigure [BindPort N]",
  "chatjoin a/b": 'No room can be called "a/b"',
  "chatleave ../x": 'No room can be called "../x"',
  "chatmemberlist #": 'No room can be called "#"',
  "chatleave dev": "You are not in #dev",
  "chatmemberlist dev": "You are not in #dev",
  "crash /nobody": 'There is no actor at "/nobody": tree shows them',
  "crash /": 'There is no actor at "/": tree shows them',
  "crash /peer/\x1b]0;x\x07": 'There is no actor at "/peer/<U+001B>]0;x<U+0007>": tree shows them',
  "memberlistjion": 'Unknown command "memberlistjion": did you mean memberlistjoin?',
  "chatjoni": 'Unknown command "chatjoni": did you mean chatjoin?',
  "mgs hello": 'Unknown command "mgs": did you mean msg?',
  "frobnicate": 'Unknown command "frobnicate": help lists all commands',
  "help frobnicate": 'Unknown command "frobnicate": help lists all commands',
  "\x1b[31mred": 'Unknown command "<U+001B>[31mred": help lists all commands',
  "__proto__": 'Unknown command "__proto__": help lists all commands',
  "constructor": 'Unknown command "constructor": help lists all commands',
  "/": 'Unknown command "": help lists all commands',
  "execute nowhere.txt": "Cannot execute nowhere.txt: there is no such file",
  "execute bad\x07name": "Cannot execute bad<U+0007>name: there is no such file",
};

for (const [line, answer] of Object.entries(FAILURES)) {
  Deno.test(`${JSON.stringify(line)} is answered with one line and nothing else`, async () => {
    const { seat } = seated();
    assertEquals(await seat.enter(line), [answer]);
    assertEquals(seat.peer.memory.address, undefined);
  });
}

Deno.test("commands are found in any case, with a slash, with blanks before them, and by their aliases", async () => {
  const { seat } = seated();
  for (const line of ["ECHO hi", "/echo hi", "   echo   hi  ", "\techo hi", "echo hi\r"]) {
    assertEquals(await seat.enter(line), ["hi"], line);
  }
  for (const alias of ["say x", "who", "names", "chatmembers", "part"]) {
    assertEquals(await seat.enter(alias), ["You are in no room: chatjoin enters one"], alias);
  }
  for (const alias of ["members", "peers"]) {
    assertEquals(await seat.enter(alias), ["There is no membership yet: memberlistcreate makes one"], alias);
  }
  assertEquals(await seat.enter("bootstrappeers"), await seat.enter("bootstraplist"));
  assertEquals(await seat.enter("echo"), []);
});

Deno.test("no two commands answer to one word", () => {
  const words = COMMANDS.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  assertEquals(words.length, new Set(words).size);
  assert(words.every((word) => /^[a-z]+$/.test(word)));
});

Deno.test("help shows every command with its summary, and of one its usage and aliases", async () => {
  const { seat } = seated();
  const shown = await seat.enter("help");
  for (const command of COMMANDS) {
    assert(shown.some((line) => line.includes(usageOf(command)) && line.includes(command.summary)), command.name);
  }
  assertEquals(await seat.enter("help say"), [
    "msg TEXT…",
    "    Say something in the room; where plain text is speech: msg NAME TEXT, to one other alone",
    "    also: say",
  ]);
  assertEquals(await seat.enter("help /quit"), ["quit", "    Say goodbye to everybody and end", "    also: exit"]);
  const scripts = ["scripts", ...COMMANDS.filter(({ group }) => group === "scripts").map(({ name }) => `  ${name}`)];
  const shownOf = async (word: string) => (await seat.enter(`help ${word}`)).map((line) => /^ *\S+/.exec(line)?.[0]);
  assertEquals(await shownOf("Scripts"), scripts);
  const both = await shownOf("bootstrap"); // a command and a group
  assertEquals([both[0], both[2], both.includes("  bootstrapjoin")], ["bootstrap", "bootstrap", true]);
});

Deno.test("tree draws every actor, and counters show what was dropped", async () => {
  const { seat } = seated();
  const tree = await seat.enter("tree");
  assert(tree.some((line) => /└── broadcaster +running/.test(line)), tree.join("\n"));
  assert(tree.some((line) => /└── repl +running/.test(line)), tree.join("\n"));
  assertEquals(await seat.enter("counters"), ["Nothing was dropped"]);
});

Deno.test("an actor that blocks the event loop raises the peer's own health score: others are not blamed for it", async () => {
  const { seat } = seated();
  await seat.enter("echo");
  seat.peer.system.events.publish(LOOP_BLOCKED, { suspects: ["/peer/rooms"], tookMs: 250 });
  assertEquals(await seat.enter("counters"), [
    "       1  failure detector: loop blocked",
    "       1  failure detector: health score",
  ]);
});

Deno.test("tree shows each actor's state, what waits and was handled, how often it was restarted, and whether it blocked the loop", () => {
  const node = {
    name: "peer",
    path: "/peer",
    state: "running",
    busy: false,
    mailboxDepth: 3,
    received: 12,
    dropped: 0,
    restarts: 0,
    timeSpentMs: 1,
    stashed: 0,
    blockages: 0,
    lastError: undefined,
    children: [],
  } as const;
  const child = { ...node, name: "pool", path: "/peer/pool", state: "waiting", restarts: 1, dropped: 2 } as const;
  const slow = { ...child, busy: true, restarts: 2, stashed: 4, blockages: 1, timeSpentMs: 0.2 } as const;
  const lines = drawTree({ ...node, children: [child, slow] }, createStyle(false));
  assertEquals(lines.map((line) => line.replace(/ {2,}/g, "  ")), [
    "peer  running  3 waiting, 12 handled in 1 ms, 0 restarts",
    "├── pool  waiting  3 waiting, 12 handled in 1 ms, 1 restart, 2 dropped",
    "└── pool  busy  3 waiting, 12 handled in <1 ms, 2 restarts, 4 put aside, 2 dropped, blocked the loop 1 time",
  ]);
});
