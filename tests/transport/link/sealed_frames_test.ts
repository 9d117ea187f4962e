import { assert, assertEquals, assertThrows } from "@std/assert";
import { createDecipheriv } from "node:crypto";
import fc from "fast-check";
import { FRAME_BYTES_MAX } from "../../../transport/link/frame.ts";
import { FrameOpener, FRAMES_PER_KEY_MAX, FrameSealer } from "../../../transport/link/sealed_frames.ts";

const KEY = new Uint8Array(32).fill(1);
const body = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (bodies: readonly Uint8Array[] | undefined): string[] | undefined =>
  bodies?.map((bytes) => new TextDecoder().decode(bytes));

/** Frames of these texts, one by one. */
function frames(...texts: readonly string[]): Uint8Array[] {
  const sealer = new FrameSealer(KEY);
  return texts.map((text) => sealer.seal(body(text)));
}

Deno.test("what is sealed opens, in order, however it is chunked", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 })),
      fc.integer({ min: 1, max: 99 }),
      (all, size) => {
        const sealer = new FrameSealer(KEY);
        const stream = new Uint8Array([...all.flatMap((one) => [...sealer.seal(one)]), ...sealer.end()]);
        const opener = new FrameOpener(KEY);
        const opened: Uint8Array[] = [];
        for (let at = 0; at < stream.length; at += size) {
          assertEquals(opener.isEnded, false);
          opened.push(...opener.push(stream.subarray(at, at + size))!);
        }
        assertEquals(opened, all);
        assert(opener.isEnded);
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("a frame is its length, then AES-256-GCM with its number as nonce and nothing else", () => {
  const [, second] = frames("first", "second");
  assertEquals(new DataView(second!.buffer).getUint32(0), second!.length - 4);
  const nonce = new Uint8Array(12);
  nonce[11] = 1;
  const decipher = createDecipheriv("aes-256-gcm", KEY, nonce, { authTagLength: 16 });
  decipher.setAuthTag(second!.subarray(-16));
  assertEquals(new TextDecoder().decode(decipher.update(second!.subarray(4, -16))), "second");
  decipher.final();
});

Deno.test("a changed bit anywhere in a frame opens nothing", () => {
  const [frame, next] = frames("body", "behind");
  for (let bit = 0; bit < 8 * frame!.length; bit++) {
    const changed = frame!.slice();
    changed[bit >> 3]! ^= 1 << (bit & 7);
    const opener = new FrameOpener(KEY);
    // A longer length waits for more bytes, of which it then makes nothing.
    const opened = opener.push(changed)?.concat(opener.push(next!) ?? []);
    assert(opened === undefined || opened.length === 0, `bit ${bit}`);
  }
});

const broken: readonly [string, (all: readonly Uint8Array[]) => readonly Uint8Array[]][] = [
  ["twice", ([a, b]) => [a!, a!, b!]],
  ["left out", ([, b, c]) => [b!, c!]],
  ["out of order", ([a, b, c]) => [b!, a!, c!]],
  ["without a tag", ([a]) => [Uint8Array.of(0, 0, 0, 15, ...a!.subarray(4, 19))]],
];

for (const [what, change] of broken) {
  Deno.test(`a frame ${what} opens nothing from there on`, () => {
    const all = frames("a", "b", "c");
    const opener = new FrameOpener(KEY);
    const results = change(all).map((frame) => opener.push(frame));
    assert(results.includes(undefined));
    const fault = results.indexOf(undefined);
    assertEquals(text(results.slice(0, fault).flatMap((bodies) => bodies!)), what === "twice" ? ["a"] : []);
  });
}

Deno.test("a frame of the other direction opens nothing", () => {
  assertEquals(new FrameOpener(new Uint8Array(32).fill(2)).push(frames("a")[0]!), undefined);
});

Deno.test("nothing comes behind the end", () => {
  const sealer = new FrameSealer(KEY);
  const opener = new FrameOpener(KEY);
  assertEquals(opener.push(sealer.end()), []);
  assert(opener.isEnded);
  assertEquals(opener.push(sealer.seal(body("late"))), undefined);
});

Deno.test("the longest body passes; one byte more is refused and uses no number up", () => {
  const sealer = new FrameSealer(KEY);
  const opener = new FrameOpener(KEY);
  assertThrows(() => sealer.seal(new Uint8Array(FRAME_BYTES_MAX + 1)), RangeError);
  assertEquals(opener.push(sealer.seal(new Uint8Array(FRAME_BYTES_MAX)))!.map(({ length }) => length), [
    FRAME_BYTES_MAX,
  ]);
  const claim = new Uint8Array(4);
  new DataView(claim.buffer).setUint32(0, FRAME_BYTES_MAX + 17);
  assertEquals(opener.push(claim), undefined);
});

Deno.test("after so many frames both sides go over to the next key by themselves, and so on", () => {
  const sealer = new FrameSealer(KEY, 3);
  const opener = new FrameOpener(KEY, 3);
  const texts = Array.from({ length: 10 }, (_, number) => `${number}`);
  assertEquals(texts.map((word) => text(opener.push(sealer.seal(body(word))))![0]), texts);
  const stubborn = new FrameOpener(KEY, 4);
  const again = new FrameSealer(KEY, 3);
  const opened = texts.map((word) => stubborn.push(again.seal(body(word))));
  assertEquals(opened.slice(0, 4).map((bodies) => bodies?.length), [1, 1, 1, undefined]);
});

Deno.test("a key guards less than TLS lets it guard, with frames of any length", () => {
  assert(FRAMES_PER_KEY_MAX * (FRAME_BYTES_MAX / 16) < 2 ** 34.5);
});
