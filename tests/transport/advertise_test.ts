import { assertEquals, assertRejects } from "@std/assert";
import { seededRandom } from "../../actors/runtime/random.ts";
import { Network } from "../../sim/network.ts";
import { VirtualClock } from "../../sim/virtual_clock.ts";
import { type Address, parseAddress } from "../../transport/address.ts";
import { advertising, privateAddress } from "../../transport/advertise.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import { TransportOpenError } from "../../transport/transport.ts";
import { TransportRecorder } from "./recorder.ts";

const at = (text: string): Address => parseAddress(text)!;

const choices: readonly (readonly [bound: string, machine: readonly string[], chosen: string | undefined])[] = [
  ["0.0.0.0:7946", ["127.0.0.1", "192.168.1.2"], "192.168.1.2:7946"],
  ["0.0.0.0:7946", ["203.0.113.7", "10.1.2.3", "192.168.1.2"], "10.1.2.3:7946"],
  ["0.0.0.0:7946", ["172.15.0.1", "172.32.0.1", "172.31.255.255"], "172.31.255.255:7946"],
  ["0.0.0.0:7946", ["172.16.0.1"], "172.16.0.1:7946"],
  ["0.0.0.0:7946", ["100.63.0.1", "100.128.0.1", "100.64.0.1"], "100.64.0.1:7946"],
  ["0.0.0.0:7946", ["192.167.1.1", "11.0.0.1", "169.254.1.1", "127.0.0.1"], undefined],
  ["0.0.0.0:7946", ["::1", "fe80::1", "fd00::1"], undefined],
  ["[::]:7946", ["::1", "fe80::1%eth0", "fd00::1"], "[fd00::1]:7946"],
  ["[::]:7946", ["fd00::1", "10.0.0.1"], "10.0.0.1:7946"],
  ["[::]:7946", ["fe00::1", "2001:db8::1"], undefined],
  ["0.0.0.0:7946", [], undefined],
];

for (const [bound, machine, chosen] of choices) {
  Deno.test(`bound to ${bound} on a machine with ${machine.join(", ") || "nothing"}: ${chosen ?? "nothing to tell"}`, () => {
    assertEquals(privateAddress(at(bound), machine), chosen as Address | undefined);
  });
}

/** What a transport bound to `bind` tells, on a machine with one private address. */
async function told(bind: string, asked?: string, machine: readonly string[] = ["10.0.0.1"]) {
  const network = new Network(new VirtualClock(), seededRandom(1));
  const open = advertising(openSimulatedTransportOn(network), {
    asked: asked === undefined ? undefined : at(asked),
    ofMachine: () => machine,
  });
  const { address, bound } = await open(at(bind), new TransportRecorder());
  return [address, bound].map(String);
}

Deno.test("others are told what was asked for, with the port that is bound if none was named, else where we are bound", async () => {
  assertEquals(await told("127.0.0.1:80"), ["127.0.0.1:80", "undefined"]);
  assertEquals(await told("127.0.0.1:80", "192.0.2.1:0"), ["192.0.2.1:80", "127.0.0.1:80"]);
  assertEquals(await told("127.0.0.1:80", "192.0.2.1:81"), ["192.0.2.1:81", "127.0.0.1:80"]);
  assertEquals(await told("0.0.0.0:80", "192.0.2.1:0"), ["192.0.2.1:80", "0.0.0.0:80"]);
  assertEquals(await told("0.0.0.0:0"), ["10.0.0.1:10000", "0.0.0.0:10000"]);
});

Deno.test("on all addresses of a machine without a private one nothing is opened, and the port is free again", async () => {
  const network = new Network(new VirtualClock(), seededRandom(1));
  const open = advertising(openSimulatedTransportOn(network), { ofMachine: () => ["127.0.0.1"] });
  const error = await assertRejects(() => open(at("0.0.0.0:80"), new TransportRecorder()), TransportOpenError);
  assertEquals(error.reason, "no_such_address");
  await openSimulatedTransportOn(network)(at("0.0.0.0:80"), new TransportRecorder());
});

Deno.test("what is sent and opened under another address goes through the sockets where they are", async () => {
  const clock = new VirtualClock();
  const network = new Network(clock, seededRandom(1));
  const there = new TransportRecorder();
  const open = advertising(openSimulatedTransportOn(network), { asked: at("192.0.2.1:80"), ofMachine: () => [] });
  const transport = await open(at("127.0.0.1:80"), new TransportRecorder());
  const other = await openSimulatedTransportOn(network)(at("127.0.0.2:80"), there);
  const causes: string[] = [];
  transport.sendPacket(other.address, Uint8Array.of(1), (cause) => causes.push(cause));
  transport.connect(other.address, 1_000, { data: () => {}, closed: () => {} });
  await clock.advance(10);
  assertEquals(there.packets.map(({ from }) => from), [at("127.0.0.1:80")]);
  assertEquals([there.accepted.length, transport.counters.packetsSent], [1, 1]);
  await transport.close();
  transport.sendPacket(other.address, Uint8Array.of(1), (cause) => causes.push(cause));
  assertEquals(causes, ["local"]);
});
