import { assertEquals } from "@std/assert";
import { Client } from "../../../actors/gateway/client.ts";
import { machat } from "../../../actors/gateway/machat.ts";
import type { Address } from "../../../transport/address.ts";

/** A client whose connection notes when it is not read, and read again. */
function client() {
  const done: string[] = [];
  const nothing = (): void => {};
  const connection = {
    remote: "127.0.0.1:1" as Address,
    bufferedBytes: 0,
    send: nothing,
    close: nothing,
    destroy: nothing,
    pause: () => void done.push("pause"),
    resume: () => void done.push("resume"),
  };
  return { done, connection, it: new Client(1, connection, machat, 0) };
}

for (const [what, pieces, bytes] of [["bytes", 2, 40_000], ["pieces, however small,", 9, 1]] as const) {
  Deno.test(`a client is not read while too many ${what} of it wait to be looked at`, () => {
    const { done, it } = client();
    for (let piece = 1; piece <= pieces; piece++) assertEquals(it.arrives(bytes), piece);
    assertEquals(done, ["pause"]);
    for (let piece = 1; piece <= pieces; piece++) assertEquals(it.takes(piece, bytes), true);
    it.adjustReading();
    assertEquals(done, ["pause", "resume"]);
  });
}

Deno.test("a piece that is missing is noticed, and who has texts waiting is not read", () => {
  const { done, it } = client();
  assertEquals(it.takes(2, 0), false);
  it.texts.push("wait");
  it.adjustReading();
  it.texts.length = 0;
  it.adjustReading();
  assertEquals(done, ["pause", "resume"]);
});

const KIB = 1024;

Deno.test("of a client 512 KiB may wait to be read, more for a second only, and never more than 2 MiB", () => {
  const { connection, it } = client();
  connection.bufferedBytes = 512 * KIB - 100;
  assertEquals([it.mayBeSent(100, 0), it.mayBeSent(101, 10), it.mayBeSent(101, 1_009)], [true, true, true]);
  assertEquals(it.mayBeSent(101, 1_010), false);
  const quick = client();
  quick.connection.bufferedBytes = 2_048 * KIB - 100;
  assertEquals([quick.it.mayBeSent(100, 0), quick.it.mayBeSent(101, 0)], [true, false]);
});

Deno.test("a client that has caught up may fall behind again", () => {
  const { connection, it } = client();
  connection.bufferedBytes = 600 * KIB;
  assertEquals(it.mayBeSent(100, 0), true);
  connection.bufferedBytes = 0;
  assertEquals(it.mayBeSent(100, 900), true);
  connection.bufferedBytes = 600 * KIB;
  assertEquals([it.mayBeSent(100, 5_000), it.mayBeSent(100, 6_000)], [true, false]);
});
