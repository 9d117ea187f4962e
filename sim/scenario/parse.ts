import { nearest } from "../../actors/repl/nearest.ts";
import { parseLabel } from "../../transport/wire/label.ts";
import { parseDuration, parseDurations, parseMoment, parseNumber, parsePercentage } from "./quantity.ts";
import { isPeerName, Reader, unknown } from "./reader.ts";
import type { Act, Group, Scenario, StartFlags, Statement } from "./statement.ts";
import { ScenarioProblem, takeApart } from "./tokens.ts";

/** Longest scenario, in lines: it is read by people. */
export const SCENARIO_LINES_MAX = 2_000;

/** Most peers of one scenario: on real processes each is a program of its own. */
export const SCENARIO_PEERS_MAX = 100;

/** Most rounds of one `repeat`, and how deep they may stand in each other. */
const REPEAT_MAX = 1_000;
const REPEAT_DEPTH_MAX = 4;

/** What an `expect` without `within` waits: long enough for a failure to be found out with the `local` profile. */
const WITHIN_MS = 10_000;

/** What `slow` without `by` means: longer than the `local` and the `lan` profile wait for an answer. */
const SLOW_MS = 600;

/** A seed is typed again, as a flag. */
const SEED = /^[\w.-]{1,64}$/;

/** A line that is wrong, and one sentence that says how and what would be right. */
export type ScenarioError = Readonly<{ line: number; why: string }>;

type Parsed = Readonly<{ ok: true; scenario: Scenario }> | Readonly<{ ok: false; errors: readonly ScenarioError[] }>;

/** Reads the text of a scenario; or tells everything that is wrong with it. Touches nothing. */
export function parseScenario(text: string): Parsed {
  if (text.includes("\0")) return { ok: false, errors: [{ line: 1, why: "this is not a text" }] };
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  if (lines.length > SCENARIO_LINES_MAX) {
    const why = `a scenario has at most ${SCENARIO_LINES_MAX} lines, and this one ${lines.length}`;
    return { ok: false, errors: [{ line: SCENARIO_LINES_MAX + 1, why }] };
  }
  const parser = new Parser();
  lines.forEach((line, index) => parser.line(line.trim(), index + 1));
  return parser.finish();
}

/** How the statements look, by their first words. `NAME: LINE` stands besides. */
export const FORMS = {
  profile: "profile lan|wan|local",
  seed: "seed WORD",
  start: "start NAME… [--manual] [--as NAME] [--key WORD] [--label WORD] [--without-disk] [--together]",
  expect: 'expect [not|never] "TEXT"|/REGEX/ [on NAME…] [within TIME|for TIME], or expect exit CODE on NAME…',
  members: "members == NUMBER [on NAME…] [within TIME]",
  assert: "assert same-history ROOM [on NAME…] [within TIME]",
  crash: "crash NAME…",
  quit: "quit NAME…",
  pause: "pause NAME… [for TIME]",
  resume: "resume NAME…",
  cut: "cut [udp] NAME… | NAME…, or cut [udp] NAME… -> NAME…",
  heal: "heal",
  loss: "loss PERCENT%",
  latency: "latency TIME or latency TIME..TIME",
  slow: "slow NAME… [by TIME]",
  at: "at MM:SS",
  wait: "wait TIME",
  bootstrap: "bootstrap start|stop",
  repeat: "repeat NUMBER … end",
  end: "end",
} as const;

type Keyword = keyof typeof FORMS;

type Place = Pick<Statement, "line" | "text">;

/** A `repeat` whose `end` has not come yet. */
type Open = Place & Readonly<{ times: number; body: Statement[] }>;

class Parser {
  readonly #errors: ScenarioError[] = [];
  readonly #statements: Statement[] = [];
  readonly #peers = new Set<string>();
  readonly #open: Open[] = [];
  #profile: Scenario["profile"] | undefined;
  #seed: string | undefined;
  #hasRegistry = false;
  #lastAtMs = 0;

  line(text: string, line: number): void {
    if (text === "" || text.startsWith("#")) return;
    try {
      const typed = /^([^\s:"/]+):\s*(.*)$/s.exec(text);
      if (typed !== null) return this.#add({ ...this.#typed(typed[1]!, typed[2]!), line, text });
      this.#statement(text, line);
    } catch (error) {
      if (!(error instanceof ScenarioProblem)) throw error;
      this.#errors.push({ line, why: error.message });
    }
  }

  finish(): Parsed {
    for (const { line } of this.#open) this.#errors.push({ line, why: "this repeat has no end: end" });
    if (this.#errors.length > 0) {
      return { ok: false, errors: this.#errors.toSorted((a, b) => a.line - b.line) };
    }
    return {
      ok: true,
      scenario: {
        profile: this.#profile ?? "local",
        seed: this.#seed,
        peers: [...this.#peers],
        statements: this.#statements,
      },
    };
  }

  #add(statement: Statement): void {
    (this.#open.at(-1)?.body ?? this.#statements).push(statement);
  }

  #statement(whole: string, line: number): void {
    const word = /^[^\s,|"]+/.exec(whole)?.[0] ?? whole;
    const keyword = /^[a-z]+/.exec(word)?.[0] ?? "";
    if (!(keyword in FORMS)) throw new ScenarioProblem(this.#unknownStatement(word, whole));
    const { tokens, text } = takeApart(whole.slice(keyword.length));
    const reader = new Reader(tokens, FORMS[keyword as Keyword], this.#peers);
    const place = { line, text: keyword + text };
    const act = this.#read(keyword as Keyword, reader, place);
    reader.end();
    if (act !== undefined) this.#add({ ...act, ...place });
  }

  #typed(peer: string, typed: string): Act {
    if (!this.#peers.has(peer)) throw new ScenarioProblem(unknown("peer", peer, this.#peers));
    if (typed === "") throw new ScenarioProblem(`nothing is typed: ${peer}: LINE`);
    return { type: "type", peer, typed };
  }

  #unknownStatement(word: string, text: string): string {
    if (this.#peers.has(word)) {
      return `what ${word} types comes behind a colon: ${word}: ${text.slice(word.length).trim()}`;
    }
    const [near] = nearest(word, Object.keys(FORMS), 1);
    const hint = near === undefined ? `there are ${Object.keys(FORMS).join(", ")}` : `did you mean "${near}"?`;
    return `unknown statement "${word}": ${hint}`;
  }

  #read(keyword: Keyword, reader: Reader, place: Place): Act | undefined {
    switch (keyword) {
      case "profile":
        return this.#readProfile(reader);
      case "seed":
        return this.#readSeed(reader);
      case "start":
        return this.#readStart(reader);
      case "expect":
        return readExpect(reader);
      case "members":
        return readMembers(reader);
      case "assert":
        return readAssert(reader);
      case "crash":
      case "quit":
      case "resume":
        return { type: keyword, peers: reader.peers() };
      case "pause":
        return readPause(reader);
      case "cut":
        return readCut(reader);
      case "heal":
        return { type: "heal" };
      case "loss":
        return { type: "loss", probability: parsePercentage(reader.word("how much")) };
      case "latency":
        return readLatency(reader);
      case "slow":
        return { type: "slow", peers: reader.peers(), byMs: reader.optionalDuration("by", SLOW_MS) };
      case "at":
        return this.#readAt(reader);
      case "wait":
        return { type: "wait", forMs: parseDuration(reader.word("how long")) };
      case "bootstrap":
        return this.#readBootstrap(reader);
      case "repeat":
        return this.#readRepeat(reader, place);
      case "end":
        return this.#readEnd();
    }
  }

  #readProfile(reader: Reader): undefined {
    const word = reader.word("the profile");
    this.#onlyFirst("profile", this.#profile);
    if (word !== "lan" && word !== "wan" && word !== "local") {
      throw new ScenarioProblem(unknown("profile", word, ["lan", "wan", "local"]));
    }
    this.#profile = word;
  }

  #readSeed(reader: Reader): undefined {
    const word = reader.word("the seed");
    this.#onlyFirst("seed", this.#seed);
    if (!SEED.test(word)) throw new ScenarioProblem(`"${word}" is no seed: say a word of letters, digits and . _ -`);
    this.#seed = word;
  }

  /** What holds for the whole run is said once, before it begins. */
  #onlyFirst(what: string, former: string | undefined): void {
    if (former !== undefined) throw new ScenarioProblem(`there is a ${what} already: ${former}`);
    const begun = this.#statements.length > 0 || this.#open.length > 0;
    if (begun) throw new ScenarioProblem(`${what} comes before all that is done: put it at the top`);
  }

  #readStart(reader: Reader): Act {
    const peers = reader.newNames();
    const flags = readStartFlags(reader);
    if (flags.as !== undefined && peers.length > 1) {
      throw new ScenarioProblem("--as is for one peer: start NAME --as NAME");
    }
    for (const peer of peers) this.#peers.add(peer);
    if (this.#peers.size > SCENARIO_PEERS_MAX) {
      throw new ScenarioProblem(`too many peers: ${SCENARIO_PEERS_MAX} are allowed`);
    }
    return { type: "start", peers, flags };
  }

  #readAt(reader: Reader): Act {
    const atMs = parseMoment(reader.word("when"));
    if (this.#open.length > 0) {
      throw new ScenarioProblem(`one moment does not come again and again: use wait in a repeat`);
    }
    if (atMs < this.#lastAtMs) throw new ScenarioProblem("this is before the moment of the last at: times only go on");
    this.#lastAtMs = atMs;
    return { type: "at", atMs };
  }

  #readBootstrap(reader: Reader): Act {
    const word = reader.word("start or stop");
    if (word !== "start" && word !== "stop") throw new ScenarioProblem(unknown("word", word, ["start", "stop"]));
    if (word === "stop" && !this.#hasRegistry) {
      throw new ScenarioProblem("there is no registry of its own to stop: bootstrap start comes first");
    }
    this.#hasRegistry = true;
    return { type: "bootstrap", running: word === "start" };
  }

  #readRepeat(reader: Reader, place: Place): undefined {
    const times = parseNumber(reader.word("how often"), "number of rounds", 1, REPEAT_MAX);
    if (this.#open.length === REPEAT_DEPTH_MAX) throw new ScenarioProblem("repeats stand too deep in each other");
    this.#open.push({ ...place, times, body: [] });
  }

  #readEnd(): undefined {
    const open = this.#open.pop();
    if (open === undefined) throw new ScenarioProblem("there is no repeat that this could end");
    if (open.body.length === 0) throw new ScenarioProblem(`nothing stands between repeat (line ${open.line}) and end`);
    this.#add({ type: "repeat", ...open });
  }
}

const START_FLAGS = {
  manual: false,
  as: true,
  key: true,
  label: true,
  "without-disk": false,
  together: false,
} as const;

function readStartFlags(reader: Reader): StartFlags {
  const given = reader.flags(START_FLAGS);
  const [as, label] = [given.get("as"), given.get("label")];
  if (as !== undefined && !isPeerName(as)) throw new ScenarioProblem(`"${as}" is no name for a peer`);
  if (label !== undefined && parseLabel(label) === undefined) throw new ScenarioProblem("this label is too long");
  return {
    manual: given.has("manual"),
    as,
    key: given.get("key"),
    label,
    withoutDisk: given.has("without-disk"),
    together: given.has("together"),
  };
}

function readExpect(reader: Reader): Act {
  if (reader.takes("exit")) {
    const code = parseNumber(reader.word("the exit code"), "exit code", 0, 255);
    if (!reader.takes("on")) throw new ScenarioProblem(`whose exit is missing: expect exit ${code} on NAME…`);
    return { type: "expect_exit", code, on: reader.peers(), withinMs: reader.optionalDuration("within", WITHIN_MS) };
  }
  const ever = reader.takes("never");
  if (!ever && !reader.takes("not")) {
    const [pattern, on] = [reader.pattern(), reader.audience()];
    return { type: "expect", pattern, on, withinMs: reader.optionalDuration("within", WITHIN_MS) };
  }
  const [pattern, on] = [reader.pattern(), reader.audience()];
  if (!ever && !reader.takes("for")) {
    throw new ScenarioProblem('for how long is missing: expect not "TEXT" [on NAME…] for 5s');
  }
  if (!ever) return { type: "expect_not", pattern, on, forMs: parseDuration(reader.word("the time after for")), ever };
  return { type: "expect_not", pattern, on, forMs: reader.optionalDuration("for", 0), ever };
}

function readMembers(reader: Reader): Act {
  if (!reader.takes("==")) throw new ScenarioProblem(`only == can be asked: ${FORMS.members}`);
  const count = parseNumber(reader.word("how many"), "number of members", 0, SCENARIO_PEERS_MAX);
  return { type: "members", count, on: reader.audience(), withinMs: reader.optionalDuration("within", WITHIN_MS) };
}

function readAssert(reader: Reader): Act {
  const what = reader.word("what is asserted");
  if (what !== "same-history") throw new ScenarioProblem(unknown("assertion", what, ["same-history"]));
  const room = reader.word("the room");
  return { type: "same_history", room, on: reader.audience(), withinMs: reader.optionalDuration("within", WITHIN_MS) };
}

function readPause(reader: Reader): Act {
  const peers = reader.peers();
  const forMs = reader.takes("for") ? parseDuration(reader.word("the time after for")) : undefined;
  return { type: "pause", peers, forMs };
}

function readCut(reader: Reader): Act {
  const what = reader.takes("udp") ? "udp" : "everything";
  const groups: Group[] = [reader.group()];
  const oneWay = reader.takes("->");
  if (oneWay) groups.push(reader.group());
  else while (reader.takes("|")) groups.push(reader.group());
  if (groups.length === 1) throw new ScenarioProblem(`from whom is missing: ${FORMS.cut}`);
  if (groups.filter((group) => group === "others").length > 1) {
    throw new ScenarioProblem("others can stand on one side only");
  }
  const names = groups.flatMap((group) => group === "others" ? [] : group);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new ScenarioProblem(`${twice} cannot be cut off from ${twice}`);
  return { type: "cut", what, groups, oneWay };
}

function readLatency(reader: Reader): Act {
  const [minMs, maxMs] = parseDurations(reader.word("how long"));
  return { type: "latency", minMs, maxMs };
}
