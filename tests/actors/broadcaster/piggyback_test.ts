import { assertEquals } from "@std/assert";
import { fillPacket, gossipBudget } from "../../../actors/broadcaster/piggyback.ts";
import { TransmitQueue } from "../../../actors/broadcaster/transmit_queue.ts";
import { UNPROTECTED } from "../../../transport/wire/protection.ts";
import { keyringOf, labelOf } from "../../transport/wire/secrets.ts";

Deno.test("gossipBudget() takes off what rides first, the compound's head, the label and the seal", () => {
  const plain = { packetBytesMax: 1400, protection: UNPROTECTED };
  const sealed = { ...UNPROTECTED, keyring: keyringOf("00".repeat(32)) };
  assertEquals(gossipBudget(plain, 0), 1398);
  assertEquals(gossipBudget(plain, 100), 1298);
  assertEquals(gossipBudget({ ...plain, protection: { ...UNPROTECTED, label: labelOf("blåe") } }, 0), 1391);
  assertEquals(gossipBudget({ ...plain, protection: sealed }, 0), 1369);
  assertEquals(gossipBudget({ ...plain, protection: { ...sealed, encryptionVersion: 0 } }, 0), 1353);
  assertEquals(gossipBudget({ ...plain, protection: { ...sealed, verifyOutgoing: false } }, 0), 1398);
});

Deno.test("fillPacket() takes our own messages first, and gives the application what is left", () => {
  const queue = new TransmitQueue<string>(10);
  queue.enqueue({ bytes: new Uint8Array(50), about: "a", replacement: { kind: "unique" } });
  const fill = fillPacket(queue, 100, 1, (overhead, limit) => {
    assertEquals([overhead, limit], [3, 48]);
    return [new Uint8Array(20), new Uint8Array(22)];
  });
  assertEquals(fill.own.map((bytes) => bytes.length), [50]);
  assertEquals(fill.user.map((bytes) => bytes.length), [20, 22]);
  assertEquals(fill.finished.map(({ about }) => about), ["a"]);
});

Deno.test("fillPacket() leaves out what an application has no room for", () => {
  const fill = fillPacket(new TransmitQueue<string>(10), 20, 1, () => [new Uint8Array(18), new Uint8Array(10)]);
  assertEquals(fill.user.map((bytes) => bytes.length), [10]);
});

Deno.test("fillPacket() does not ask the application when only its overhead is left", () => {
  const fill = fillPacket(new TransmitQueue<string>(10), 3, 1, () => [new Uint8Array(0)]);
  assertEquals(fill.user, []);
});
