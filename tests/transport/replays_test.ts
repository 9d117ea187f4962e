import { assert, assertEquals } from "@std/assert";
import { Guard } from "../../transport/guard.ts";
import { Replays } from "../../transport/replays.ts";
import { encodeMessage } from "../../transport/wire/messages.ts";
import { type Protection, UNPROTECTED } from "../../transport/wire/protection.ts";
import { seededRandom } from "../../actors/runtime/random.ts";
import { keyringOf, labelOf } from "./wire/secrets.ts";

const KEYED: Protection = { ...UNPROTECTED, keyring: keyringOf("0123456789abcdef".repeat(2)), label: labelOf("chat") };
const NACK = encodeMessage({ type: "nack", sequence: 7 });
const PING = encodeMessage({
  type: "ping",
  sequence: 7,
  node: "somebody-or-other",
  sourceAddr: new Uint8Array(),
  sourcePort: 0,
  sourceNode: "",
});

function guardOf(protection: Protection): Guard {
  const random = seededRandom("replays");
  return new Guard(protection, (length) => random.bytes(length));
}

/** What becomes of each packet in turn. */
function outcomes(guard: Guard, packets: readonly Uint8Array[]): string[] {
  return packets.map((packet) => guard.openPacket(packet)).map(({ messages, drops }) =>
    drops[0]?.reason ?? messages[0]!.type
  );
}

Deno.test("a sealed packet is opened once; the same words sealed again are not the same packet", () => {
  const guard = guardOf(KEYED);
  const [one, other] = [guard.sealPacket([NACK], { crc: false }), guard.sealPacket([NACK], { crc: true })];
  assertEquals(outcomes(guard, [one, one, other, one, other]), ["nack", "replayed", "nack", "replayed", "replayed"]);
});

Deno.test("what does not open takes no place, also not that of the packet which it was made from", () => {
  const guard = guardOf(KEYED);
  const packet = guard.sealPacket([NACK], { crc: false });
  const forged = packet.with(packet.length - 1, packet.at(-1)! ^ 1);
  assertEquals(outcomes(guard, [forged, forged, packet]), ["undecryptable", "undecryptable", "nack"]);
});

for (
  const [what, protection] of [
    ["without keys", UNPROTECTED],
    ["where plain packets are taken as well", { ...KEYED, verifyIncoming: false, verifyOutgoing: false }],
  ] as const
) {
  Deno.test(`${what}, the same packet may come twice: who can repeat one can also make one`, () => {
    const guard = guardOf(protection);
    const packet = guard.sealPacket([PING], { crc: false });
    assertEquals(outcomes(guard, [packet, packet]), ["ping", "ping"]);
  });
}

Deno.test("the latest 65,536 packets are remembered, and no more than twice as many", () => {
  const replays = new Replays();
  const name = (i: number): string => `packet ${i}`;
  for (let i = 0; i < 300_000; i++) {
    replays.add(name(i));
    if (i >= 65_536 && i % 997 === 0) assert(replays.has(name(i - 65_535)));
    if (i >= 131_072 && i % 997 === 0) assert(!replays.has(name(i - 131_072)));
  }
});
