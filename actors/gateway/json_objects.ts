import { GrowingBytes } from "./growing_bytes.ts";

/** What the next byte may be: a part of an object, of a string in it, or what follows a backslash there. */
type Within = "object" | "string" | "escape";

/** Where an object ended; or that more is to come, or that this is none or too long. */
export type JsonPiece =
  | Readonly<{ type: "object"; bytes: Uint8Array; rest: Uint8Array }>
  | Readonly<{ type: "incomplete" }>
  | Readonly<{ type: "no_object" | "too_long" }>;

/**
 * Finds the end of JSON objects in a stream that has no other marks between them. Only braces and strings are looked at;
 * whether it is JSON shows when the object is parsed.
 */
export class JsonObjects {
  readonly #bytesMax: number;
  readonly #begun = new GrowingBytes();
  #depth = 0;
  #within: Within = "object";

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Takes bytes until an object is whole; blanks and line ends before it are skipped. */
  push(bytes: Uint8Array): JsonPiece {
    let from = 0;
    if (this.#depth === 0) {
      while (BLANKS.has(bytes[from] ?? -1)) from++;
      if (from === bytes.length) return { type: "incomplete" };
      if (bytes[from] !== OPEN) return { type: "no_object" };
    }
    for (let at = from; at < bytes.length; at++) {
      this.#step(bytes[at]!);
      if (this.#begun.length + at + 1 - from > this.#bytesMax) return { type: "too_long" };
      if (this.#depth > 0) continue;
      this.#begun.add(bytes.subarray(from, at + 1));
      return { type: "object", bytes: this.#begun.take(), rest: bytes.subarray(at + 1) };
    }
    this.#begun.add(bytes.subarray(from));
    return { type: "incomplete" };
  }

  #step(byte: number): void {
    if (this.#within === "escape") this.#within = "string";
    else if (this.#within === "string") {
      this.#within = byte === BACKSLASH ? "escape" : byte === QUOTE ? "object" : "string";
    } else if (byte === QUOTE) this.#within = "string";
    else if (byte === OPEN) this.#depth++;
    else if (byte === CLOSE) this.#depth--;
  }
}

const OPEN = 0x7b;
const CLOSE = 0x7d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** What is in an object, by its keys in small letters, as the older systems compare them; nothing where something is wrong. */
type Fields = Readonly<{ fields: ReadonlyMap<string, unknown>; fault?: "no_json" | "key_twice" }>;

/** Reads one object. Of a key that is there twice, somebody else may take the other one, so that none is taken. */
export function parseFields(bytes: Uint8Array): Fields {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return { fields: NONE, fault: "no_json" };
    const fields = new Map(Object.entries(value).map(([key, content]) => [key.toLowerCase(), content]));
    return fields.size === keysIn(text) ? { fields } : { fields: NONE, fault: "key_twice" };
  } catch {
    return { fields: NONE, fault: "no_json" }; // or no UTF-8
  }
}

const NONE: ReadonlyMap<string, unknown> = new Map();

/** How many keys an object has itself; `JSON.parse` keeps one of those that are the same. */
function keysIn(json: string): number {
  let [keys, depth] = [0, 0];
  for (const [token, colon] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[[{}\]]/g)) {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else if (colon !== undefined && depth === 1) keys++;
  }
  return keys;
}
