import { createHash } from "node:crypto";
import { type ClientEvent, type ClientReader, type Dialect, NOBODY, type Speaker } from "./dialect.ts";
import { GrowingBytes } from "./growing_bytes.ts";
import { JsonObjects, parseFields } from "./json_objects.ts";

/** The longest message: the longest text that a person types, and what stands around it. */
const MESSAGE_BYTES_MAX = 64 * 1024;

/** The longest head of a console's request, which has some three hundred bytes. */
const HEAD_BYTES_MAX = 4 * 1024;

/** What a client says first, to be seen; it is no text. */
const I_AM_HERE = "ping";

/**
 * Talks' protocol: objects `{"uuid","nickname","message"}` in both directions, nothing between them. Its web clients send
 * each as a message of a WebSocket. There is one room, and who comes says `ping`; nobody says that he goes.
 */
export const talks: Dialect = {
  name: "talks",
  newReader: () => new TalksReader("messages"),
  // That somebody types the word is not to look as if he came.
  said: (speaker, text) => encode(speaker, text === I_AM_HERE ? `${text} ` : text),
  came: (speaker) => encode(speaker, I_AM_HERE),
  went: () => undefined,
  here: () => undefined,
  refusal: (why) => encode({ name: NOBODY, id: NOBODY }, why),
};

/**
 * Talks' consoles: they send the head of a request for a WebSocket, are answered as if they got one, and go on with bare
 * objects.
 */
export const talksConsole: Dialect = { ...talks, newReader: () => new TalksReader("head") };

class TalksReader implements ClientReader {
  readonly #head = new GrowingBytes();
  readonly #objects = new JsonObjects(MESSAGE_BYTES_MAX);
  #state: "head" | "messages" | "over";
  #isKnown = false;

  constructor(state: "head" | "messages") {
    this.#state = state;
  }

  push(bytes: Uint8Array): readonly ClientEvent[] {
    switch (this.#state) {
      case "head":
        return this.#readHead(bytes);
      case "messages":
        return this.#readMessages(bytes);
      case "over":
        return [];
    }
  }

  /** An object that is not whole may go on in the next message. */
  flush(): readonly ClientEvent[] {
    return [];
  }

  #readHead(bytes: Uint8Array): readonly ClientEvent[] {
    this.#head.add(bytes);
    const seen = this.#head.take();
    const text = LATIN.decode(seen);
    const end = text.indexOf("\r\n\r\n");
    if ((end < 0 ? seen.length : end) > HEAD_BYTES_MAX) return this.#fail("The head of the request is too long");
    if (end < 0) {
      this.#head.add(seen);
      return [];
    }
    const head = text.slice(0, end);
    const key = fieldOf(head, "sec-websocket-key");
    if (key === "" || fieldOf(head, "upgrade").toLowerCase() !== "websocket") {
      return [{ type: "answer", bytes: BAD_REQUEST }, ...this.#fail("This is for who asks for a WebSocket")];
    }
    this.#state = "messages";
    return [{ type: "answer", bytes: answerTo(key) }, ...this.#readMessages(seen.subarray(end + 4))];
  }

  #readMessages(bytes: Uint8Array): readonly ClientEvent[] {
    const events: ClientEvent[] = [];
    for (let rest = bytes; rest.length > 0;) {
      const piece = this.#objects.push(rest);
      if (piece.type === "incomplete") break;
      if (piece.type !== "object") return [...events, ...this.#fail(FAULTS[piece.type])];
      events.push(...this.#understand(piece.bytes));
      if (this.#state === "over") break;
      rest = piece.rest;
    }
    return events;
  }

  #understand(object: Uint8Array): readonly ClientEvent[] {
    const { fields } = parseFields(object);
    const [uuid, nickname, message] = ["uuid", "nickname", "message"].map((key) => fields.get(key));
    if (typeof uuid !== "string" || typeof nickname !== "string" || typeof message !== "string") {
      return this.#fail("A message has uuid, nickname and message, all texts");
    }
    const text = message.replace(/[\r\n]+$/, "");
    if (this.#isKnown) return [{ type: "text", text }];
    this.#isKnown = true;
    const id = uuid.slice(0, ID_CHARACTERS_MAX);
    const hello: ClientEvent = { type: "hello", name: nickname, id, wantsNotices: true };
    return text === I_AM_HERE ? [hello] : [hello, { type: "text", text }];
  }

  #fail(why: string): readonly ClientEvent[] {
    this.#state = "over";
    return [{ type: "unreadable", why }];
  }
}

const FAULTS = {
  no_object: "A message is an object in JSON",
  too_long: `A message has at most ${MESSAGE_BYTES_MAX} bytes`,
} as const;

/** A UUID has 36; a console's id is its nickname in base64. */
const ID_CHARACTERS_MAX = 128;

/** A byte a character, whatever it is. */
const LATIN = new TextDecoder("latin1");

function encode({ name, id }: Speaker, message: string): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ uuid: id, nickname: name, message }));
}

/** What a field of a request's head says; empty if it is not there. */
function fieldOf(head: string, name: string): string {
  const line = head.split("\r\n").find((field) => field.toLowerCase().startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim() ?? "";
}

/** To who asks for something else; why is its body. */
const BAD_REQUEST = new TextEncoder().encode(
  "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json; charset=utf-8\r\nConnection: close\r\n\r\n",
);

/** The head with which Talks' server answers. */
function answerTo(key: string): Uint8Array {
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  const head = [
    "HTTP/1.1 101 Web Socket Protocol Handshake",
    "Server: CAD chat server",
    "Upgrade: WebSocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept}`,
  ];
  return new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n`);
}
