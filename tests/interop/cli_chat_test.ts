/** A member of the Go library that says what cli-chat says, and a socket that takes its lines, with a peer of ours. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { GoPeer } from "../support/go_peer.ts";
import { canBuildGoPeer } from "../support/go_peer_program.ts";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";
import { find } from "../support/wait.ts";

const NODE = "my-host-bob-0f8fad5b-d9cb-11e9-a165-0e028b02b6c1";
const WITHIN_MS = 40_000;

/** Reads one line of each connection and closes, as their listener does. */
function listen() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const lines: string[] = [];
  const serveOne = async (conn: Deno.Conn): Promise<void> => {
    const bytes = new Uint8Array(10_000);
    let length = 0;
    for (let read = await conn.read(bytes); read !== null; read = await conn.read(bytes.subarray(length))) {
      length += read;
      if (bytes.subarray(0, length).includes(10)) break;
    }
    if (length > 0) lines.push(new TextDecoder().decode(bytes.subarray(0, length)));
    conn.close();
  };
  const serving = (async () => {
    for await (const conn of listener) await serveOne(conn);
  })();
  return {
    sender: `127.0.0.1:${listener.addr.port}`,
    lines,
    async [Symbol.asyncDispose](): Promise<void> {
      listener.close();
      await serving;
    },
  };
}

async function send(to: string, line: string): Promise<void> {
  const [hostname, port] = to.split(":");
  using conn = await Deno.connect({ hostname: hostname!, port: Number(port) });
  await conn.write(new TextEncoder().encode(line));
}

Deno.test({
  name: "cli-chat on the Go library and a peer of ours share the chat, over real sockets",
  ignore: !canBuildGoPeer(),
  async fn() {
    await using place = await Place.create();
    await using alice = await PeerProcess.peer("alice", place, place.bootstrapFlag, "--compat", "cli-chat");
    const [, address] = (await alice.waitFor(/You are alice, at (\S+)/))!;
    await using listener = listen();
    const { sender } = listener;
    await using bob = await GoPeer.start({
      name: NODE,
      bind: "127.0.0.1:0",
      profile: "local",
      delegateVersions: "0,0,0",
      keys: [],
    });
    const seconds = Math.floor(Date.now() / 1_000);
    const record = (msgType = ""): string =>
      `{${msgType}"name":"${NODE}","sender":"${sender}","timestamp":{"seconds":${seconds},"nanos":147061384}}`;
    await bob.join(address!);
    await bob.set("state", `{"${NODE}":${record()}}`);
    await bob.broadcast(record());
    await alice.waitFor("bob@alice came to #lobby", WITHIN_MS);

    const ours = await find(
      () => bob.messages.find((message) => message.startsWith('{"name":"alice"')),
      WITHIN_MS,
      () => `alice's record: ${bob.messages.join("\n")}`,
    );
    const { name, sender: door, timestamp } = JSON.parse(ours);
    assertEquals([name, door, typeof timestamp.seconds], ["alice", address, "number"]);
    assert(bob.states.some(({ text, join }) => join && text.includes('"alice":{"name":"alice","sender":')));

    assert(!alice.shown.includes("does not chat"), alice.shown);

    await send(door, "<Nov 20 20:53:36.494 bob> hi from bob\n");
    await alice.waitFor("bob@alice: hi from bob");
    await alice.say("hi from alice");
    const line = await find(() => listener.lines[0], WITHIN_MS, () => "alice's line");
    assertMatch(line, /^<[A-Z][a-z]{2} \d{1,2} \d\d:\d\d:\d\d\.\d{3} alice> hi from alice\n$/);

    await bob.broadcast(record('"msgType":1,'));
    await alice.waitFor("bob@alice left #lobby", WITHIN_MS);
    await alice.endInput();
    assertEquals((await alice.ended()).code, 0);
    await find(
      () => bob.messages.find((message) => message.startsWith('{"msgType":1,"name":"alice"')),
      WITHIN_MS,
      () => `alice's leave: ${bob.messages.join("\n")}`,
    );
    assertEquals(bob.messages.filter((message) => message === "{}"), []);
  },
});

for (
  const [flags, why] of [
    [["--serf"], "cli-chat knows nothing of --serf"],
    [["--label", "x"], "cli-chat knows nothing of --label"],
  ] as const
) {
  Deno.test(`--compat cli-chat beside ${flags[0]} is refused with a sentence`, async () => {
    await using place = await Place.create();
    const peer = PeerProcess.start("peer", { place, args: ["alice", "--compat", "cli-chat", ...flags] });
    const { code, stderr } = await peer.ended();
    assertEquals(code, 2);
    assert(stderr.includes(why), stderr);
  });
}
