import { assert, assertEquals, assertMatch } from "@std/assert";
import { encodeMessage } from "../../transport/wire/messages.ts";
import { PeerProcess } from "../support/peer_process.ts";
import { Place } from "../support/place.ts";

Deno.test("a peer with settings from everywhere shows each with where it came from, and runs on them", async () => {
  await using place = await Place.create();
  const file = await place.config({ profile: "lan", gossip: { gossipInterval: "150ms", pushPullInterval: "0s" } });
  const flags = [place.bootstrapFlag, "--gossip-interval", "120ms", "--no-compression"];
  await using alice = await PeerProcess.peer("alice", place, ...flags);
  await alice.say("/showconfig");
  await alice.waitFor(/^name +alice +argument$/m);
  await alice.waitFor(new RegExp(`^profile +lan +file ${file}$`, "m"));
  await alice.waitFor(/^gossip\.gossipInterval +120ms +flag --gossip-interval$/m);
  await alice.waitFor(new RegExp(`^gossip\\.pushPullInterval +0s +file ${file}$`, "m"));
  await alice.waitFor(/^gossip\.compression +off +flag --no-compression$/m);
  await alice.waitFor(new RegExp(`^gossip\\.probeTimeout +500ms +profile lan \\(file ${file}\\)$`, "m"));

  await using bob = await PeerProcess.peer("bob", place, place.bootstrapFlag, "--profile", "lan");
  await alice.waitFor("bob came to #lobby");
  await bob.say("hello");
  await alice.waitFor("bob: hello");
});

Deno.test("a bad setting in the file is refused with its path, and nothing is started", async () => {
  await using place = await Place.create();
  await place.config({ gossip: { probeInterval: 1000 } });
  await using peer = PeerProcess.start("peer", { place, args: ["alice", place.bootstrapFlag] });
  const { code, stdout, stderr } = await peer.ended();
  assertEquals([code, stdout], [2, ""]);
  assertMatch(stderr, /^parley: configuration file: gossip\.probeInterval: must be a string; see [^\n]+\n$/);
  assert(!(await place.has("state")), "not even a folder for what peers keep");
});

const KEY = "b3VyIGtleSwgb2YgdGhpcnR5LXR3byBieXRlcyBpbnQ=";
/** Long enough that whoever compresses would. */
const NAME = "alice-".repeat(20);

Deno.test("what is set reaches the wire: neither sealed nor compressed, plain news taken, an address refused", async () => {
  await using place = await Place.create();
  const keys = await place.secret("keys", `${KEY}\n`);
  await using alice = await PeerProcess.peer(
    NAME,
    place,
    place.bootstrapFlag,
    ...["--key-file", keys, "--no-verify-incoming", "--no-verify-outgoing", "--no-compression"],
    ...["--addresses-allowed", "127.0.0.1/32"],
  );
  const [, port = ""] = (await alice.waitFor(/, at 127\.0\.0\.1:(\d+)$/m))!;
  using socket = new UdpSocket();
  for (const [node, last] of [["oscar", 9], ["mallory", 1]] as const) {
    const claim = { type: "alive", node, incarnation: 1, port: socket.port, meta: null } as const;
    const vsn = Uint8Array.of(1, 5, 2, 0, 0, 0);
    await socket.send(encodeMessage({ ...claim, addr: Uint8Array.of(127, 0, 0, last), vsn }), Number(port));
  }
  await alice.waitFor("mallory does not answer and is suspected"); // so she is believed to be there
  assert(!alice.shown.includes("oscar"), alice.shown);
  await alice.say("/counters");
  await alice.waitFor(/^ +1 {2}membership: alive address not allowed$/m);

  await socket.hears(NAME); // a ping of mallory says who sends it
});

/** A stranger's socket on this machine. */
class UdpSocket implements Disposable {
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });

  get port(): number {
    return (this.#socket.addr as Deno.NetAddr).port;
  }

  async send(bytes: Uint8Array, port: number): Promise<void> {
    await this.#socket.send(bytes, { transport: "udp", hostname: "127.0.0.1", port });
  }

  /** Waits for a datagram in which `text` can be read; not for ever. */
  async hears(text: string): Promise<void> {
    const timer = setTimeout(() => this.#socket.close(), 10_000);
    try {
      for await (const [bytes] of this.#socket) if (new TextDecoder().decode(bytes).includes(text)) return;
      throw new Error(`Nobody said ${text}`);
    } finally {
      clearTimeout(timer);
    }
  }

  [Symbol.dispose](): void {
    try {
      this.#socket.close();
    } catch {
      // It is closed already: nothing came in time.
    }
  }
}
