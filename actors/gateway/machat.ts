import { type ClientEvent, type ClientReader, type Dialect, NOBODY, type Speaker } from "./dialect.ts";
import { JsonObjects, parseFields } from "./json_objects.ts";
import { Lines } from "./lines.ts";

/** The longest line that MaChat takes. */
export const MACHAT_LINE_BYTES_MAX = 65_535;

/** The longest handshake: names and rooms are short. */
const HANDSHAKE_BYTES_MAX = 1024;

/**
 * MaChat's protocol, over TCP as over WebSocket: an object `{"name","room"}`, with or without a line end, then lines; each
 * is told to the whole room as `NAME:TEXT\n`. Of ours is `"notices": true` in the handshake, which MaChat overlooks: who
 * says it is told who is here, comes and goes, in lines of a speaker called `*`. So are all told why they are hung up on.
 */
export const machat: Dialect = {
  name: "machat",
  newReader: () => new MachatReader(),
  said: ({ name }, text) => encodeText(name, text),
  came: ({ name }: Speaker) => encodeText(NOBODY, `${name} came`),
  went: ({ name }: Speaker) => encodeText(NOBODY, `${name} went`),
  here: (names) => names.length === 0 ? undefined : encodeText(NOBODY, `here: ${names.join(", ")}`),
  refusal: (why) => encodeText(NOBODY, why),
};

class MachatReader implements ClientReader {
  readonly #handshake = new JsonObjects(HANDSHAKE_BYTES_MAX);
  readonly #lines = new Lines(MACHAT_LINE_BYTES_MAX);
  #state: "handshake" | "line_end" | "lines" | "over" = "handshake";

  push(bytes: Uint8Array): readonly ClientEvent[] {
    switch (this.#state) {
      case "handshake":
        return this.#greet(bytes);
      case "line_end":
        return this.#skipLineEnd(bytes);
      case "lines":
        return this.#read(this.#lines.push(bytes));
      case "over":
        return [];
    }
  }

  flush(): readonly ClientEvent[] {
    if (this.#state === "line_end") this.#state = "lines"; // the message with the handshake is over
    const rest = this.#state === "lines" ? this.#lines.flush() : undefined;
    return rest === undefined ? [] : this.#read([rest]);
  }

  #greet(bytes: Uint8Array): readonly ClientEvent[] {
    const piece = this.#handshake.push(bytes);
    switch (piece.type) {
      case "incomplete":
        return [];
      case "no_object":
        return this.#fail('First comes a handshake: {"name":"...","room":"..."}');
      case "too_long":
        return this.#fail(`The handshake is longer than ${HANDSHAKE_BYTES_MAX} bytes`);
      case "object":
        return this.#enter(piece.bytes, piece.rest);
    }
  }

  #enter(object: Uint8Array, rest: Uint8Array): readonly ClientEvent[] {
    const { fields, fault } = parseFields(object);
    if (fault !== undefined) return this.#fail(FAULTS[fault]);
    const [name = "", room = ""] = [fields.get("name"), fields.get("room")];
    if (typeof name !== "string" || typeof room !== "string") return this.#fail("Name and room have to be texts");
    this.#state = "line_end";
    const wantsNotices = fields.get("notices") === true;
    const hello: ClientEvent = { type: "hello", name, wantsNotices, ...(room === "" ? {} : { room }) };
    return [hello, ...this.push(rest)];
  }

  /** The line end behind the handshake, if there is one: it may come by itself, and is no message. */
  #skipLineEnd(bytes: Uint8Array): readonly ClientEvent[] {
    if (bytes.length === 0) return [];
    const from = bytes[0] === CARRIAGE_RETURN ? 1 : 0;
    if (from === bytes.length) return []; // its second half is still to come
    this.#state = "lines";
    return this.push(bytes.subarray(bytes[from] === LINE_FEED ? from + 1 : 0));
  }

  #read(lines: readonly (Uint8Array | "too_long")[]): readonly ClientEvent[] {
    return lines.flatMap((line) =>
      line === "too_long"
        ? this.#fail(`A line has at most ${MACHAT_LINE_BYTES_MAX} bytes`)
        : [{ type: "text", text: new TextDecoder().decode(line) } as const]
    );
  }

  #fail(why: string): readonly ClientEvent[] {
    this.#state = "over";
    return [{ type: "unreadable", why }];
  }
}

const FAULTS = { no_json: "The handshake is no JSON", key_twice: "The handshake has a key twice" } as const;

/** Each line of a text is one of its speaker's, so that none can pass for somebody else's. */
function encodeText(name: string, text: string): Uint8Array {
  const lines = text.split(/\r\n|\r|\n/).map((line) => `${name}:${line}\n`);
  return new TextEncoder().encode(lines.join(""));
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
