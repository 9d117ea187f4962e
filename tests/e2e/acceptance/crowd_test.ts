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

/** So much that neither the operating system, which takes 4 MB for each, nor the queue of 512 KiB behind it have room. */
const LONG_LINES = 700;

/** The same for what waits in this process's memory: ten clients, each with its queue, and what is under way. */
const FLOOD_MEMORY_MIB = 250;

const TOO_SLOW = "You read too slowly: too much waits for you";

Deno.test("who does not read, or too slowly, is hung up on with the reason; the others get every line", async () => {
  await using place = await Place.create();
  await using alice = await PeerProcess.peer("alice", place, place.bootstrapFlag, "--gateway");
  const own = await addressIn(alice, OWN_ADDRESS);
  const before = await memoryMiB(alice.pid);
  await using all = new AsyncDisposableStack();
  const late: TcpClient[] = [];
  const deaf: WsClient[] = [];
  const gone: Promise<unknown>[] = [];
  for (let number = 0; number < 4; number++) {
    const reading = number % 2 > 0 ? "slowly" : "nothing";
    late.push(all.use(await TcpClient.connect(own, machatHello(`late${number}`), reading)));
    const ws = all.use(new WsClient(`ws://${own}/mychat`, machatHello(`deaf${number}`)));
    ws.socket.on("open", () => ws.socket.pause());
    deaf.push(ws);
    // Who is hung up on has two seconds to take in why.
    gone.push(alice.waitFor(`late${number}@alice left #lobby`).then(() => late[number]!.hurry()));
    gone.push(alice.waitFor(`deaf${number}@alice left #lobby`).then(() => ws.socket.resume()));
  }
  await using well = new WsClient(`ws://${own}/mychat`, machatHello("well"));
  await using speaker = await TcpClient.connect(own, machatHello("speaker"));
  for (const name of ["late0", "late1", "late2", "late3", "deaf0", "deaf1", "deaf2", "deaf3", "well", "speaker"]) {
    await alice.waitFor(`${name}@alice came to #lobby`);
  }
  let most = 0;
  for (let number = 0; number < LONG_LINES; number++) {
    await speaker.send(`${LONG_LINE} ${number}\n`);
    if (number % 50 === 0) most = Math.max(most, await memoryMiB(alice.pid));
  }
  await well.until(`${LONG_LINE} ${LONG_LINES - 1}\n`);
  await speaker.until(`${LONG_LINE} ${LONG_LINES - 1}\n`);
  const wanted = Array.from({ length: LONG_LINES }, (_, number) => String(number));
  for (const { heard } of [well, speaker]) assertEquals(heard.match(/(?<=x )\d+$/gm), wanted);
  await Promise.all(gone);
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
