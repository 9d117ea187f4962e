/**
 * Regular expressions from strangers, in the syntax of Go's RE2 as far as it is used for tags. They are matched by walking
 * all ways at once (Thompson 1968), in time proportional to expression times text: the platform's own expressions try one
 * way after the other, and some would take for ever.
 */

type Step =
  | Readonly<{ type: "character"; matches: (character: string) => boolean; next: number }>
  | Readonly<{ type: "either"; next: readonly number[] }>
  | Readonly<{ type: "start" | "end"; next: number }>
  | Readonly<{ type: "found" }>;

/** A part of an expression: given where to go on, adds its steps and returns its first one. */
type Part = (steps: Steps, next: number) => number;

/** Each character is a step at most, besides the last one. */
const LENGTH_MAX = 256;
const NESTING_MAX = 16;

/** Whether `text` has a part that matches; `undefined` for an expression that is malformed, too long or not known here. */
export function matchesExpression(expression: string, text: string): boolean | undefined {
  const part = new Parser(expression).parse();
  if (part === undefined) return undefined;
  const steps = new Steps();
  const first = part(steps, steps.add({ type: "found" }));
  return steps.match(first, [...text]);
}

class Steps {
  readonly #steps: Step[] = [];

  add(step: Step): number {
    return this.#steps.push(step) - 1;
  }

  /** What leads back to itself; `orNever` if it may also be left out. */
  addLoop(body: Part, next: number, orNever: boolean): number {
    const ways = [next];
    const loop = this.add({ type: "either", next: ways });
    const first = body(this, loop);
    ways.push(first);
    return orNever ? loop : first;
  }

  match(first: number, characters: readonly string[]): boolean {
    let at = new Set<number>();
    for (let index = 0; index <= characters.length; index++) {
      if (this.#arrive(first, at, index, characters.length)) return true;
      const character = characters[index];
      if (character === undefined) return false;
      const next = new Set<number>();
      for (const one of at) {
        const step = this.#steps[one]!;
        if (step.type !== "character" || !step.matches(character)) continue;
        if (this.#arrive(step.next, next, index + 1, characters.length)) return true;
      }
      at = next;
    }
    return false;
  }

  /** Goes wherever that is possible without a character; whether the end is among it. */
  #arrive(first: number, at: Set<number>, index: number, length: number): boolean {
    const open = [first];
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      if (at.has(one)) continue;
      at.add(one);
      const step = this.#steps[one]!;
      if (step.type === "found") return true;
      if (step.type === "either") open.push(...step.next);
      else if (step.type === "start" && index === 0) open.push(step.next);
      else if (step.type === "end" && index === length) open.push(step.next);
    }
    return false;
  }
}

const DIGIT = /^\d$/;
const WORD = /^\w$/;
const SPACE = /^[\t\n\f\r ]$/;
const CLASSES: Readonly<Record<string, (character: string) => boolean>> = {
  d: (character) => DIGIT.test(character),
  D: (character) => !DIGIT.test(character),
  w: (character) => WORD.test(character),
  W: (character) => !WORD.test(character),
  s: (character) => SPACE.test(character),
  S: (character) => !SPACE.test(character),
};

class Parser {
  readonly #text: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(expression: string) {
    this.#text = [...expression];
  }

  parse(): Part | undefined {
    if (this.#text.length > LENGTH_MAX) return undefined;
    const part = this.#choice();
    return this.#at === this.#text.length ? part : undefined;
  }

  #choice(): Part | undefined {
    const branches: Part[] = [];
    do {
      const branch = this.#sequence();
      if (branch === undefined) return undefined;
      branches.push(branch);
    } while (this.#take("|"));
    const [only] = branches;
    if (branches.length === 1) return only;
    return (steps, next) => steps.add({ type: "either", next: branches.map((branch) => branch(steps, next)) });
  }

  #sequence(): Part | undefined {
    const parts: Part[] = [];
    while (this.#at < this.#text.length && !"|)".includes(this.#text[this.#at]!)) {
      const part = this.#repeated();
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return (steps, next) => parts.reduceRight((rest, part) => part(steps, rest), next);
  }

  #repeated(): Part | undefined {
    const part = this.#atom();
    if (part === undefined) return undefined;
    const sign = this.#text[this.#at];
    if (sign === undefined || !"*+?".includes(sign)) return part;
    this.#at++;
    this.#take("?"); // whether as little or as much as can be makes no difference to whether
    if ("*+?{".includes(this.#text[this.#at] ?? " ")) return undefined;
    switch (sign) {
      case "*":
        return (steps, next) => steps.addLoop(part, next, true);
      case "+":
        return (steps, next) => steps.addLoop(part, next, false);
      default:
        return (steps, next) => steps.add({ type: "either", next: [part(steps, next), next] });
    }
  }

  #atom(): Part | undefined {
    const character = this.#text[this.#at++];
    switch (character) {
      case "(":
        return this.#group();
      case "[":
        return this.#class();
      case ".":
        return oneOf((found) => found !== "\n");
      case "^":
        return (steps, next) => steps.add({ type: "start", next });
      case "$":
        return (steps, next) => steps.add({ type: "end", next });
      case "\\": {
        const escaped = this.#escape();
        return escaped === undefined ? undefined : oneOf(escaped);
      }
      case undefined:
      case "*":
      case "+":
      case "?":
      case "{": // counted repetition can make a short expression a huge one
        return undefined;
      default:
        return oneOf((found) => found === character);
    }
  }

  #group(): Part | undefined {
    if (this.#take("?") && !this.#take(":")) return undefined; // flags, names
    if (++this.#depth > NESTING_MAX) return undefined;
    const part = this.#choice();
    this.#depth--;
    return this.#take(")") ? part : undefined;
  }

  /** What follows a backslash: a class, or a sign that stands for itself. */
  #escape(): ((character: string) => boolean) | undefined {
    const character = this.#text[this.#at++];
    if (character === undefined) return undefined;
    if (Object.hasOwn(CLASSES, character)) return CLASSES[character];
    return WORD.test(character) ? undefined : (found) => found === character;
  }

  #class(): Part | undefined {
    const negated = this.#take("^");
    const tests: ((character: string) => boolean)[] = [];
    for (let first = true; first || this.#text[this.#at] !== "]"; first = false) {
      const test = this.#range();
      if (test === undefined) return undefined;
      tests.push(test);
    }
    this.#at++;
    return oneOf((found) => tests.some((test) => test(found)) !== negated);
  }

  #range(): ((character: string) => boolean) | undefined {
    const low = this.#text[this.#at++];
    if (low === undefined || (low === "[" && this.#text[this.#at] === ":")) return undefined;
    if (low === "\\") return this.#escape();
    const high = this.#text[this.#at + 1];
    if (this.#text[this.#at] !== "-" || high === "]" || high === undefined) return (found) => found === low;
    this.#at += 2;
    const [from, to] = [low.codePointAt(0)!, high.codePointAt(0)!];
    if (high === "\\" || from > to) return undefined;
    return (found) => found.codePointAt(0)! >= from && found.codePointAt(0)! <= to;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }
}

function oneOf(matches: (character: string) => boolean): Part {
  return (steps, next) => steps.add({ type: "character", matches, next });
}
