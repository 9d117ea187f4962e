/** A crowd in one room of a real peer, a third of which costs more than it brings. */
import { assert, assertEquals } from "@std/assert";
import { addressIn, machatHello, OWN_ADDRESS, TcpClient, WsClient } from "../../support/chat_clients.ts";
import { PeerProcess } from "../../support/peer_process.ts";
import { Place } from "../../support/place.ts";
import { memoryMiB } from "../../support/process_costs.ts";
import { waitUntil } from "../../support/wait.ts";

/** Half of them over WebSocket; of each half a third does not read, or reads a few bytes at a time. */
const CLIENTS = 300;

/** Of each half, those that come at the same moment: a peer lets 128 streams be silent at once. */
const AT_ONCE = 50;

/** How long 200 lines may take to be at 200 clients, in ms: 0.7 s where little else runs. */
const WITHIN_MS = 20_000;

/** What 300 clients may cost the peer's process, in MiB: their connections, and what waits for them. */
const MEMORY_MIB = 200;

/** Each about as long as a long sentence. */
const LINES = Array.from({ length: 200 }, (_, number) => `line ${number} ${"and more words ".repeat(10).trim()}`);

Deno.test("300 clients in a room, a third of them silent or slow: all others get 200 lines in order, in time", async () => {
  await using place = await Place.create();
  await using alice = await PeerProcess.peer("alice", place, place.bootstrapFlag, "--gateway");
  const own = await addressIn(alice, OWN_ADDRESS);
  const before = await memoryMiB(alice.pid);
  await using all = new AsyncDisposableStack();
  const well: (TcpClient | WsClient)[] = [];
  for (let first = 0; first < CLIENTS / 2; first += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_, at) => first + at);
    await Promise.all(numbers.map(async (number) => {
      const reading = number % 3 > 0 ? "all" : number % 2 > 0 ? "slowly" : "nothing";
      const tcp = all.use(await TcpClient.connect(own, machatHello(`t${number}`), reading));
      const ws = all.use(new WsClient(`ws://${own}/mychat`, machatHello(`w${number}`)));
      ws.socket.on("open", () => reading === "all" || ws.socket.pause());
      if (reading === "all") well.push(tcp, ws);
    }));
    for (const number of numbers) {
      await alice.waitFor(`t${number}@alice came to #lobby`);
      await alice.waitFor(`w${number}@alice came to #lobby`);
    }
  }
  assertEquals(well.length, 200);
  const speaker = well.find((client) => client instanceof TcpClient)!;
  await speaker.send(LINES.map((line) => `${line}\n`).join(""));
  await waitUntil(
    () => well.every(({ heard }) => heard.includes(`:${LINES.at(-1)}\n`)),
    WITHIN_MS,
    "the last line, at all who read",
  );
  for (const { heard } of well) assertEquals(heard.match(/(?<=^\w+:).*$/gm), LINES);
  const grown = await memoryMiB(alice.pid) - before;
  assert(grown < MEMORY_MIB, `${grown} MiB more`);
  await alice.say("are you all here?");
  await waitUntil(() => well.every(({ heard }) => heard.endsWith("alice:are you all here?\n")), WITHIN_MS, "an answer");
  assertEquals(alice.shown.match(/left #lobby/g), null);
});

/** As long as a line of MaChat may be that is said in one part, near enough. */
const LONG_LINE = "x".repeat(7_900);

/** At most so many are said: the operating system takes 4 MB and more for each, and then come 512 KiB of the queue. */
const LONG_LINES_MAX = 3_000;

/** How long all that may take, in ms: 3 s where little else runs, and 100 lines a second are taken of one client. */
const FLOOD_MS = 60_000;

/** The same for what waits in this process's memory: ten clients, each with its queue, and what is under way. */
const FLOOD_MEMORY_MIB = 250;

const TOO_SLOW = "You read too slowly: too much waits for you";

Deno.test("who does not read, or too slowly, is hung up on with the reason; the others get every line", async () => {
  await using place = await Place.create();
  await using alice = await PeerProcess.peer("alice", place, place.bootstrapFlag, "--gateway");
  const own = await addressIn(alice, OWN_ADDRESS);
  const before = await memoryMiB(alice.pid);
  await using all = new AsyncDisposableStack();
  // In a room in which the peer's person is not, for a screen leaves out what comes too fast.
  const hello = (name: string): string => JSON.stringify({ name, room: "flood", notices: name === "well" });
  await using well = new WsClient(`ws://${own}/mychat`, hello("well"));
  await well.until("*:well came\n");
  const late: TcpClient[] = [];
  const deaf: WsClient[] = [];
  const gone: Promise<void>[] = [];
  for (let number = 0; number < 4; number++) {
    const tcp = all.use(await TcpClient.connect(own, hello(`late${number}`), number % 2 > 0 ? "slowly" : "nothing"));
    const ws = all.use(new WsClient(`ws://${own}/mychat`, hello(`deaf${number}`)));
    ws.socket.on("open", () => ws.socket.pause());
    late.push(tcp);
    deaf.push(ws);
    for (const name of [`late${number}`, `deaf${number}`]) await well.until(`*:${name} came\n`);
    // Who is hung up on has two seconds to take in why.
    gone.push(well.until(`*:late${number} went\n`, FLOOD_MS).then(() => tcp.hurry()));
    gone.push(well.until(`*:deaf${number} went\n`, FLOOD_MS).then(() => ws.socket.resume()));
  }
  await using speaker = await TcpClient.connect(own, hello("speaker"));
  let most = 0;
  let said = 0;
  let areGone = false;
  const allGone = Promise.all(gone).finally(() => areGone = true);
  const speak = async (): Promise<void> => {
    for (; !areGone && said < LONG_LINES_MAX; said++) {
      await speaker.send(`${LONG_LINE} ${said}\n`);
      if (said % 50 === 0) most = Math.max(most, await memoryMiB(alice.pid));
    }
  };
  await Promise.all([allGone, speak()]);
  await well.until(`${LONG_LINE} ${said - 1}\n`, FLOOD_MS);
  await speaker.until(`${LONG_LINE} ${said - 1}\n`, FLOOD_MS);
  const wanted = Array.from({ length: said }, (_, number) => String(number));
  for (const { heard } of [well, speaker]) assertEquals(heard.match(/(?<=x )\d+$/gm), wanted);
  for (const client of deaf) await client.untilClosed();
  for (const client of late) await client.untilEnded();
  assert(deaf.some(({ closed }) => closed === `1008 ${TOO_SLOW}`), deaf.map(({ closed }) => closed).join());
  assert(
    late.some(({ heard }) => heard.endsWith(`\n*:${TOO_SLOW}\n`)),
    late.map(({ heard }) => heard.slice(-80)).join(),
  );
  most = Math.max(most, await memoryMiB(alice.pid));
  assert(most - before < FLOOD_MEMORY_MIB, `${most - before} MiB more`);
});
