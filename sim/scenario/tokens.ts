import type { Pattern } from "./statement.ts";

/** A piece of a statement. */
export type Token =
  | Readonly<{ type: "word" | "sign"; text: string }>
  | Readonly<{ type: "pattern"; text: string; pattern: Pattern }>;

/** What is wrong with a statement, in one sentence that says what would be right. */
export class ScenarioProblem extends Error {}

const BLANK = /[\s,]+/y;
const LITERAL = /"((?:[^"\\]|\\.)*)"/y;
const REGEX = /\/((?:[^/\\]|\\.)+)\/(\w*)/y;
const SIGN = /->|==|\|/y;
const WORD = /[^\s,|"]+?(?=->|==|[\s,|"]|$)/y;

/** A statement's tokens, and the statement without the comment behind it. */
type Taken = Readonly<{ tokens: readonly Token[]; text: string }>;

/** Takes a statement apart. `#` begins a comment; commas are as good as blanks. Throws a {@linkcode ScenarioProblem}. */
export function takeApart(text: string): Taken {
  const tokens: Token[] = [];
  let at = skip(text, 0);
  for (; at < text.length && text[at] !== "#"; at = skip(text, at)) {
    const [token, length] = tokenAt(text, at);
    tokens.push(token);
    at += length;
  }
  return { tokens, text: text.slice(0, at).trimEnd() };
}

function skip(text: string, at: number): number {
  return at + (matchAt(BLANK, text, at)?.[0].length ?? 0);
}

function tokenAt(text: string, at: number): readonly [Token, number] {
  if (text[at] === '"') return literalAt(text, at);
  if (text[at] === "/") return regexAt(text, at);
  const sign = matchAt(SIGN, text, at)?.[0];
  if (sign !== undefined) return [{ type: "sign", text: sign }, sign.length];
  const word = matchAt(WORD, text, at)![0];
  return [{ type: "word", text: word }, word.length];
}

function literalAt(text: string, at: number): readonly [Token, number] {
  const match = matchAt(LITERAL, text, at);
  if (match === null) throw new ScenarioProblem(`${text.slice(at)} has no second quotation mark`);
  const [whole, inside = ""] = match;
  if (inside === "") throw new ScenarioProblem(`"" is in every line: write what the line has to hold`);
  const literal = inside.replace(/\\(.)/g, "$1");
  return [{ type: "pattern", text: whole, pattern: { type: "literal", text: literal } }, whole.length];
}

function regexAt(text: string, at: number): readonly [Token, number] {
  const match = matchAt(REGEX, text, at);
  if (match === null) throw new ScenarioProblem(`${text.slice(at)} has no second slash`);
  const [whole, source = "", flags = ""] = match;
  if (!/^[iu]*$/.test(flags)) throw new ScenarioProblem(`${whole}: of the flags, only i and u mean anything here`);
  try {
    return [
      { type: "pattern", text: whole, pattern: { type: "regex", regex: new RegExp(source, flags) } },
      whole.length,
    ];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ScenarioProblem(`${whole} is no regular expression: ${why.replace(/^.*: /, "")}`);
  }
}

function matchAt(regex: RegExp, text: string, at: number): RegExpExecArray | null {
  regex.lastIndex = at;
  return regex.exec(text);
}
