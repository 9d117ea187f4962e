/** The relay between processes, on a simulated network, so that its time is ours. */
import { assert, assertEquals } from "@std/assert";
import type { Clock } from "../../../actors/runtime/clock.ts";
import { seededRandom } from "../../../actors/runtime/random.ts";
import { Network } from "../../../sim/network.ts";
import type { Carried, PlainRule } from "../../../sim/rule.ts";
import { Faults } from "../../../sim/scenario/faults.ts";
import { Relay } from "../../../sim/scenario/relay.ts";
import { VirtualClock } from "../../../sim/virtual_clock.ts";
import type { Address } from "../../../transport/address.ts";
import { openSimulatedTransportOn } from "../../../transport/simulated_transport.ts";
import type { Stream, Transport } from "../../../transport/transport.ts";
import { StreamRecorder, TransportRecorder } from "../../transport/recorder.ts";

const NAMES = ["alice", "bob", "charly"] as const;
type Name = typeof NAMES[number];

const outerOf = (name: string): Address => `127.9.9.${1 + NAMES.indexOf(name as Name)}:20000` as Address;
const innerOf = (name: string): Address => `127.9.9.${1 + NAMES.indexOf(name as Name)}:30000` as Address;

/** Three who are bound where the relay expects them, and the relay between them. */
class Relayed {
  readonly clock = new VirtualClock();
  readonly faults = new Faults();
  readonly network = new Network(this.clock, seededRandom("network"));
  readonly relay: Relay;
  readonly events: Carried[] = [];
  timersFired = 0;
  readonly transports = new Map<Name, Transport>();
  readonly recorders = new Map<Name, TransportRecorder>();

  private constructor() {
    const whoIs = (address: Address): string | undefined => NAMES.find((name) => outerOf(name) === address);
    const rule: PlainRule = this.faults.rule(whoIs);
    this.relay = new Relay({
      openTransport: openSimulatedTransportOn(this.network),
      clock: this.#counting(),
      random: seededRandom("relay"),
      rule,
      onEvent: (carried) => this.events.push(carried),
    });
  }

  static async open(): Promise<Relayed> {
    const relayed = new Relayed();
    for (const name of NAMES) {
      const recorder = new TransportRecorder();
      const open = openSimulatedTransportOn(relayed.network);
      relayed.transports.set(name, await open(innerOf(name), recorder));
      relayed.recorders.set(name, recorder);
      await relayed.relay.open({ outer: outerOf(name), inner: innerOf(name) });
    }
    return relayed;
  }

  /** The clock, for the relay, whose timers are counted as they fire. */
  #counting(): Clock {
    const { clock } = this;
    const count = (run: () => void) => (): void => {
      this.timersFired++;
      run();
    };
    return {
      now: () => clock.now(),
      wallMs: () => clock.wallMs(),
      after: (delayMs, run) => clock.after(delayMs, count(run)),
      soon: (run) => clock.soon(run),
      yieldThen: (run) => clock.yieldThen(run),
    };
  }

  send(from: Name, to: Name, byte: number): void {
    this.transports.get(from)!.sendPacket(outerOf(to), Uint8Array.of(byte));
  }

  /** What came by datagram, as `sender:byte`. */
  packetsOf(name: Name): readonly string[] {
    return this.recorders.get(name)!.packets.map(({ from, bytes }) =>
      `${NAMES.find((name) => outerOf(name) === from) ?? from}:${bytes.join()}`
    );
  }

  /** Opens a stream: both ends of it, once the other side has it. */
  async stream(from: Name, to: Name): Promise<{ near: Stream; heard: StreamRecorder; far: Accepted }> {
    const far = new Accepted(this.recorders.get(to)!);
    const heard = new StreamRecorder();
    const near = this.transports.get(from)!.connect(outerOf(to), 1_000, heard);
    await this.clock.advance(50);
    return { near, heard, far };
  }
}

/** The next stream that somebody accepts. */
class Accepted extends StreamRecorder {
  stream: Stream | undefined;

  constructor(recorder: TransportRecorder) {
    super();
    recorder.accept = (stream) => {
      this.stream = stream;
      return this;
    };
  }
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("a relayed datagram comes from the outer address of its sender, so that the answer is relayed too", async () => {
  const relayed = await Relayed.open();
  relayed.send("alice", "bob", 1);
  relayed.send("charly", "bob", 2);
  await relayed.clock.advance(10);
  assertEquals(relayed.packetsOf("bob"), ["alice:1", "charly:2"]);
});

Deno.test("datagrams of strangers are not relayed", async () => {
  const relayed = await Relayed.open();
  const stranger = await openSimulatedTransportOn(relayed.network)("127.9.9.99:1" as Address, new TransportRecorder());
  stranger.sendPacket(outerOf("bob"), Uint8Array.of(1));
  await relayed.clock.advance(10);
  assertEquals(relayed.packetsOf("bob"), []);
});

Deno.test("a cut drops datagrams, one way or both, and what was dropped is told", async () => {
  const relayed = await Relayed.open();
  relayed.faults.cut({ what: "udp", groups: [["alice"], ["bob"]], oneWay: true });
  relayed.send("alice", "bob", 1);
  relayed.send("bob", "alice", 2);
  relayed.send("alice", "charly", 3);
  await relayed.clock.advance(10);
  assertEquals([relayed.packetsOf("bob"), relayed.packetsOf("alice"), relayed.packetsOf("charly")], [
    [],
    ["bob:2"],
    ["alice:3"],
  ]);
  assertEquals(relayed.events.map(({ from, to, kind }) => [from, to, kind]), [
    [outerOf("alice"), outerOf("bob"), "packet"],
  ]);
});

Deno.test("latency holds datagrams back", async () => {
  const relayed = await Relayed.open();
  relayed.faults.delay(100, 100);
  relayed.send("alice", "bob", 1);
  await relayed.clock.advance(90);
  assertEquals(relayed.packetsOf("bob"), []);
  await relayed.clock.advance(20);
  assertEquals(relayed.packetsOf("bob"), ["alice:1"]);
});

Deno.test("a relayed stream comes from its dialler's IP address, and carries both ways to the end", async () => {
  const relayed = await Relayed.open();
  const { near, heard, far } = await relayed.stream("alice", "bob");
  assert(far.stream!.remote.startsWith("127.9.9.1:"));
  near.write(bytesOf("hello "));
  near.write(bytesOf("bob"));
  near.end();
  await relayed.clock.advance(50);
  assertEquals([far.text, far.isEnded], ["hello bob", true]);
  far.stream!.write(bytesOf("hello alice"));
  far.stream!.end();
  await relayed.clock.advance(50);
  assertEquals([heard.text, heard.closedAs, far.closedAs], ["hello alice", "ended", "ended"]);
});

Deno.test("a stream that is broken off at one end breaks off at the other", async () => {
  const relayed = await Relayed.open();
  const one = await relayed.stream("alice", "bob");
  one.near.destroy();
  await relayed.clock.advance(50);
  assertEquals(one.far.closedAs, "reset");
  const two = await relayed.stream("alice", "bob");
  two.far.stream!.destroy();
  await relayed.clock.advance(50);
  assertEquals(two.heard.closedAs, "reset");
});

Deno.test("a stream to whom nobody listens breaks off", async () => {
  const relayed = await Relayed.open();
  await relayed.transports.get("bob")!.close();
  const { heard } = await relayed.stream("alice", "bob");
  assertEquals(heard.closedAs, "reset");
});

Deno.test("where a party has gone, nobody listens", async () => {
  const relayed = await Relayed.open();
  await relayed.relay.shut(outerOf("bob"));
  const { heard } = await relayed.stream("alice", "bob");
  assertEquals(heard.closedAs, "refused");
});

for (const oneWay of [false, true]) {
  Deno.test(`a cut ${oneWay ? "one way " : ""}keeps a stream's bytes back, and after it heals they come, in order`, async () => {
    const relayed = await Relayed.open();
    const { near, heard, far } = await relayed.stream("alice", "bob");
    relayed.faults.cut({ what: "everything", groups: [["bob"], ["alice"]], oneWay });
    near.write(bytesOf("one "));
    far.stream!.write(bytesOf("three"));
    await relayed.clock.advance(1_000);
    near.write(bytesOf("two"));
    await relayed.clock.advance(1_000);
    assertEquals([far.text, heard.text], ["", ""]);
    relayed.faults.heal();
    await relayed.clock.advance(4_000);
    assertEquals([far.text, heard.text], ["one two", "three"]);
  });
}

Deno.test("a cut of datagrams lets streams pass", async () => {
  const relayed = await Relayed.open();
  relayed.faults.cut({ what: "udp", groups: [["alice"], "others"], oneWay: false });
  const { near, far } = await relayed.stream("alice", "bob");
  near.write(bytesOf("hello"));
  await relayed.clock.advance(50);
  assertEquals(far.text, "hello");
});

Deno.test("a stream that is opened into a cut leads nowhere, and opens once it heals", async () => {
  const relayed = await Relayed.open();
  relayed.faults.cut({ what: "everything", groups: [["alice"], ["bob"]], oneWay: false });
  const { near, far } = await relayed.stream("alice", "bob");
  near.write(bytesOf("hello"));
  await relayed.clock.advance(1_000);
  assertEquals(far.stream, undefined);
  relayed.faults.heal();
  await relayed.clock.advance(4_000);
  assertEquals(far.text, "hello");
});

Deno.test("a cut that lasts breaks a stream on which something is under way", async () => {
  const relayed = await Relayed.open();
  const { near, heard, far } = await relayed.stream("alice", "bob");
  const idle = await relayed.stream("alice", "charly");
  relayed.faults.cut({ what: "everything", groups: [["alice"], "others"], oneWay: false });
  near.write(bytesOf("hello?"));
  await relayed.clock.advance(30_000);
  assertEquals([heard.closedAs, far.closedAs], ["reset", "reset"]);
  assertEquals([idle.heard.closedAs, idle.far.closedAs], [undefined, undefined]);
});

Deno.test("that a stream has ended, or was broken off, is not heard through a cut either", async () => {
  const relayed = await Relayed.open();
  const [ended, broken] = [await relayed.stream("alice", "bob"), await relayed.stream("alice", "bob")];
  relayed.faults.cut({ what: "everything", groups: [["alice"], ["bob"]], oneWay: false });
  ended.near.end();
  broken.near.destroy();
  await relayed.clock.advance(2_000);
  assertEquals([ended.far.isEnded, broken.far.closedAs], [false, undefined]);
  relayed.faults.heal();
  await relayed.clock.advance(4_000);
  assertEquals([ended.far.isEnded, broken.far.closedAs], [true, "reset"]);
});

Deno.test("what passes at once waits for what is still kept back before it", async () => {
  const relayed = await Relayed.open();
  const { near, far } = await relayed.stream("alice", "bob");
  relayed.faults.cut({ what: "everything", groups: [["alice"], ["bob"]], oneWay: false });
  near.write(bytesOf("one "));
  await relayed.clock.advance(300);
  relayed.faults.heal();
  near.write(bytesOf("two"));
  await relayed.clock.advance(50);
  assertEquals(far.text, "");
  await relayed.clock.advance(1_000);
  assertEquals(far.text, "one two");
});

Deno.test("loss and latency delay streams and change nothing of what they carry", async () => {
  const relayed = await Relayed.open();
  const { near, far } = await relayed.stream("alice", "bob");
  relayed.faults.lose(0.3);
  relayed.faults.delay(1, 100);
  const text = Array.from({ length: 100 }, (_, n) => `${n} `);
  for (const word of text) {
    near.write(bytesOf(word));
    await relayed.clock.advance(5);
  }
  await relayed.clock.advance(15_000);
  assertEquals(far.text, text.join(""));
});

Deno.test("who sends faster than is taken has to wait, and loses nothing", async () => {
  const relayed = await Relayed.open();
  const { near, far } = await relayed.stream("alice", "bob");
  far.stream!.pause();
  const chunk = new Uint8Array(64 * 1024).fill(65);
  let most = 0;
  for (let n = 0; n < 32; n++) {
    near.write(chunk);
    await relayed.clock.advance(20);
    most = Math.max(most, near.bufferedBytes);
  }
  assert(most > 512 * 1024, `${most} bytes wait at who sends`);
  far.stream!.resume();
  await relayed.clock.advance(5_000);
  assertEquals(far.length, 32 * chunk.length);
});

Deno.test("a closed relay does nothing more, and no timer of it is left", async () => {
  const relayed = await Relayed.open();
  relayed.faults.delay(100, 100);
  relayed.send("alice", "bob", 1);
  await relayed.clock.advance(10);
  await relayed.relay.close();
  const before = relayed.timersFired;
  await relayed.clock.advance(1_000);
  assertEquals([relayed.packetsOf("bob"), relayed.timersFired - before], [[], 0]);
});
