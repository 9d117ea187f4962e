import { assertEquals } from "@std/assert";
import { machat } from "../../../actors/gateway/machat.ts";
import { page } from "../../../actors/gateway/page.ts";
import { plainAnswer, webSocketAnswer, type WebSocketOpened } from "../../../actors/gateway/web_socket.ts";
import type { ActorRef } from "../../../actors/runtime/ref.ts";
import type { Address } from "../../../transport/address.ts";
import { talks } from "../../../actors/gateway/talks.ts";
import type { WebSocketConnection, WebSocketRequest } from "../../../transport/transport.ts";

const HOST = "127.0.0.1:7946";
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function request(path: string, origin?: string, host = HOST): WebSocketRequest {
  return { path, from: "127.0.0.1:1" as Address, host, ...(origin !== undefined && { origin }) };
}

/** A connection that notes what is done to it, and a keeper that notes what it is told. */
function scene(tell?: () => void) {
  const done: string[] = [];
  const opened: WebSocketOpened[] = [];
  const connection: WebSocketConnection = {
    remote: "127.0.0.1:1" as Address,
    bufferedBytes: 7,
    send: (bytes) => void done.push(`send ${new TextDecoder().decode(bytes)}`),
    close: (code, why) => void done.push(`close ${code} ${why}`),
    destroy: () => void done.push("destroy"),
    pause: () => void done.push("pause"),
    resume: () => void done.push("resume"),
  };
  const keeper = { tell: tell ?? ((message: WebSocketOpened) => void opened.push(message)) };
  const open = (path: string) => {
    const answer = webSocketAnswer(request(path), () => keeper as unknown as ActorRef<WebSocketOpened>);
    if (!answer.ok) throw new Error(answer.why);
    return answer.opened(connection);
  };
  return { done, opened, open };
}

function statusOf(asked: WebSocketRequest): number | "opened" {
  const answer = webSocketAnswer(asked, () => {
    throw new Error("nobody is asked");
  });
  return answer.ok ? "opened" : answer.status;
}

Deno.test("the path says what is spoken, and where nothing is spoken is nothing", () => {
  const { opened, open } = scene();
  for (const path of ["/page", "/mychat", "/mychat?x=1"]) open(path);
  assertEquals(opened.map(({ dialect }) => dialect), [page, machat, machat]);
  for (const path of ["/", "/page/", "/pages", "/../page", "", "http://x/page"]) {
    assertEquals(statusOf(request(path)), 404, path);
  }
});

Deno.test("another's page gets no WebSocket, nor does one whose name leads here", () => {
  assertEquals(statusOf(request("/page", `http://${HOST}`)), "opened");
  assertEquals(statusOf(request("/mychat")), "opened");
  for (const origin of ["http://evil.example", "null", `https://${HOST}`, "http://127.0.0.1:7947"]) {
    assertEquals(statusOf(request("/page", origin)), 403, origin);
    assertEquals(statusOf(request("/mychat", origin)), 403, origin);
  }
  assertEquals(statusOf(request("/page", "http://evil.example:7946", "evil.example:7946")), 403);
});

Deno.test("what comes before the keeper has taken the WebSocket over is kept in order, and stopped when it is much", () => {
  const { done, opened, open } = scene();
  const handler = open("/page");
  for (let message = 0; message < 9; message++) handler.message(encode(String(message)), false);
  assertEquals(done, ["pause"]);
  const heard: string[] = [];
  const adopter = {
    message: (bytes: Uint8Array) => void heard.push(new TextDecoder().decode(bytes)),
    closed: () => void heard.push("closed"),
  };
  opened[0]!.adopt(adopter);
  opened[0]!.adopt({ message: () => heard.push("twice"), closed: () => {} });
  assertEquals(done, ["pause", "resume"]);
  handler.message(encode("9"), false);
  handler.closed();
  assertEquals(heard, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "closed"]);
});

Deno.test("a keeper who has too much to do has whoever comes told to come later", () => {
  const { done, open } = scene(() => {
    throw new Error("full");
  });
  open("/page").closed();
  assertEquals(done, ["close 1013 Come again later"]);
});

Deno.test("a client hears by the code whether it is hung up on or has said all", () => {
  const { done, opened, open } = scene();
  open("/mychat");
  const { connection } = opened[0]!;
  connection.send(encode("x"));
  connection.close("");
  connection.close("Nothing came in time");
  connection.destroy();
  assertEquals([connection.bufferedBytes, done], [7, [
    "send x",
    "close 1000 ",
    "close 1008 Nothing came in time",
    "destroy",
  ]]);
});

Deno.test("MaChat's client names its server as its page, with a slash behind it", () => {
  assertEquals(statusOf(request("/mychat", `http://${HOST}/`)), "opened");
  assertEquals(statusOf(request("/mychat", "http://localhost:8099/", "localhost:8099")), "opened");
  assertEquals(statusOf(request("/mychat", "http://localhost:8099/", "127.0.0.1:8099")), 403);
});

Deno.test("Talks' web clients are let in at the root if they are meant to be, from pages of the same machine or name", () => {
  const asked = (path: string, origin?: string, host?: string, letsTalksIn = true) => {
    const answer = webSocketAnswer(request(path, origin, host), () => {
      throw new Error("nobody is asked");
    }, letsTalksIn);
    return answer.ok ? "opened" : answer.status;
  };
  assertEquals(asked("/?uuid=1"), "opened");
  assertEquals(asked("/?uuid=1", "http://127.0.0.1:3000"), "opened");
  assertEquals(asked("/?uuid=1", "http://localhost", "localhost:8000"), "opened");
  assertEquals(asked("/?uuid=1", undefined, HOST, false), 404);
  assertEquals(asked("/"), 404);
  const foreign = [
    "http://evil.example",
    "http://6.6.6.6",
    "null",
    "file://",
    "127.0.0.1:3000",
    "http://localhost:3000",
  ];
  for (const origin of foreign) assertEquals(asked("/?uuid=1", origin), 403, origin);
  const opened: WebSocketOpened[] = [];
  const keeper = { tell: (message: WebSocketOpened) => void opened.push(message) };
  const answer = webSocketAnswer(request("/?uuid=1"), () => keeper as unknown as ActorRef<WebSocketOpened>, true);
  if (answer.ok) answer.opened({} as WebSocketConnection);
  assertEquals(opened.map(({ dialect }) => dialect), [talks]);
});

Deno.test("what is sent is text or bytes as the client's last message was", () => {
  const { opened } = scene();
  const sent: boolean[] = [];
  const keeper = { tell: (message: WebSocketOpened) => void opened.push(message) };
  const answer = webSocketAnswer(request("/mychat"), () => keeper as unknown as ActorRef<WebSocketOpened>);
  if (!answer.ok) throw new Error(answer.why);
  const handler = answer.opened({ send: (_, isBinary = false) => void sent.push(isBinary) } as WebSocketConnection);
  const [{ connection } = { connection: undefined }] = opened;
  for (const isBinary of [false, true, false]) {
    handler.message(encode("x"), isBinary);
    connection?.send(encode("y"));
  }
  assertEquals(sent, [false, true, false]);
});

Deno.test("a plain request for the place of a WebSocket is answered as MaChat does", () => {
  const get = (path: string) =>
    plainAnswer({ method: "GET", path, body: new Uint8Array(), from: "127.0.0.1:1" as Address });
  assertEquals([get("/mychat")?.status, get("/mychat?x=1")?.body, get("/page")], [400, "Bad Request\n", undefined]);
});
