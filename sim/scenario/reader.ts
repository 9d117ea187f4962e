import { nearest } from "../../actors/repl/nearest.ts";
import { parseDuration } from "./quantity.ts";
import { type Audience, BOOTSTRAP, type Group, type Pattern } from "./statement.ts";
import { ScenarioProblem, type Token } from "./tokens.ts";

/** What a peer may be called: it stands in lists, and before a colon. */
const PEER_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,30}$/;

/** Words that end a list of names, and what stands for peers without being one. */
const ENDS_LIST: readonly string[] = ["on", "within", "for", "by"];
const NO_NAMES: readonly string[] = [...ENDS_LIST, "others", BOOTSTRAP];

/** Reads a statement's tokens from left to right. What does not fit throws a {@linkcode ScenarioProblem}. */
export class Reader {
  readonly #tokens: readonly Token[];
  /** How a whole statement of this kind looks. */
  readonly #form: string;
  /** The peers that were started up to here. */
  readonly #known: ReadonlySet<string>;
  #at = 0;

  constructor(tokens: readonly Token[], form: string, known: ReadonlySet<string>) {
    this.#tokens = tokens;
    this.#form = form;
    this.#known = known;
  }

  /** Whether the next token is this word or sign, which is taken then. */
  takes(text: string): boolean {
    const next = this.#tokens[this.#at];
    if (next === undefined || next.type === "pattern" || next.text !== text) return false;
    this.#at++;
    return true;
  }

  /** The next word, which is `what`. */
  word(what: string): string {
    const next = this.#tokens[this.#at];
    if (next === undefined || next.type !== "word") throw new ScenarioProblem(`${what} is missing: ${this.#form}`);
    this.#at++;
    return next.text;
  }

  pattern(): Pattern {
    const next = this.#tokens[this.#at];
    if (next?.type !== "pattern") {
      throw new ScenarioProblem(`what is expected is missing, in quotation marks or slashes: ${this.#form}`);
    }
    this.#at++;
    return next.pattern;
  }

  /** Flags, each with whether it takes a word: those that were given. */
  flags(known: Readonly<Record<string, boolean>>): ReadonlyMap<string, string> {
    const given = new Map<string, string>();
    for (let next = this.#tokens[this.#at]; next?.text.startsWith("--"); next = this.#tokens[this.#at]) {
      this.#at++;
      const name = next.text.slice(2);
      if (known[name] === undefined) throw new ScenarioProblem(unknown("flag", name, Object.keys(known), "--"));
      given.set(name, known[name] ? this.word(`the value of --${name}`) : "");
    }
    return given;
  }

  /** New names: at least one, none twice. */
  newNames(): readonly string[] {
    const names = this.#list();
    for (const name of names) if (!isPeerName(name)) throw new ScenarioProblem(whyNoName(name));
    return this.#checked(names);
  }

  /** Names of peers that are known: at least one, none twice. */
  peers(): readonly string[] {
    return this.#checked(this.#list().map((name) => this.#peer(name)));
  }

  /** One side of a cut; the registry may be cut off too. */
  group(): Group {
    if (this.takes("others")) return "others";
    return this.#checked(this.#list().map((name) => name === BOOTSTRAP ? name : this.#peer(name)));
  }

  /** `on NAME…`, or everybody. */
  audience(): Audience {
    return this.takes("on") ? this.peers() : "everybody";
  }

  /** `within 5s` or `for 5s`, with what holds without it. */
  optionalDuration(preposition: "within" | "for" | "by", fallbackMs: number): number {
    return this.takes(preposition) ? parseDuration(this.word(`the time after "${preposition}"`)) : fallbackMs;
  }

  /** Nothing more may stand here. */
  end(): void {
    const next = this.#tokens[this.#at];
    if (next !== undefined) throw new ScenarioProblem(`"${next.text}" is too much: ${this.#form}`);
  }

  #list(): string[] {
    const names: string[] = [];
    for (let next = this.#tokens[this.#at]; next?.type === "word"; next = this.#tokens[this.#at]) {
      if (ENDS_LIST.includes(next.text) || next.text.startsWith("--")) break;
      names.push(next.text);
      this.#at++;
    }
    return names;
  }

  #checked(names: readonly string[]): readonly string[] {
    if (names.length === 0) throw new ScenarioProblem(`nobody is named: ${this.#form}`);
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined) throw new ScenarioProblem(`${twice} is named twice`);
    return names;
  }

  #peer(name: string): string {
    if (this.#known.has(name)) return name;
    throw new ScenarioProblem(unknown("peer", name, this.#known));
  }
}

export function isPeerName(name: string): boolean {
  return PEER_NAME.test(name) && !NO_NAMES.includes(name);
}

function whyNoName(name: string): string {
  if (NO_NAMES.includes(name)) return `no peer can be called "${name}": the word means something here`;
  return `"${name}" is no name for a peer: a letter, then letters, digits, - and _, 31 at most`;
}

/** Nobody and nothing goes by this name; what may have been meant. */
export function unknown(kind: string, name: string, known: Iterable<string>, dashes = ""): string {
  const all = [...known];
  const [near] = nearest(name, all, 1);
  const hint = near !== undefined
    ? `did you mean "${dashes}${near}"?`
    : all.length === 0
    ? "none was started up to here"
    : `there are ${all.map((one) => dashes + one).join(", ")}`;
  return `unknown ${kind} "${dashes}${name}": ${hint}`;
}
