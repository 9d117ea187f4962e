import type { ClientEvent, ClientReader, Dialect } from "./dialect.ts";
import { GrowingBytes } from "./growing_bytes.ts";
import { parseFields } from "./json_objects.ts";

/** The longest message of a page: as long as a WebSocket takes. */
const MESSAGE_BYTES_MAX = 64 * 1024;

/**
 * What our own page says and is told, over a WebSocket: one object in JSON a message, as `web/page/protocol.js` has them.
 * A page first says `{"type":"join","name","room"}`, then `{"type":"say","text"}`.
 */
export const page: Dialect = {
  name: "page",
  newReader: () => new PageReader(),
  said: ({ name }, text) => encode({ type: "said", name, text }),
  came: ({ name }) => encode({ type: "came", name }),
  went: ({ name }) => encode({ type: "went", name }),
  here: (names) => encode({ type: "here", names }),
  refusal: (why) => encode({ type: "refused", why }),
};

class PageReader implements ClientReader {
  readonly #message = new GrowingBytes();
  #state: "outside" | "in" | "over" = "outside";

  push(bytes: Uint8Array): readonly ClientEvent[] {
    if (this.#state === "over") return [];
    if (this.#message.length + bytes.length > MESSAGE_BYTES_MAX) return this.#fail("The message is too long");
    this.#message.add(bytes);
    return [];
  }

  flush(): readonly ClientEvent[] {
    if (this.#state === "over" || this.#message.length === 0) return [];
    const { fields } = parseFields(this.#message.take());
    const [type, name, room, text] = ["type", "name", "room", "text"].map((key) => fields.get(key));
    if (this.#state === "outside" && type === "join" && typeof name === "string" && typeof room === "string") {
      this.#state = "in";
      return [{ type: "hello", name, wantsNotices: true, ...(room === "" ? {} : { room }) }];
    }
    if (this.#state === "in" && type === "say" && typeof text === "string") return [{ type: "text", text }];
    return this.#fail(this.#state === "in" ? "That is nothing that one can do here" : "First say who you are");
  }

  #fail(why: string): readonly ClientEvent[] {
    this.#state = "over";
    return [{ type: "unreadable", why }];
  }
}

function encode(message: Readonly<Record<string, unknown>>): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(message));
}
