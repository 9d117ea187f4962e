import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { LINK_PREAMBLE } from "../../transport/link/frame.ts";
import { type Claim, nameOf, protocolBytes } from "../../transport/claim.ts";
import { Mux } from "../../transport/mux.ts";

const NO_BYTES = new Uint8Array();
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

const STREAMS: readonly (readonly [name: string, bytes: Uint8Array, type: string])[] = [
  ["nothing yet", new Uint8Array(), "need_more"],
  ["a memberlist ping", Uint8Array.of(0, 0x83), "memberlist"],
  ["a push/pull", Uint8Array.of(6), "memberlist"],
  ["a user message", Uint8Array.of(8), "memberlist"],
  ["a compressed stream", Uint8Array.of(9), "memberlist"],
  ["a type that memberlist only sends in packets", Uint8Array.of(1, 0x83), "unknown stream"],
  ["an encrypted stream", Uint8Array.of(10), "memberlist"],
  ["a labelled stream", Uint8Array.of(244), "memberlist"],
  ["half a link id", LINK_PREAMBLE.subarray(0, 1), "need_more"],
  ["a link", Uint8Array.of(0xca, 0x11), "link after 2"],
  ["a link and more", Uint8Array.of(0xca, 0x11, 1, 2, 3), "link after 2"],
  ["almost a link", Uint8Array.of(0xca, 0x12), "unknown stream"],
  ["one letter of a method", ascii("P"), "need_more"],
  ["two letters of a method", ascii("PU"), "need_more"],
  ["a method without its space", ascii("GET"), "need_more"],
  ["GET", ascii("GET / HTTP/1.1\r\n"), "http"],
  ["POST", ascii("POST "), "http"],
  ["PUT", ascii("PUT "), "http"],
  ["HEAD", ascii("HEAD "), "http"],
  ["DELETE", ascii("DELETE "), "http"],
  ["OPTIONS", ascii("OPTIONS "), "http"],
  ["PATCH", ascii("PATCH "), "http"],
  ["a method that we do not serve", ascii("CONNECT x"), "unknown stream"],
  ["a method in lower case", ascii("get /"), "unknown stream"],
  ["a longer word than the method", ascii("GETS"), "unknown stream"],
  ["a TLS hello", Uint8Array.of(0x16, 3, 1), "unknown stream"],
  ["64 bytes of nothing known", new Uint8Array(64).fill(0x7b), "unknown stream"],
];

const LINKS = LINK_PREAMBLE[0]! << 8 | LINK_PREAMBLE[1]!;

/** A port with one pool that has no mark, and links. */
function usualMux(): Mux<string> {
  const mux = new Mux<string>();
  assertEquals(mux.claim({ type: "pool", id: "chat", mark: { label: NO_BYTES } }, "memberlist"), undefined);
  assertEquals(mux.claim({ type: "streams", protocol: LINKS }, "link"), undefined);
  return mux;
}

/** Whose a stream is, or what is to be done with it. */
function streamOwner(mux: Mux<string>, bytes: Uint8Array, isWhole = false): string {
  const route = mux.routeStream(bytes, isWhole);
  return route.type === "owner" ? `${route.entry.owner}${route.skip === 0 ? "" : ` after ${route.skip}`}` : why(route);
}

function packetOwner(mux: Mux<string>, ...bytes: readonly number[]): string {
  const route = mux.routePacket(Uint8Array.from(bytes));
  return route.type === "owner" ? `${route.entry.owner}${route.skip === 0 ? "" : ` after ${route.skip}`}` : why(route);
}

function why(route: { readonly type: string; readonly why?: string }): string {
  return route.why ?? route.type;
}

for (const [name, bytes, type] of STREAMS) {
  Deno.test(`a port with a pool and links, on ${name}: ${type}`, () => {
    assertEquals(streamOwner(usualMux(), bytes), type);
  });
}

Deno.test("every first byte is decided within eight bytes", () => {
  const mux = usualMux();
  for (let first = 0; first < 256; first++) {
    for (const next of ascii(" AEOTSGPD")) {
      const bytes = new Uint8Array(8).fill(next);
      bytes[0] = first;
      assertEquals(mux.routeStream(bytes).type === "need_more", false, `undecided: ${bytes}`);
    }
  }
});

const LABELLED = (label: string): Claim => ({ type: "pool", id: label, mark: { label: ascii(label) } });
const PLAIN_POOL: Claim = { type: "pool", id: "plain", mark: { label: NO_BYTES } };
const bytePool = (id: string, byte: number): Claim => ({ type: "pool", id, mark: { byte } });
const streams = (protocol: number): Claim => ({ type: "streams", protocol });
const packets = (protocol: number): Claim => ({ type: "packets", protocol });

/** A port shared like this; each owner is called by its id, or by what it claims. */
function sharedBy(...claims: readonly Claim[]): Mux<string> {
  const mux = new Mux<string>();
  for (const claim of claims) {
    assertEquals(mux.claim(claim, claim.type === "pool" ? claim.id : nameOf(claim)), undefined);
  }
  return mux;
}

Deno.test("pools with bytes of their own get what begins with 0xfe and that byte, without the two", () => {
  const mux = sharedBy(PLAIN_POOL, bytePool("one", 1), bytePool("last", 255));
  for (const [bytes, owner] of [[[0xfe, 1, 0], "one after 2"], [[0xfe, 255], "last after 2"]] as const) {
    assertEquals([streamOwner(mux, Uint8Array.from(bytes)), packetOwner(mux, ...bytes)], [owner, owner]);
  }
  assertEquals(streamOwner(mux, Uint8Array.of(0xfe)), "need_more");
  assertEquals(streamOwner(mux, Uint8Array.of(0xfe), true), "unknown pool");
  assertEquals([streamOwner(mux, Uint8Array.of(0xfe, 2)), packetOwner(mux, 0xfe, 2)], ["unknown pool", "unknown pool"]);
  assertEquals(packetOwner(mux, 0xfe), "unknown pool");
});

Deno.test("what is for a pool that is unknown is nobody's, also where there are plain consumers", () => {
  const mux = sharedBy({ type: "plain_streams" }, { type: "plain_packets" });
  assertEquals([streamOwner(mux, Uint8Array.of(0xfe, 2)), packetOwner(mux, 0xfe, 2)], ["unknown pool", "unknown pool"]);
});

Deno.test("a reader of text gets the streams that begin with its character, whole, and nothing of HTTP or memberlist", () => {
  const mux = sharedBy(PLAIN_POOL, streams(0x2001), { type: "text_streams", first: 0x3c }, { type: "plain_streams" });
  const route = mux.routeStream(Uint8Array.of(0x3c));
  assert(route.type === "owner" && route.skip === 0 && route.entry.claim.type === "text_streams");
  for (const other of [Uint8Array.of(0x20, 1), Uint8Array.of(6), ascii("GET / HTTP/1.1"), Uint8Array.of(0x3d, 1)]) {
    const elsewhere = mux.routeStream(other);
    assert(elsewhere.type !== "owner" || elsewhere.entry.claim.type !== "text_streams");
  }
});

Deno.test("pools with labels get what has their label, and one without gets all else of memberlist", () => {
  const mux = sharedBy(LABELLED("abc"), LABELLED("abd"), PLAIN_POOL);
  const label = (text: string): number[] => [244, text.length, ...ascii(text), 0];
  for (const owner of ["abc", "abd"]) {
    assertEquals([streamOwner(mux, Uint8Array.from(label(owner))), packetOwner(mux, ...label(owner))], [owner, owner]);
  }
  for (const first of [0, 6, 8, 9, 10]) {
    assertEquals([streamOwner(mux, Uint8Array.of(first)), packetOwner(mux, first)], ["plain", "plain"]);
  }
});

Deno.test("a label is waited for until it is whole", () => {
  const longest = (id: string): Claim => ({ type: "pool", id, mark: { label: ascii(id.repeat(255)) } });
  const mux = sharedBy(longest("x"), longest("y"));
  const whole = Uint8Array.of(244, 255, ...ascii("y".repeat(255)));
  for (let length = 1; length < whole.length; length++) {
    assertEquals(streamOwner(mux, whole.subarray(0, length)), "need_more");
  }
  assertEquals(streamOwner(mux, whole), "y");
});

Deno.test("what has no label that we know is given to the first pool, which refuses it with the reason", () => {
  const mux = sharedBy({ type: "plain_packets" }, bytePool("other", 7), LABELLED("first"), LABELLED("second"));
  const foreign = [244, 1, 120, 0];
  assertEquals([streamOwner(mux, Uint8Array.from(foreign)), packetOwner(mux, ...foreign)], ["first", "first"]);
  assertEquals([streamOwner(mux, Uint8Array.of(0)), packetOwner(mux, 0)], ["first", "first"]);
  assertEquals(streamOwner(mux, Uint8Array.of(244, 5, 1), true), "first", "a label that breaks off");
  assertEquals([packetOwner(mux, 244, 5, 1), packetOwner(mux, 244)], ["first", "first"]);
});

Deno.test("an application's streams and packets come without their two bytes, which are big endian", () => {
  const mux = sharedBy(PLAIN_POOL, streams(0x2001), packets(0x2001), packets(0x2002));
  assertEquals(streamOwner(mux, Uint8Array.of(0x20, 1)), "streams 0x2001 after 2");
  assertEquals(streamOwner(mux, Uint8Array.of(0x20)), "need_more");
  assertEquals(streamOwner(mux, Uint8Array.of(0x20), true), "unknown stream");
  assertEquals(streamOwner(mux, Uint8Array.of(0x20, 2)), "unknown stream");
  assertEquals(packetOwner(mux, 0x20, 1, 5), "packets 0x2001 after 2");
  assertEquals(packetOwner(mux, 0x20, 2), "packets 0x2002 after 2");
});

Deno.test("plain consumers get what is nobody else's, whole, however short", () => {
  const mux = sharedBy(PLAIN_POOL, streams(0x2001), packets(0x2001), { type: "plain_streams" }, {
    type: "plain_packets",
  });
  for (const bytes of [[0x21], [0x20, 2], [0x47, 0x45, 0x46], [0xff, 0xff]]) {
    assertEquals(streamOwner(mux, Uint8Array.from(bytes), true), "plain streams");
    assertEquals(packetOwner(mux, ...bytes), "plain packets");
  }
  assertEquals(streamOwner(mux, Uint8Array.of(0x21)), "plain streams", "nothing known begins like this");
  assertEquals(streamOwner(mux, ascii("GET / ")), "http", "for who answers HTTP here, if anybody does");
  assertEquals(packetOwner(mux), "plain packets");
  assertEquals([streamOwner(mux, Uint8Array.of(0)), packetOwner(mux, 13)], ["plain", "plain"]);
});

Deno.test("a packet that is nobody's is for the first pool to refuse, and nobody's where there is none", () => {
  assertEquals([packetOwner(sharedBy(PLAIN_POOL), 0x21), packetOwner(sharedBy(PLAIN_POOL))], ["plain", "plain"]);
  const mux = sharedBy(bytePool("one", 1));
  assertEquals([packetOwner(mux, 0x21), packetOwner(mux), packetOwner(mux, 0)], [
    "unknown packet",
    "unknown packet",
    "no pool",
  ]);
  assertEquals([streamOwner(mux, Uint8Array.of(0x21)), streamOwner(mux, Uint8Array.of(6))], [
    "unknown stream",
    "no pool",
  ]);
});

Deno.test("what was given back is nobody's, and may be claimed again", () => {
  const plain = [{ type: "plain_streams" }, { type: "plain_packets" }] as const;
  const claims = [bytePool("one", 1), LABELLED("x"), streams(0x2001), packets(0x2001), ...plain];
  const mux = sharedBy(...claims);
  const names = ["one", "x", "streams 0x2001", "packets 0x2001", "plain streams", "plain packets"];
  assertEquals(claims.map((claim) => mux.release(claim)), names);
  assertEquals(claims.map((claim) => mux.release(claim)), names.map(() => undefined));
  assertEquals([mux.entries, streamOwner(mux, Uint8Array.of(0x21)), packetOwner(mux)], [
    [],
    "unknown stream",
    "unknown packet",
  ]);
  assertEquals(streamOwner(mux, Uint8Array.of(0xfe, 1)), "unknown pool");
  assertEquals(packetOwner(mux, 0x20, 1), "unknown packet");
  assertEquals(claims.map((claim) => mux.claim(claim, "again")), names.map(() => undefined));
});

const AMBIGUOUS: readonly (readonly [what: string, claim: Claim, beside: readonly Claim[], fault: string])[] = [
  ["a stream id that is taken", streams(0x2001), [streams(0x2001)], "Taken already: streams 0x2001"],
  ["a packet id that is taken", packets(7), [bytePool("a", 1), packets(7)], "Taken already: packets 0x0007"],
  [
    "a reader of text beside whose streams begin alike",
    { type: "text_streams", first: 0x20 },
    [streams(0x2001)],
    "Begins as streams 0x2001 does",
  ],
  [
    "streams that begin as text does",
    streams(0x3c01),
    [{ type: "text_streams", first: 0x3c }],
    "The protocol id 0x3c01 begins as text does that somebody reads",
  ],
  [
    "text from a control character",
    { type: "text_streams", first: 6 },
    [],
    "Text begins with a character of ASCII, not 6",
  ],
  [
    "text that begins as HTTP does",
    { type: "text_streams", first: 0x47 },
    [],
    "Requests over HTTP begin with the same character",
  ],
  ["a second plain consumer", { type: "plain_streams" }, [{ type: "plain_streams" }], "Taken already: plain streams"],
  ["a pool's id that is taken", bytePool("a", 2), [bytePool("a", 1)], "Taken already: pool a"],
  ["a pool's byte that is taken", bytePool("b", 1), [bytePool("a", 1)], 'The byte 1 is that of the pool "a"'],
  [
    "two pools with nothing to tell them apart",
    { ...PLAIN_POOL, id: "b" },
    [PLAIN_POOL],
    'The pools "b" and "plain" could not be told apart: neither has a label or a byte',
  ],
  [
    "two pools with one label",
    { type: "pool", id: "b", mark: { label: ascii("a") } },
    [LABELLED("a")],
    'The pools "b" and "a" could not be told apart: both have the same label',
  ],
  ["a byte beyond 255", bytePool("a", 256), [], "A pool's byte is from 0 to 255, not 256"],
  ["half a byte", bytePool("a", 0.5), [], "A pool's byte is from 0 to 255, not 0.5"],
  ["a pool without an id", bytePool("", 1), [], "A pool's id has 1 to 32 letters, digits, - and _"],
  ["a pool with a path", bytePool("a/b", 1), [], "A pool's id has 1 to 32 letters, digits, - and _"],
  ["an id beyond two bytes", streams(0x10000), [], "A protocol id is from 0 to 65535, not 65536"],
  ["an id below 0", packets(-1), [], "A protocol id is from 0 to 65535, not -1"],
  ["an id like a pool", streams(0xfe07), [], "The protocol id 0xfe07 begins as pools do, with 0xfe"],
  ["a packet id like a pool", packets(0xfe07), [], "The protocol id 0xfe07 begins as pools do, with 0xfe"],
  ["an id like a request", streams(0x4745), [], "The protocol id 0x4745 is how a request over HTTP begins"],
  [
    "a stream id like a ping",
    streams(0x0001),
    [PLAIN_POOL],
    'The protocol id 0x0001 begins as streams of the pool "plain" may, which has no byte of its own',
  ],
  [
    "a stream id like a label",
    streams(0xf401),
    [LABELLED("x")],
    'The protocol id 0xf401 begins as streams of the pool "x" may, which has no byte of its own',
  ],
  [
    "a packet id like a sealed packet of version 1",
    packets(0x0102),
    [PLAIN_POOL],
    'The protocol id 0x0102 begins as packets of the pool "plain" may, which has no byte of its own',
  ],
  [
    "a packet id like a message that memberlist may have one day",
    packets(0x0f00),
    [PLAIN_POOL],
    'The protocol id 0x0f00 begins as packets of the pool "plain" may, which has no byte of its own',
  ],
  [
    "a pool beside an id that looks like its sealed packets",
    PLAIN_POOL,
    [packets(0x0102)],
    'The pool "plain" needs a byte of its own beside packets 0x0102',
  ],
  [
    "a pool beside an id that looks like its streams",
    LABELLED("x"),
    [streams(0x0601)],
    'The pool "x" needs a byte of its own beside streams 0x0601',
  ],
];

for (const [what, claim, beside, fault] of AMBIGUOUS) {
  Deno.test(`${what} is an error, and changes nothing`, () => {
    const mux = sharedBy(...beside);
    assertEquals(mux.claim(claim, "another"), fault);
    assertEquals(mux.entries.map((entry) => entry.claim), beside);
  });
}

Deno.test("what looks ambiguous and is not is allowed", () => {
  sharedBy(bytePool("a", 1), bytePool("b", 2), streams(0x0001), packets(0x0001), streams(0xf400));
  sharedBy(
    PLAIN_POOL,
    LABELLED("x"),
    bytePool("a", 0),
    packets(0x4745),
    streams(0x0101),
    packets(0x1000),
    streams(0x4701),
  );
  sharedBy(streams(0xffff), packets(0xffff), streams(0x10ff));
});

Deno.test("no more than 1024 share a port", () => {
  const mux = sharedBy(...Array.from({ length: 1024 }, (_, i) => packets(0x2000 + i)));
  assertEquals(mux.claim(packets(0x4000), "one more"), "No more than 1024 can share a port");
});

Deno.test("of any two that may share a port, no bytes are for both, and each gets what begins as its own", () => {
  const byte = fc.nat(255);
  const label = fc.constantFrom("", "a", "b", "ab").map(ascii);
  const claim: fc.Arbitrary<Claim> = fc.oneof(
    fc.record({ type: fc.constant("pool" as const), id: fc.constantFrom("p", "q"), mark: fc.record({ byte }) }),
    fc.record({ type: fc.constant("pool" as const), id: fc.constantFrom("p", "q"), mark: fc.record({ label }) }),
    fc.record({ type: fc.constantFrom("streams" as const, "packets" as const), protocol: fc.nat(0xffff) }),
    fc.constantFrom({ type: "plain_streams" } as const, { type: "plain_packets" } as const),
  );
  fc.assert(fc.property(fc.array(claim, { maxLength: 8 }), (claims) => {
    const mux = new Mux<Claim>();
    const taken = claims.filter((one) => mux.claim(one, one) === undefined);
    for (const one of taken) {
      for (const [isStream, start] of startsOf(one)) {
        const route = isStream ? mux.routeStream(start) : mux.routePacket(start);
        assertEquals(route.type === "owner" && route.entry.owner, one, `${start}`);
      }
    }
  }));
});

/** With what the owner's streams and packets may begin. */
function startsOf(claim: Claim): readonly (readonly [isStream: boolean, start: Uint8Array])[] {
  if (claim.type === "pool") {
    const { mark } = claim;
    const bare = [0, 10].map((type) => Uint8Array.of(type, 0));
    const own = "byte" in mark
      ? [Uint8Array.of(0xfe, mark.byte)]
      : mark.label.length === 0
      ? bare
      : [Uint8Array.of(244, mark.label.length, ...mark.label, 0)];
    return own.flatMap((start) => [[true, start], [false, start]] as const);
  }
  if (claim.type !== "streams" && claim.type !== "packets") return [];
  return [[claim.type === "streams", protocolBytes(claim.protocol)]];
}

Deno.test("what begins like HTTP and is none is known by its head; every other request is HTTP at once", () => {
  const mux = sharedBy(PLAIN_POOL, { type: "http_streams", start: "GET /?uuid=", header: "Client-Type: console" });
  const console = "GET /?uuid=1 HTTP/1.1\r\nUser-Agent: x\r\nclient-type: CONSOLE\r\n\r\n{}";
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const headEnd = console.indexOf("\r\n\r\n") + 4;
  for (let length = 1; length < headEnd; length++) {
    assertEquals(mux.routeStream(bytes(console.slice(0, length))).type, "need_more", console.slice(0, length));
  }
  const route = mux.routeStream(bytes(console));
  assertEquals(route.type === "owner" && [route.entry.claim.type, route.skip], ["http_streams", 0]);
  for (const other of ["GET / HTTP", "POST /", "GET /?x=1", "GET /?uuid=1 HTTP/1.1\r\nHost: x\r\n\r\n"]) {
    assertEquals(mux.routeStream(bytes(other)).type, "http", other);
  }
  assertEquals(mux.routeStream(bytes("GET /?uuid=1 HTTP/1.1\r\nHost: x\r\n"), true).type, "http");
  assertEquals(
    mux.routeStream(bytes(`GET /?uuid=${"x".repeat(5_000)}`)).type,
    "http",
    "a head without end is not kept",
  );
});
