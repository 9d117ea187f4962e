/**
 * One thing a person did. Text comes a code point at a time, so that the same keys come out however the bytes were
 * split. Names are `enter`, `tab`, `backspace`, `escape`, `left`, `home`, `delete`, …, `ctrl-a`, `alt-b`, `ctrl-left`,
 * and `unknown` for sequences we have no name for.
 */
export type Key =
  | { readonly type: "char"; readonly char: string }
  | { readonly type: "press"; readonly name: string }
  /** Pasted as a whole, line ends as "\n"; `dropped` UTF-16 units beyond the limit were not kept. */
  | { readonly type: "paste"; readonly text: string; readonly dropped: number };

/** What a decoder still waits with: plain data, so that a restarted reader goes on in the middle of a paste. */
export interface KeysPending {
  readonly rest: string;
  readonly paste: Paste | undefined;
}

interface Paste {
  readonly text: string;
  readonly dropped: number;
}

/** How long to wait for the rest of an escape sequence until `flush`, in ms: slow links split them. */
export const ESCAPE_FLUSH_MS = 50;
/** The longest paste that is kept, in UTF-16 units: four printed pages, far more than a chat line. */
export const PASTE_LENGTH_MAX = 16_384;

const ESC = "\x1b";
const PASTE_END = "\x1b[201~";
const PASTE_START = "paste-start";

/** Turns a terminal's bytes into keys, keeping what is incomplete until more comes. */
export class KeyDecoder {
  // A byte order mark typed by somebody is text like any other.
  readonly #utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  #rest: string;
  #paste: Paste | undefined;

  constructor(pending: KeysPending = { rest: "", paste: undefined }) {
    this.#rest = pending.rest;
    this.#paste = pending.paste;
  }

  /** The state to go on from elsewhere; only the bytes of half a character are not in it. */
  get pending(): KeysPending {
    return { rest: this.#rest, paste: this.#paste };
  }

  /** Whether an escape waits that `flush` would end: call that {@linkcode ESCAPE_FLUSH_MS} after the last bytes. */
  get waiting(): boolean {
    return this.#paste === undefined && this.#rest !== "";
  }

  /** The keys that `bytes` complete. */
  push(bytes: Uint8Array): Key[] {
    this.#rest += this.#utf8.decode(bytes, { stream: true });
    const keys: Key[] = [];
    for (let key = this.#next(); key; key = this.#next()) keys.push(key);
    return keys;
  }

  /** Nothing more came in time: a lone escape is the Esc key. A paste goes on waiting for its end. */
  flush(): Key[] {
    if (!this.waiting) return [];
    const rest = this.#rest;
    this.#rest = "";
    if (rest === ESC) return [press("escape")];
    return [press(rest.length === 2 ? `alt-${rest[1]}` : "unknown")];
  }

  #next(): Key | undefined {
    if (this.#paste) return this.#collect(this.#paste);
    const taken = this.#rest === "" ? undefined : firstKey(this.#rest);
    if (!taken) return undefined;
    this.#rest = this.#rest.slice(taken.length);
    if (taken.key.type !== "press" || taken.key.name !== PASTE_START) return taken.key;
    this.#paste = { text: "", dropped: 0 };
    return this.#collect(this.#paste);
  }

  #collect(paste: Paste): Key | undefined {
    const end = this.#rest.indexOf(PASTE_END);
    if (end < 0) {
      // The last characters may be the beginning of the end.
      const sure = Math.max(0, this.#rest.length - (PASTE_END.length - 1));
      this.#paste = extended(paste, this.#rest.slice(0, sure));
      this.#rest = this.#rest.slice(sure);
      return undefined;
    }
    const { text, dropped } = extended(paste, this.#rest.slice(0, end));
    this.#rest = this.#rest.slice(end + PASTE_END.length);
    this.#paste = undefined;
    return { type: "paste", text: text.replace(/\r\n?/g, "\n"), dropped };
  }
}

function extended(paste: Paste, more: string): Paste {
  const room = PASTE_LENGTH_MAX - paste.text.length;
  return { text: paste.text + more.slice(0, room), dropped: paste.dropped + Math.max(0, more.length - room) };
}

interface Taken {
  readonly key: Key;
  readonly length: number;
}

/** The first key of `text` and how much of it that took; undefined as long as more could change the answer. */
function firstKey(text: string): Taken | undefined {
  if (text[0] !== ESC) return plainKey(text);
  switch (text[1]) {
    case undefined:
      return undefined;
    case ESC:
      return { key: press("escape"), length: 1 };
    case "[":
      return sequence(text, /^\[(\[[A-E]|([\x30-\x3f]{0,32})[\x20-\x2f]{0,4}([\x40-\x5a\x5c-\x7e]))?/);
    case "O":
      return sequence(text, /^O(([\d;]{0,8})([A-Za-z]))?/);
    default:
      return withAlt(plainKey(text.slice(1)));
  }
}

function plainKey(text: string): Taken {
  const char = String.fromCodePoint(text.codePointAt(0)!);
  const name = CONTROL_KEYS.get(char);
  if (name !== undefined) return { key: press(name), length: 1 };
  return { key: /^\p{Cc}$/u.test(char) ? press("unknown") : { type: "char", char }, length: char.length };
}

function withAlt({ key, length }: Taken): Taken {
  const name = key.type === "char" ? key.char : key.type === "press" ? key.name : "unknown";
  return { key: press(name === "unknown" ? name : `alt-${name}`), length: length + 1 };
}

/** A control sequence after its escape, matched by `shape`: the whole, its parameters, its last character. */
function sequence(text: string, shape: RegExp): Taken | undefined {
  const body = text.slice(1, 1 + SEQUENCE_LENGTH_MAX);
  const [, whole, parameters, final] = shape.exec(body) ?? [];
  if (whole !== undefined) return { key: press(sequenceName(parameters, final)), length: 2 + whole.length };
  const begun = /^[[O]\[?[\x20-\x3f]*/.exec(body)![0];
  const couldGoOn = begun.length === body.length && body.length < SEQUENCE_LENGTH_MAX;
  return couldGoOn ? undefined : { key: press("unknown"), length: 1 + begun.length };
}

/** No sequence a key sends is longer; more is noise that must not be kept for ever. */
const SEQUENCE_LENGTH_MAX = 38;

function sequenceName(parameters = "", final = ""): string {
  const [first = "", modifier = "1"] = parameters.split(";");
  if (final === "~" && first === "200") return PASTE_START;
  const name = final === "~" ? TILDE_KEYS.get(first) : LETTER_KEYS.get(final);
  return name === undefined ? "unknown" : modifiers(Number(modifier) - 1) + name;
}

/** xterm's bits: shift 1, alt 2, ctrl 4. */
function modifiers(bits: number): string {
  return (bits & 4 ? "ctrl-" : "") + (bits & 2 ? "alt-" : "") + (bits & 1 ? "shift-" : "");
}

function press(name: string): Key {
  return { type: "press", name };
}

const CONTROL_KEYS = new Map<string, string>([
  ...Array.from(
    "abcdefghijklmnopqrstuvwxyz",
    (letter, index) => [String.fromCharCode(index + 1), `ctrl-${letter}`] as const,
  ),
  ["\b", "backspace"],
  ["\x7f", "backspace"],
  ["\t", "tab"],
  ["\r", "enter"],
  ["\n", "enter"],
]);

const LETTER_KEYS = new Map([
  ["A", "up"],
  ["B", "down"],
  ["C", "right"],
  ["D", "left"],
  ["H", "home"],
  ["F", "end"],
  ["Z", "shift-tab"],
]);

const TILDE_KEYS = new Map([
  ["1", "home"],
  ["2", "insert"],
  ["3", "delete"],
  ["4", "end"],
  ["5", "page-up"],
  ["6", "page-down"],
  ["7", "home"],
  ["8", "end"],
]);
