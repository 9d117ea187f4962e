/** Talks' bytes, as `seeds.md` 3 has them. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ClientEvent } from "../../../actors/gateway/dialect.ts";
import { talks, talksConsole } from "../../../actors/gateway/talks.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined): string => new TextDecoder().decode(value);

const HEAD = [
  "GET /?uuid=YW5hCg== HTTP/1.1",
  "Connection: Upgrade",
  "User-Agent: console",
  "Client-Type: console",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Extensions: permessage-deflate;",
  "",
  "",
].join("\r\n");
const says = (message: string): string => JSON.stringify({ uuid: "YW5hCg==", nickname: "ana\n", message });
const ANA: ClientEvent = { type: "hello", name: "ana\n", id: "YW5hCg==", wantsNotices: true };

function read(dialect: typeof talks, ...pieces: readonly (string | Uint8Array)[]): ClientEvent[] {
  const reader = dialect.newReader();
  return pieces.flatMap((piece) => [...reader.push(typeof piece === "string" ? bytes(piece) : piece)]);
}

Deno.test("Talks: a console's head is answered as its server did, with the accept value of RFC 6455", () => {
  const [answer, ...rest] = read(talksConsole, HEAD);
  assertEquals(rest, []);
  assertEquals(
    answer?.type === "answer" ? text(answer.bytes) : "",
    "HTTP/1.1 101 Web Socket Protocol Handshake\r\nServer: CAD chat server\r\nUpgrade: WebSocket\r\n" +
      "Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
  );
});

for (
  const [what, without] of [
    ["without Upgrade", "Upgrade: websocket\r\n"],
    ["without a key", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"],
  ] as const
) {
  Deno.test(`defect 28: a head ${what} asks for no WebSocket, is answered by 400 with the reason, and is the last`, () => {
    const [answer, ...events] = read(talksConsole, HEAD.replace(without, "") + says("ping"), says("hi"));
    assertEquals(
      answer?.type === "answer" ? text(answer.bytes) : "",
      "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json; charset=utf-8\r\nConnection: close\r\n\r\n",
    );
    assertEquals(events, [{ type: "unreadable", why: "This is for who asks for a WebSocket" }]);
  });
}

Deno.test("Talks: a head may name its fields, and what it asks for, in any case", () => {
  const [answer] = read(talksConsole, HEAD.replace("Upgrade: websocket", "UPGRADE:WebSocket"));
  assertEquals(answer?.type === "answer" ? text(answer.bytes).slice(0, 12) : "", "HTTP/1.1 101");
});

Deno.test("Talks: what follows the head in the same segment is not lost", () => {
  const [, ...events] = read(talksConsole, HEAD + says("ping") + says("hi\n"));
  assertEquals(events, [ANA, { type: "text", text: "hi" }]);
});

Deno.test("Talks: the first message names its sender, and is no text if it is ping; later ones are", () => {
  assertEquals(read(talks, says("ping"), says("ping\n")), [ANA, { type: "text", text: "ping" }]);
  assertEquals(read(talks, says("hi")), [ANA, { type: "text", text: "hi" }]);
});

Deno.test("Talks: however a console's messages are glued or split, over 256 bytes too, they mean the same", () => {
  const long = `${'with "quotes", {braces} and \\\\ '.repeat(20)}\nsecond line`;
  const sent = bytes(HEAD + says("ping") + says(`${long}\n`) + says("é☃\n"));
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: sent.length }), { maxLength: 12 }), (cuts) => {
    const at = [0, ...cuts.toSorted((a, b) => a - b), sent.length];
    const [, ...events] = read(talksConsole, ...at.slice(1).map((end, index) => sent.subarray(at[index], end)));
    assertEquals(events, [ANA, { type: "text", text: long }, { type: "text", text: "é☃" }]);
  }));
});

for (
  const [what, dialect, sent, why] of [
    ["what is no object", talks, "hello", "A message is an object in JSON"],
    ["an array", talks, "[1]", "A message is an object in JSON"],
    [
      "a close frame in place of JSON",
      talksConsole,
      new Uint8Array([0x88, 0x80, 1, 2, 3, 4]),
      "A message is an object in JSON",
    ],
    [
      "a message without a nickname",
      talks,
      '{"uuid":"1","message":"hi"}',
      "A message has uuid, nickname and message, all texts",
    ],
    [
      "a number for a message",
      talks,
      '{"uuid":"1","nickname":"a","message":7}',
      "A message has uuid, nickname and message, all texts",
    ],
    [
      "a message with a nickname twice",
      talks,
      '{"uuid":"1","nickname":"a","nickname":"b","message":"hi"}',
      "A message has uuid, nickname and message, all texts",
    ],
    ["a message that never ends", talks, `{"uuid":"${"x".repeat(70_000)}`, "A message has at most 65536 bytes"],
  ] as const
) {
  Deno.test(`Talks: ${what} is refused with a reason, and nothing after it is read`, () => {
    const pieces = dialect === talksConsole ? [HEAD, sent] : [sent];
    const events = read(dialect, ...pieces, says("ping")).filter(({ type }) => type !== "answer");
    assertEquals(events, [{ type: "unreadable", why }]);
  });
}

Deno.test("Talks: a head that never ends is refused", () => {
  const events = read(talksConsole, "GET /?uuid=1 HTTP/1.1\r\nX: ", ..."x".repeat(5_000).match(/.{1,500}/g)!);
  assertEquals(events, [{ type: "unreadable", why: "The head of the request is too long" }]);
});

Deno.test("Talks: whatever bytes come, the reader does not throw, and after a refusal it is silent", () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 }), (isConsole, pieces) => {
      const events = read(isConsole ? talksConsole : talks, ...(isConsole ? [HEAD] : []), ...pieces);
      const refused = events.findIndex(({ type }) => type === "unreadable");
      assertEquals(refused < 0 || refused === events.length - 1, true);
    }),
  );
});

Deno.test("Talks: a text is told with its speaker; who comes says ping, who goes nothing; a typed ping is no coming", () => {
  const ana = { name: "ana", id: "YW5hCg==" };
  assertEquals(text(talks.said(ana, "hi\nthere")), '{"uuid":"YW5hCg==","nickname":"ana","message":"hi\\nthere"}');
  assertEquals(text(talks.came(ana)), '{"uuid":"YW5hCg==","nickname":"ana","message":"ping"}');
  assertEquals(text(talks.said(ana, "ping")), '{"uuid":"YW5hCg==","nickname":"ana","message":"ping "}');
  assertEquals([talks.went(ana), talks.here(["x"])], [undefined, undefined]);
  assertEquals(text(talks.refusal("no")), '{"uuid":"*","nickname":"*","message":"no"}');
});
