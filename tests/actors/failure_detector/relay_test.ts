import { assertEquals } from "@std/assert";
import { type RelayEffect, type RelayEvent, startRelay, stepRelay } from "../../../actors/failure_detector/relay.ts";
import { lan } from "../../../actors/pool/profile.ts";
import { type Address, parseAddress } from "../../../transport/address.ts";
import type { IndirectPing } from "../../../transport/wire/message.ts";

const request: IndirectPing = {
  type: "indirect_ping",
  sequence: 77,
  target: Uint8Array.of(10, 0, 0, 2),
  port: 7000,
  node: "b",
  nack: true,
  sourceAddr: new Uint8Array(),
  sourcePort: 0,
  sourceNode: "",
};
const source = address("10.0.0.9:7946");

function address(text: string): Address {
  return parseAddress(text)!;
}

function begin(changes: Partial<IndirectPing> = {}) {
  return startRelay({ request: { ...request, ...changes }, source, sequence: 5, bindPort: 7946, profile: lan });
}

function run(types: readonly RelayEvent["type"][]): readonly (readonly RelayEffect[])[] {
  let [relay] = begin()!;
  return types.map((type) => {
    const [next, effects] = stepRelay(relay, { type });
    relay = next;
    return effects;
  });
}

const ack: RelayEffect = { type: "ack", to: source, sequence: 77 };
const nack: RelayEffect = { type: "nack", to: source, sequence: 77 };
const done: RelayEffect = { type: "done" };

Deno.test("a relay pings the target by a number of its own, and nacks at 80 % of the time-out", () => {
  assertEquals(begin()![1], [
    { type: "ping", to: address("10.0.0.2:7000"), node: "b", sequence: 5 },
    { type: "start_timer", timer: "over", afterMs: 500 },
    { type: "start_timer", timer: "nack_due", afterMs: 400 },
  ]);
});

Deno.test("no nack is sent to who did not ask for one", () => {
  assertEquals(begin({ nack: false })![1].length, 2);
});

Deno.test("the answer goes where the requester says, else to where the request came from", () => {
  assertEquals(begin()![0].requester, source);
  const named = begin({ sourceAddr: Uint8Array.of(10, 0, 0, 7), sourcePort: 1234 });
  assertEquals(named![0].requester, address("10.0.0.7:1234"));
});

Deno.test("who speaks version 1, which knew no ports, pings at its own port", () => {
  const profile = { ...lan, protocolVersion: 1 };
  const [, effects] = startRelay({ request, source, sequence: 5, bindPort: 7946, profile })!;
  assertEquals(effects[0], { type: "ping", to: address("10.0.0.2:7946"), node: "b", sequence: 5 });
});

Deno.test("port 0 of a target is our own port", () => {
  assertEquals(begin({ port: 0 })![1][0], { type: "ping", to: address("10.0.0.2:7946"), node: "b", sequence: 5 });
});

Deno.test("a target that is no address is not relayed to", () => {
  assertEquals(begin({ target: Uint8Array.of(1) }), undefined);
});

Deno.test("an answer is passed on once, and then there is no nack", () => {
  assertEquals(run(["acked", "nack_due", "acked", "over"]), [[ack, done], [], [], []]);
});

Deno.test("an answer after the nack is still passed on, until the time-out", () => {
  assertEquals(run(["nack_due", "acked"]), [[nack], [ack, done]]);
  assertEquals(run(["nack_due", "over", "acked"]), [[nack], [done], []]);
});
