import { assertEquals } from "@std/assert";
import {
  ACK_FLAGS,
  decodeKeyRequest,
  decodeSerf,
  encodeConflictAnswer,
  encodeKeyAnswer,
  encodeSerf,
  type SerfWireMessage,
} from "../../../actors/serf/messages.ts";
import { assertSturdy, vector } from "./vectors.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const LOCALHOST = Uint8Array.of(127, 0, 0, 1);
const RESPONSE = { type: "query_response", time: 9, id: 1, from: "bob", flags: 0, payload: bytes("ok") } as const;

/** Written by Serf, and by us alike. */
const BOTH_WAYS: readonly (readonly [Parameters<typeof vector>[0], Exclude<SerfWireMessage, { type: "query" }>])[] = [
  ["leave", { type: "leave", time: 7, node: "alice", prune: false }],
  ["leave-prune", { type: "leave", time: 300, node: "alice", prune: true }],
  ["join", { type: "join", time: 4294967296, node: "bob" }],
  ["join-zero", { type: "join", time: 0, node: "" }],
  ["user-event", { type: "user_event", time: 5, name: "deploy", payload: bytes("v1.2"), coalesce: true }],
  ["user-event-no-payload", { type: "user_event", time: 5, name: "deploy", payload: null, coalesce: false }],
  [
    "user-event-empty-payload",
    { type: "user_event", time: 5, name: "deploy", payload: new Uint8Array(), coalesce: false },
  ],
  ["query-response", RESPONSE],
  ["query-ack", { ...RESPONSE, flags: ACK_FLAGS, payload: null }],
  ["relay", { type: "relay", addr: LOCALHOST, port: 7946, name: "alice", content: encodeSerf(RESPONSE) }],
];

for (const [name, message] of BOTH_WAYS) {
  Deno.test(`what Serf wrote is read and written alike: ${name}`, () => {
    assertEquals(decodeSerf(vector(name)), { ok: true, value: message });
    assertEquals(encodeSerf(message), vector(name));
    if (message.type !== "relay") assertSturdy(vector(name), decodeSerf);
  });
}

Deno.test("a query is read with all that it wants", () => {
  const plain = {
    type: "query",
    time: 9,
    id: 2147483647,
    addr: LOCALHOST,
    port: 7946,
    sourceNode: "alice",
    filters: [],
    ackWanted: false,
    noBroadcast: false,
    relayFactor: 0,
    name: "uptime",
    payload: new Uint8Array(),
  } as const;
  assertEquals(decodeSerf(vector("query")), { ok: true, value: plain });
  assertEquals(decodeSerf(vector("query-full")), {
    ok: true,
    value: {
      ...plain,
      id: 1,
      addr: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1),
      port: 80,
      filters: [vector("filter-nodes"), vector("filter-tag")],
      ackWanted: true,
      noBroadcast: true,
      relayFactor: 3,
      name: "_serf_ping",
      payload: Uint8Array.of(1, 2, 3),
    },
  });
  assertSturdy(vector("query-full"), decodeSerf);
});

Deno.test("nothing of what was read is the packet's own memory", () => {
  const packet = vector("query-full");
  const before = decodeSerf(packet);
  packet.fill(0);
  assertEquals(before, decodeSerf(vector("query-full")));
});

Deno.test("what is no message of Serf's is refused with a reason", () => {
  assertEquals(decodeSerf(new Uint8Array()), { ok: false, reason: "empty", at: 0 });
  assertEquals(decodeSerf(bytes("{}")), { ok: false, reason: "unknown_type", at: 0 });
  assertEquals(decodeSerf(vector("state")), { ok: false, reason: "unknown_type", at: 0 });
  assertEquals(decodeSerf(Uint8Array.of(0)), { ok: false, reason: "truncated", at: 1 });
});

Deno.test("a time before the beginning, or after all ends, is refused", () => {
  const at = (time: string): Uint8Array => Uint8Array.fromHex(`0182a54c54696d65${time}a44e6f6465a3626f62`);
  assertEquals(decodeSerf(at("ff")), { ok: false, reason: "out_of_range", at: 1 });
  assertEquals(decodeSerf(at("cf001fffffffffffff")).ok, false);
  assertEquals(decodeSerf(at("cf001ffffffffffffe")).ok, true);
  assertEquals(decodeSerf(at("cfffffffffffffffff")).ok, false);
});

Deno.test("more filters than anybody has are refused, however many are there", () => {
  const many = (count: string): Uint8Array => Uint8Array.fromHex(`0481a746696c74657273${count}`);
  assertEquals(decodeSerf(many("ddffffffff")), { ok: false, reason: "too_large", at: 10 });
  assertEquals(decodeSerf(many("dc0041")), { ok: false, reason: "too_large", at: 10 });
  assertEquals(decodeSerf(many("dc0040")), { ok: false, reason: "truncated", at: 13 });
});

Deno.test("where a member is, is answered as Serf does", () => {
  const carol = {
    name: "carol",
    addr: Uint8Array.of(127, 0, 0, 3),
    port: 7946,
    tags: new Map([["role", "web"]]),
  } as const;
  assertEquals(encodeConflictAnswer(carol), vector("conflict-response"));
  assertEquals(encodeConflictAnswer(undefined), vector("conflict-response-unknown"));
});

Deno.test("what became of a key is answered as Serf does", () => {
  assertEquals(encodeKeyAnswer({ ok: false, message: "no", keys: [], primary: "" }), vector("key-response-refused"));
  assertEquals(
    encodeKeyAnswer({ ok: true, message: "", keys: ["AAAA", "BBBB"], primary: "AAAA" }),
    vector("key-response"),
  );
});

Deno.test("the key in a request is read", () => {
  assertEquals(decodeKeyRequest(vector("key-request")), { ok: true, value: new Uint8Array(16).fill(7) });
  assertSturdy(vector("key-request"), decodeKeyRequest);
});
