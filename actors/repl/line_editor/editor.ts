import { completedLine, type CompletionAnswer, type CompletionRequest } from "./completion.ts";
import { type Browsing, findOlder, type History, newer, older, remember, shownAt } from "./history.ts";
import type { Key } from "./keys.ts";
import { killed, type KillRing, rotated } from "./kill_ring.ts";
import {
  deleteBack,
  deleteOn,
  emptyLine,
  end,
  home,
  insert,
  type Killed,
  killSpacedWordBack,
  killToEnd,
  killToStart,
  killWordBack,
  killWordOn,
  left,
  type Line,
  LINE_LENGTH_MAX,
  lineOf,
  right,
  textOf,
  transpose,
  wordLeft,
  wordRight,
} from "./line.ts";

/** Everything the line editor knows: plain data, so that it outlives whoever holds it. */
export interface Editor {
  readonly line: Line;
  readonly history: History;
  readonly browsing: Browsing | undefined;
  readonly search: Search | undefined;
  readonly kills: KillRing;
  /** What the key before this one did, where a second one means more. */
  readonly last: LastAction;
}

/** A search through the history that is still being typed. */
interface Search {
  readonly query: string;
  /** Index of the entry found, the history's length while there is none. */
  readonly at: number;
  readonly failed: boolean;
  /** The line to come back to. */
  readonly saved: Line;
}

type LastAction = "kill" | "yank" | "complete" | "interrupt" | "other";

/** What the editor wants done about a key. */
export type EditorEffect =
  /** Enter: the line, which may hold line ends if they were pasted. */
  | { readonly type: "submit"; readonly text: string }
  /** Tab: answer with {@linkcode complete}. */
  | { readonly type: "complete"; readonly request: CompletionRequest }
  /** Tab twice and still no decision. */
  | { readonly type: "list"; readonly candidates: readonly string[] }
  /** Ctrl-C on an empty line: stop what runs, or say that once more quits. */
  | { readonly type: "interrupt" }
  /** Ctrl-C on an empty line again. */
  | { readonly type: "quit" }
  /** Ctrl-D on an empty line. */
  | { readonly type: "end" }
  /** Too much for one line: `length` UTF-16 units were not taken. */
  | { readonly type: "refused"; readonly length: number; readonly lengthMax: number }
  /** The key can do nothing here. */
  | { readonly type: "bell" }
  | { readonly type: "clear_screen" }
  | { readonly type: "suspend" };

/** The editor after a key, and what is to be done about it. */
export type Step = readonly [Editor, readonly EditorEffect[]];

/** An editor with nothing typed. */
export function createEditor(history: History = []): Editor {
  return { line: emptyLine, history, browsing: undefined, search: undefined, kills: [], last: "other" };
}

/** What `key` does to the editor. */
export function step(editor: Editor, key: Key): Step {
  if (editor.search) return stepSearch(editor, editor.search, key);
  const next: Editor = { ...editor, last: "other" };
  switch (key.type) {
    case "char":
      return typed(next, key.char);
    case "paste":
      return pasted(next, key.text, key.dropped);
    case "press":
      return BINDINGS.get(key.name)?.(next, editor.last) ?? [next, []];
  }
}

/** The answer to a `complete` effect. It is ignored if the line has changed since it was asked for. */
export function complete(editor: Editor, request: CompletionRequest, answer: CompletionAnswer): Step {
  const { line } = editor;
  if (editor.search || line.before !== request.line.before || line.after !== request.line.after) return [editor, []];
  const completed = completedLine(line, answer);
  if (completed) return [{ ...editor, line: completed }, []];
  if (request.list && answer.candidates.length > 1) return [editor, [{ type: "list", candidates: answer.candidates }]];
  return [editor, [BELL]];
}

/** What stands before the line instead of the prompt while the history is searched. */
export function searchPrompt({ query, failed }: Search): string {
  return `(${failed ? "not in history" : "history"}: ${query}) `;
}

/** A binding: `last` is what the key before did. */
type Action = (editor: Editor, last: LastAction) => Step;

const BELL: EditorEffect = { type: "bell" };

function typed(editor: Editor, text: string): Step {
  const line = insert(editor.line, text);
  return line ? [{ ...editor, line }, []] : [editor, [BELL]];
}

/** The line end behind a pasted line is not meant; those between its lines are kept, and sent only by Enter. */
function pasted(editor: Editor, text: string, dropped: number): Step {
  const meant = text.replace(/\n$/, "");
  const line = dropped === 0 ? insert(editor.line, meant) : undefined;
  if (line) return [{ ...editor, line }, []];
  return [editor, [{ type: "refused", length: text.length + dropped, lengthMax: LINE_LENGTH_MAX }]];
}

function move(by: (line: Line) => Line): Action {
  return (editor) => [{ ...editor, line: by(editor.line) }, []];
}

function kill(by: (line: Line) => Killed): Action {
  return (editor, last) => {
    const cut = by(editor.line);
    const kills = killed(editor.kills, cut, last === "kill");
    return [{ ...editor, line: cut.line, kills, last: "kill" }, []];
  };
}

function yank(editor: Editor): Step {
  const [newest] = editor.kills;
  const line = newest === undefined ? undefined : insert(editor.line, newest);
  return line ? [{ ...editor, line, last: "yank" }, []] : [editor, [BELL]];
}

/** Right after a yank: the kill before it instead. */
function yankOlder(editor: Editor, last: LastAction): Step {
  const [newest] = editor.kills;
  if (last !== "yank" || newest === undefined) return [editor, [BELL]];
  const { before, after } = editor.line;
  const line = { before: before.slice(0, before.length - newest.length), after };
  return yank({ ...editor, line, kills: rotated(editor.kills) });
}

function enter(editor: Editor): Step {
  const text = textOf(editor.line);
  const history = remember(editor.history, text);
  return [{ ...editor, history, line: emptyLine, browsing: undefined }, [{ type: "submit", text }]];
}

/** The line goes, but Ctrl-Y brings it back. */
function interrupt(editor: Editor, last: LastAction): Step {
  const text = textOf(editor.line);
  if (text === "") return [{ ...editor, last: "interrupt" }, [{ type: last === "interrupt" ? "quit" : "interrupt" }]];
  const kills = killed(editor.kills, { text, side: "after" });
  return [{ ...editor, kills, line: emptyLine, browsing: undefined }, []];
}

function deleteOrEnd(editor: Editor): Step {
  if (textOf(editor.line) === "") return [editor, [{ type: "end" }]];
  return [{ ...editor, line: deleteOn(editor.line) }, []];
}

function askToComplete(editor: Editor, last: LastAction): Step {
  const request = { line: editor.line, list: last === "complete" };
  return [{ ...editor, last: "complete" }, [{ type: "complete", request }]];
}

function browse(editor: Editor, browsing: Browsing | undefined): Step {
  if (!browsing) return [editor, [BELL]];
  return [{ ...editor, browsing, line: lineOf(shownAt(editor.history, browsing)) }, []];
}

function startSearch(editor: Editor): Step {
  return [{
    ...editor,
    search: { query: "", at: editor.history.length, failed: false, saved: editor.line },
  }, []];
}

/** While searching, text is the query; any other key takes what was found and does what it always does. */
function stepSearch(editor: Editor, search: Search, key: Key): Step {
  if (key.type === "char") return find(editor, { ...search, query: search.query + key.char }, search.at + 1);
  if (key.type === "press") {
    switch (key.name) {
      case "ctrl-r":
        return find(editor, search, search.at);
      case "backspace":
        return find(editor, { ...search, query: deleteBack(lineOf(search.query)).before }, editor.history.length);
      case "ctrl-g":
      case "ctrl-c":
        return [{ ...editor, search: undefined, line: search.saved }, []];
    }
  }
  // Up and Down go on from what was found.
  const found = search.at < editor.history.length;
  const browsing = found ? { at: search.at, draft: textOf(search.saved) } : editor.browsing;
  return step({ ...editor, search: undefined, browsing, last: "other" }, key);
}

/** The newest match older than `before` on the line, the cursor behind it; what was found stays when nothing is. */
function find(editor: Editor, search: Search, before: number): Step {
  if (search.query.length > SEARCH_LENGTH_MAX) return [editor, [BELL]];
  if (search.query === "") return [{ ...editor, line: search.saved, search: { ...search, failed: false } }, []];
  const at = findOlder(editor.history, search.query, before);
  if (at === undefined) return [{ ...editor, search: { ...search, failed: true } }, [BELL]];
  const entry = editor.history[at]!;
  const cursor = entry.indexOf(search.query) + search.query.length;
  const line = { before: entry.slice(0, cursor), after: entry.slice(cursor) };
  return [{ ...editor, line, search: { ...search, at, failed: false } }, []];
}

/** The longest search, in UTF-16 units: it has to fit into the prompt. */
const SEARCH_LENGTH_MAX = 200;

const BINDINGS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ["left", move(left)],
  ["ctrl-b", move(left)],
  ["right", move(right)],
  ["ctrl-f", move(right)],
  ["home", move(home)],
  ["ctrl-a", move(home)],
  ["end", move(end)],
  ["ctrl-e", move(end)],
  ["ctrl-left", move(wordLeft)],
  ["alt-left", move(wordLeft)],
  ["alt-b", move(wordLeft)],
  ["ctrl-right", move(wordRight)],
  ["alt-right", move(wordRight)],
  ["alt-f", move(wordRight)],
  ["backspace", move(deleteBack)],
  ["delete", move(deleteOn)],
  ["ctrl-t", move(transpose)],
  ["ctrl-k", kill(killToEnd)],
  ["ctrl-u", kill(killToStart)],
  ["ctrl-w", kill(killSpacedWordBack)],
  ["alt-backspace", kill(killWordBack)],
  ["alt-d", kill(killWordOn)],
  ["ctrl-y", yank],
  ["alt-y", yankOlder],
  ["up", (editor) => browse(editor, older(editor.history, editor.browsing, textOf(editor.line)))],
  ["ctrl-p", (editor) => browse(editor, older(editor.history, editor.browsing, textOf(editor.line)))],
  ["down", (editor) => browse(editor, newer(editor.history, editor.browsing))],
  ["ctrl-n", (editor) => browse(editor, newer(editor.history, editor.browsing))],
  ["ctrl-r", startSearch],
  ["tab", askToComplete],
  ["enter", enter],
  ["ctrl-c", interrupt],
  ["ctrl-d", deleteOrEnd],
  ["ctrl-l", (editor) => [editor, [{ type: "clear_screen" }]]],
  ["ctrl-z", (editor) => [editor, [{ type: "suspend" }]]],
]);
