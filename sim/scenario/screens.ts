import type { ScreenLine, Stage } from "./stage.ts";
import type { Pattern } from "./statement.ts";

/** A line that somebody has shown, and who. */
export type Shown = ScreenLine & Readonly<{ peer: string }>;

/** A question typed at a peer's prompt on behalf of the scenario: its answer is not for the audience. */
type Question = { readonly end: string; readonly lines: string[]; answered: boolean };

type Screen = {
  readonly lines: ScreenLine[];
  readonly taken: Set<number>;
  read: number;
  question: Question | undefined;
};

/** How `memberlist` shows a member: a line with a number, and below it what else is known, indented. */
const MEMBER = /^\d+:\s+Name: \S/;
const MORE_OF_MEMBER = /^ {8}[A-Z][a-z]+: /;

/** What was shown on each screen, and which of it an `expect` has taken. */
export class Screens {
  readonly #stage: Pick<Stage, "screen" | "type">;
  readonly #screens = new Map<string, Screen>();
  #questions = 0;

  constructor(stage: Pick<Stage, "screen" | "type">) {
    this.#stage = stage;
  }

  /** A peer was started: its screen is empty. */
  clear(peer: string): void {
    this.#screens.set(peer, { lines: [], taken: new Set(), read: 0, question: undefined });
  }

  /** Reads on; what is new, in the order in which it was shown. */
  read(): readonly Shown[] {
    const shown: Shown[] = [];
    for (const [peer, screen] of this.#screens) {
      const all = this.#stage.screen(peer);
      for (; screen.read < all.length; screen.read++) {
        const line = all[screen.read]!;
        if (screen.question !== undefined && isAnswer(screen.question, line.text)) continue;
        screen.lines.push(line);
        shown.push({ ...line, peer });
      }
    }
    return shown.sort((a, b) => a.atMs - b.atMs);
  }

  /** What the peer has shown since its start. */
  linesOf(peer: string): readonly ScreenLine[] {
    return this.#screens.get(peer)?.lines ?? [];
  }

  /** Whether a line from `since` on matches. */
  has(peer: string, pattern: Pattern, since = 0): boolean {
    return this.linesOf(peer).slice(since).some(({ text }) => matches(pattern, text));
  }

  /** Takes the first line that matches and was not taken before; whether there was one. */
  take(peer: string, pattern: Pattern): boolean {
    const screen = this.#screens.get(peer);
    const at = screen?.lines.findIndex(({ text }, index) => !screen.taken.has(index) && matches(pattern, text)) ?? -1;
    if (screen === undefined || at < 0) return false;
    screen.taken.add(at);
    return true;
  }

  /** Asks a peer, by what a person would type, whom it lists. */
  askForMembers(peer: string): void {
    const screen = this.#screens.get(peer);
    if (screen === undefined) return;
    const end = `(scenario: question ${++this.#questions})`;
    screen.question = { end, lines: [], answered: false };
    this.#stage.type(peer, "/memberlist");
    this.#stage.type(peer, `/echo ${end}`);
  }

  /** How many it listed, once it has answered. */
  membersOf(peer: string): number | undefined {
    const question = this.#screens.get(peer)?.question;
    return question?.answered === true ? question.lines.length : undefined;
  }
}

function matches(pattern: Pattern, text: string): boolean {
  return pattern.type === "literal" ? text.includes(pattern.text) : pattern.regex.test(text);
}

/** Whether a line belongs to the answer, which then keeps it. */
function isAnswer(question: Question, text: string): boolean {
  if (text.startsWith("(scenario: question ")) { // of an earlier question too, which came to nothing
    question.answered ||= text === question.end;
    return true;
  }
  if (question.answered) return false;
  if (MEMBER.test(text)) question.lines.push(text);
  return MEMBER.test(text) || MORE_OF_MEMBER.test(text);
}
