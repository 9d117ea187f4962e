import { assert, assertEquals, assertThrows } from "@std/assert";
import { decode, encode, ExtData } from "@msgpack/msgpack";
import fc from "fast-check";
import type { ActorRef } from "../../../actors/runtime/ref.ts";
import { REMOTE_STOP_DEADLINE_MAX_MS } from "../../../actors/runtime/remote_ref.ts";
import { type Address, parseAddress } from "../../../transport/address.ts";
import { type Envelope, ENVELOPE_DEPTH_MAX, EnvelopeCodec, LINK_VERSION } from "../../../transport/link/envelope.ts";

/** A stand-in for a ref: all that the codec may know of one is where it leads. */
class FakeRef implements ActorRef<never> {
  readonly address: Address;
  readonly id: string;

  constructor(address: Address, id: string) {
    this.address = address;
    this.id = id;
  }

  get path(): string {
    return `${this.address}/${this.id}`;
  }

  tell(): void {}

  tellAndWait(): Promise<void> {
    return Promise.reject(new Error("not told here"));
  }

  stop(): void {}

  ask<R>(): Promise<R> {
    return Promise.reject(new Error("not asked here"));
  }

  watch(): () => void {
    return () => {};
  }
}

const HERE = parseAddress("127.0.0.1:7946")!;

const codec = new EnvelopeCodec({
  isRef: (value): value is ActorRef<never> => value instanceof FakeRef,
  describe: (ref) => ref as unknown as FakeRef,
  resolve: (address, id) => new FakeRef(address, id),
});

const id = fc.string({ minLength: 1, maxLength: 256 });
const number = fc.nat(Number.MAX_SAFE_INTEGER);
const address = fc.constantFrom(...["127.0.0.1:1", "[::1]:65535", "10.1.2.3:7946"].map((text) => parseAddress(text)!));
const ref = fc.tuple(address, id).map(([at, name]) => new FakeRef(at, name));
const message = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", maxDepth: 4 },
    fc.string(),
    fc.integer(),
    fc.double({ noNaN: true }).map((value) => value === 0 ? 0 : value), // the sign of a zero is lost, see below
    fc.boolean(),
    fc.constant(null),
    ref,
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(fc.string().filter((key) => key !== "__proto__"), tie("value"), {
      maxKeys: 5,
      noNullPrototype: true,
    }),
  ),
})).value;
const reason = fc.constantFrom("finished", "stopped", "killed", "failed", "unreachable", "unknown" as const);
const undeliveredReason = fc.constantFrom("unknown", "refused", "full" as const);
const mode = fc.constantFrom("finish", "drain", "kill" as const);
const deadlineMs = fc.option(fc.double({ min: 0, max: REMOTE_STOP_DEADLINE_MAX_MS, noNaN: true }), { nil: undefined });

const NO_NULL_PROTOTYPE = { noNullPrototype: true } as const;

const envelope: fc.Arbitrary<Envelope> = fc.oneof(
  fc.record(
    { type: fc.constant("hello"), version: number, address, name: id, instance: id } as const,
    NO_NULL_PROTOTYPE,
  ),
  fc.record({ type: fc.constant("tell"), id, number, message } as const, NO_NULL_PROTOTYPE),
  fc.record({ type: fc.constant("stop"), id, number, mode, deadlineMs } as const, NO_NULL_PROTOTYPE),
  fc.record({ type: fc.constant("watch"), watch: number, id } as const, NO_NULL_PROTOTYPE),
  fc.record({ type: fc.constant("unwatch"), watch: number } as const, NO_NULL_PROTOTYPE),
  fc.record({ type: fc.constant("gone"), watch: number, reason } as const, NO_NULL_PROTOTYPE),
  fc.record({ type: fc.constant("undelivered"), id, number, reason: undeliveredReason } as const, NO_NULL_PROTOTYPE),
  fc.constant({ type: "ping" } as const),
  fc.constant({ type: "pong" } as const),
) as fc.Arbitrary<Envelope>;

Deno.test("every envelope comes back as it was, with the refs in its message", () => {
  fc.assert(fc.property(envelope, (sent) => assertEquals(codec.decode(codec.encode(sent)), sent)), { numRuns: 500 });
});

Deno.test("bytes in a message come back as bytes", () => {
  const decoded = codec.decode(codec.encode({ type: "tell", id: "a", number: 1, message: Uint8Array.of(1, 2, 255) }));
  assert(decoded?.type === "tell");
  assertEquals(decoded.message, Uint8Array.of(1, 2, 255));
});

/** What the library makes of a body, if it is a tell of nothing but bytes; `undefined` if it throws or is none. */
function bytesToldTo(body: Uint8Array): Envelope | undefined {
  try {
    const [code, id, number, message, ...more] = decode(body) as unknown[];
    if (code !== 1 || more.length > 0 || typeof id !== "string" || id === "" || id.length > 256) return undefined;
    if (typeof number !== "number" || !Number.isSafeInteger(number) || number < 0) return undefined;
    return message instanceof Uint8Array ? { type: "tell", id, number, message } : undefined;
  } catch {
    return undefined;
  }
}

Deno.test("a message that is nothing but bytes is understood and refused as the library does it, whichever byte is another", () => {
  const told = fc.record({ id: fc.string({ minLength: 1, maxLength: 40 }), number, message: fc.uint8Array() });
  fc.assert(
    fc.property(told, fc.nat(60), fc.nat(255), ({ id, number, message }, at, byte) => {
      const body = codec.encode({ type: "tell", id, number, message });
      const whole = codec.decode(body);
      assertEquals(whole, bytesToldTo(body));
      assert(whole !== undefined);
      const changed = Uint8Array.from(body, (was, index) => index === at ? byte : was);
      const expected = bytesToldTo(changed);
      if (expected !== undefined) assertEquals(codec.decode(changed), expected);
      const got = codec.decode(changed);
      if (got?.type === "tell" && got.message instanceof Uint8Array) assertEquals(got, expected);
    }),
    { numRuns: 2_000 },
  );
  const sized = (...number: readonly number[]) =>
    codec.decode(Uint8Array.of(0x94, 1, 0xa1, 0x61, ...number, 0xc4, 1, 7));
  assertEquals([sized(0xc0), sized(0xff), sized(0xc4, 0)], [undefined, undefined, undefined], "no number");
  const tell = { type: "tell", id: "a", number: 5, message: Uint8Array.of(7) } as const;
  assertEquals([sized(5), sized(0xd1, 0, 5)], [tell, tell]);
});

Deno.test("a negative zero comes back as zero, as it does from JSON", () => {
  const decoded = codec.decode(codec.encode({ type: "tell", id: "a", number: 1, message: [-0] }));
  assert(decoded?.type === "tell");
  assertEquals(decoded.message, [0]);
});

Deno.test("every truncation of an envelope is refused", () => {
  fc.assert(fc.property(envelope, (sent) => {
    const whole = codec.encode(sent);
    for (let length = 0; length < whole.length; length++) {
      assertEquals(codec.decode(whole.subarray(0, length)), undefined);
    }
  }));
});

Deno.test("bytes behind an envelope are refused", () => {
  fc.assert(fc.property(envelope, fc.uint8Array({ minLength: 1, maxLength: 9 }), (sent, more) => {
    assertEquals(codec.decode(Uint8Array.from([...codec.encode(sent), ...more])), undefined);
  }));
});

Deno.test("noise is refused or understood, never thrown over", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => void codec.decode(noise)), { numRuns: 2_000 });
});

Deno.test("one changed byte is refused or understood, never thrown over", () => {
  fc.assert(
    fc.property(envelope, fc.nat(), fc.nat(255), (sent, at, byte) => {
      const bytes = codec.encode(sent);
      bytes[at % bytes.length] = byte;
      codec.decode(bytes);
    }),
    { numRuns: 2_000 },
  );
});

const HELLO: readonly unknown[] = [0, LINK_VERSION, HERE, "alice", "i"];
const STOP: readonly unknown[] = [8, "a", 1, "drain", 5];

Deno.test("what the tests below make wrong is right before", () => {
  assertEquals(codec.decode(encode(HELLO))?.type, "hello");
  assertEquals(codec.decode(encode(STOP))?.type, "stop");
  const right = new ExtData(1, encode([HERE, "x"]));
  assertEquals(codec.decode(encode([1, "a", 1, right]))?.type, "tell");
});

const wrong: readonly [string, unknown][] = [
  ["a map", { type: "ping" }],
  ["a text", "ping"],
  ["nothing", null],
  ["an empty array", []],
  ["an unknown code", [9]],
  ["a negative code", [-1]],
  ["a code as text", ["6"]],
  ["a hello without an address", HELLO.with(2, null)],
  ["a hello from nowhere", HELLO.with(2, "nowhere")],
  ["a hello without a port", HELLO.with(2, "127.0.0.1")],
  ["a hello with a version as text", HELLO.with(1, "1")],
  ["a hello with half a version", HELLO.with(1, 1.5)],
  ["a hello without a name", HELLO.with(3, "")],
  ["a hello with a name that is too long", HELLO.with(3, "x".repeat(257))],
  ["a hello with an instance of bytes", HELLO.with(4, Uint8Array.of(1))],
  ["a tell to nobody", [1, "", 1, {}]],
  ["a tell to a number", [1, 7, 1, {}]],
  ["a tell without a number", [1, "a", {}]],
  ["a tell to an id that is too long", [1, "x".repeat(257), 1, {}]],
  ["a watch with a negative number", [2, -1, "a"]],
  ["a watch beyond what a double holds", [2, 2 ** 53, "a"]],
  ["a watch of nobody", [2, 1]],
  ["an unwatch of nothing", [3]],
  ["gone for a reason of its own", [4, 1, "bored"]],
  ["a watch of an id that is too long", [2, 1, "x".repeat(257)]],
  ["an unwatch of half a watch", [3, 0.5]],
  ["gone from no watch", [4, null, "stopped"]],
  ["gone for no reason", [4, 1]],
  ["gone for what every object has", [4, 1, "constructor"]],
  ["undelivered to nobody", [5, null, 1, "unknown"]],
  ["undelivered without a number", [5, "a", null, "unknown"]],
  ["undelivered for no reason", [5, "a", 1]],
  ["undelivered for a reason of its own", [5, "a", 1, "bored"]],
  ["a stop of nobody", STOP.with(1, "")],
  ["a stop without a number", STOP.with(2, null)],
  ["a stop in no mode", STOP.with(3, null)],
  ["a stop in a mode of its own", STOP.with(3, "slowly")],
  ["a stop in a mode that every object has", STOP.with(3, "toString")],
  ["a stop with a deadline as text", STOP.with(4, "5")],
  ["a stop with a deadline in the past", STOP.with(4, -1)],
  ["a stop with a deadline that is no number", STOP.with(4, NaN)],
  ["a stop with a deadline that never comes", STOP.with(4, Infinity)],
  ["a stop with a deadline beyond a day", STOP.with(4, REMOTE_STOP_DEADLINE_MAX_MS + 1)],
  ["a ref that is no pair", [1, "a", 1, new ExtData(1, encode("x"))]],
  ["a ref to nowhere", [1, "a", 1, new ExtData(1, encode(["nowhere", "x"]))]],
  ["a ref without an id", [1, "a", 1, new ExtData(1, encode([HERE, ""]))]],
  ["a ref of noise", [1, "a", 1, new ExtData(1, Uint8Array.of(0xc1))]],
  ["a ref that claims 33 million elements", [1, "a", 1, new ExtData(1, Uint8Array.of(0xdd, 0x01, 0xff, 0xff, 0xff))]],
];

for (const [what, value] of wrong) {
  Deno.test(`${what} is refused`, () => assertEquals(codec.decode(encode(value)), undefined));
}

Deno.test("a key named __proto__ is refused", () => {
  const bytes = Uint8Array.from([
    0x94,
    0x01,
    0xa1,
    0x61,
    0x01,
    0x81,
    0xa9,
    ...new TextEncoder().encode("__proto__"),
    0xc0,
  ]);
  assertEquals(codec.decode(bytes), undefined);
});

/** Generous, for machines that run other tests: made in full, the bombs would take minutes, or all memory. */
const BOMB_MS_MAX = 30_000;

Deno.test("arrays and maps that claim more than there is are refused before anything is made for them", () => {
  const claims = [[0xdd, 0x01, 0xff, 0xff, 0xff], [0xdd, 0xff, 0xff, 0xff, 0xff], [0xdf, 0xff, 0xff, 0xff, 0xff]];
  const startedAt = performance.now();
  for (const claim of claims) {
    // A thousand, one in the other: of the first kind, each would be a quarter of a gigabyte.
    const bomb = Uint8Array.from([0x94, 0x01, 0xa1, 0x61, 0x01, ...Array.from({ length: 1_000 }, () => claim).flat()]);
    assertEquals(codec.decode(bomb), undefined);
  }
  assert(performance.now() - startedAt < BOMB_MS_MAX);
});

Deno.test("strings, bytes and extensions that claim more than there is are refused", () => {
  for (const head of [0xdb, 0xc6, 0xc9]) {
    assertEquals(codec.decode(Uint8Array.of(0x94, 0x01, 0xa1, 0x61, 0x01, head, 0xff, 0xff, 0xff, 0xff)), undefined);
  }
});

Deno.test("nesting is bounded alike on both sides", () => {
  // The envelope is the first level, the value inside the innermost array the last.
  const deepest = nested(ENVELOPE_DEPTH_MAX - 2);
  const bytes = codec.encode({ type: "tell", id: "a", number: 1, message: deepest });
  assertEquals(codec.decode(bytes), { type: "tell", id: "a", number: 1, message: deepest });
  assertThrows(() => codec.encode({ type: "tell", id: "a", number: 1, message: [deepest] }));
  assertEquals(codec.decode(encode([1, "a", 1, [deepest]], { maxDepth: 1_000 })), undefined);
  const bomb = new Uint8Array(200_000).fill(0x91);
  bomb.set([0x94, 0x01, 0xa1, 0x61, 0x01]);
  assertEquals(codec.decode(bomb), undefined);
});

Deno.test("a message that is no data is the sender's mistake", () => {
  const loop: unknown[] = [];
  loop.push(loop);
  for (const bad of [loop, () => {}, Symbol("x"), 1n]) {
    assertThrows(() => codec.encode({ type: "tell", id: "a", number: 1, message: bad }));
  }
});

function nested(levels: number): unknown {
  return levels === 0 ? 1 : [nested(levels - 1)];
}
