import { assertEquals, assertStringIncludes } from "@std/assert";
import { FORMS, parseScenario, SCENARIO_LINES_MAX, SCENARIO_PEERS_MAX } from "../../../sim/scenario/parse.ts";
import type { Act, Scenario } from "../../../sim/scenario/statement.ts";

function parsed(text: string): Scenario {
  const result = parseScenario(text);
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.scenario;
}

/** The acts of a scenario, without where they stand. */
function acts(text: string): readonly Act[] {
  return parsed(text).statements.map(({ line: _line, text: _text, ...act }) => act as Act);
}

function errorsOf(text: string): readonly (readonly [number, string])[] {
  const result = parseScenario(text);
  return result.ok ? [] : result.errors.map(({ line, why }) => [line, why]);
}

const PLAIN = {
  manual: false,
  as: undefined,
  key: undefined,
  label: undefined,
  withoutDisk: false,
  together: false,
} as const;

const CAST = "start a b c\n";

/** What stands behind the start of a, b and c, and what it is. */
const STATEMENTS: readonly (readonly [string, Act])[] = [
  ["start d", { type: "start", peers: ["d"], flags: PLAIN }],
  ["start d, e,f --manual", { type: "start", peers: ["d", "e", "f"], flags: { ...PLAIN, manual: true } }],
  ["start a --without-disk --together", {
    type: "start",
    peers: ["a"],
    flags: { ...PLAIN, withoutDisk: true, together: true },
  }],
  ["start d --as a --key red --label x", {
    type: "start",
    peers: ["d"],
    flags: { ...PLAIN, as: "a", key: "red", label: "x" },
  }],
  ["a: hello", { type: "type", peer: "a", typed: "hello" }],
  ["a:hello: there # not a comment", { type: "type", peer: "a", typed: "hello: there # not a comment" }],
  ["b: /join #dev", { type: "type", peer: "b", typed: "/join #dev" }],
  ['expect "x"', { type: "expect", pattern: { type: "literal", text: "x" }, on: "everybody", withinMs: 10_000 }],
  ['expect "a \\"b\\" | # c" on a,b within 1.5s # why', {
    type: "expect",
    pattern: { type: "literal", text: 'a "b" | # c' },
    on: ["a", "b"],
    withinMs: 1_500,
  }],
  ["expect /^x{2}\\/y, z$/iu on c", {
    type: "expect",
    pattern: { type: "regex", regex: /^x{2}\/y, z$/iu },
    on: ["c"],
    withinMs: 10_000,
  }],
  ['expect not "x" for 5s', {
    type: "expect_not",
    pattern: { type: "literal", text: "x" },
    on: "everybody",
    forMs: 5_000,
    ever: false,
  }],
  ['expect never "x" on a', {
    type: "expect_not",
    pattern: { type: "literal", text: "x" },
    on: ["a"],
    forMs: 0,
    ever: true,
  }],
  ["expect exit 4 on a within 2m", { type: "expect_exit", code: 4, on: ["a"], withinMs: 120_000 }],
  ["members == 5", { type: "members", count: 5, on: "everybody", withinMs: 10_000 }],
  ["members==2 on a b within 30s", { type: "members", count: 2, on: ["a", "b"], withinMs: 30_000 }],
  ["assert same-history lobby on a b", { type: "same_history", room: "lobby", on: ["a", "b"], withinMs: 10_000 }],
  ["crash a b", { type: "crash", peers: ["a", "b"] }],
  ["quit c", { type: "quit", peers: ["c"] }],
  ["pause a", { type: "pause", peers: ["a"], forMs: undefined }],
  ["pause a, b for 500ms", { type: "pause", peers: ["a", "b"], forMs: 500 }],
  ["resume a", { type: "resume", peers: ["a"] }],
  ["cut a,b | c", { type: "cut", what: "everything", groups: [["a", "b"], ["c"]], oneWay: false }],
  ["cut a|b|others", { type: "cut", what: "everything", groups: [["a"], ["b"], "others"], oneWay: false }],
  ["cut a->b", { type: "cut", what: "everything", groups: [["a"], ["b"]], oneWay: true }],
  ["cut udp others | a bootstrap", {
    type: "cut",
    what: "udp",
    groups: ["others", ["a", "bootstrap"]],
    oneWay: false,
  }],
  ["heal", { type: "heal" }],
  ["loss 20%", { type: "loss", probability: 0.2 }],
  ["loss 100%", { type: "loss", probability: 1 }],
  ["latency 50ms..0.2s", { type: "latency", minMs: 50, maxMs: 200 }],
  ["latency 50ms", { type: "latency", minMs: 50, maxMs: 50 }],
  ["slow a b", { type: "slow", peers: ["a", "b"], byMs: 600 }],
  ["slow a by 2s", { type: "slow", peers: ["a"], byMs: 2_000 }],
  ["at 00:10", { type: "at", atMs: 10_000 }],
  ["at 1:02:03.5", { type: "at", atMs: 3_723_500 }],
  ["wait 1h", { type: "wait", forMs: 3_600_000 }],
  ["bootstrap start", { type: "bootstrap", running: true }],
];

for (const [text, act] of STATEMENTS) {
  Deno.test(`${text} is read as it is meant`, () => assertEquals(acts(CAST + text).at(-1), act));
}

/** What stands behind the start of a, b and c, and what is said of it. */
const MISTAKES: readonly (readonly [string, string])[] = [
  ['expct "x"', 'unknown statement "expct": did you mean "expect"?'],
  ["frobnicate", 'unknown statement "frobnicate": there are profile, seed, start'],
  ["a hello there", "what a types comes behind a colon: a: hello there"],
  ["a:", "nothing is typed: a: LINE"],
  ["charly: hello", 'unknown peer "charly": there are a, b, c'],
  ["crash d", 'unknown peer "d": there are a, b, c'],
  ["crash", "nobody is named: crash NAME…"],
  ["crash a a", "a is named twice"],
  ["crash a | b", '"|" is too much: crash NAME…'],
  ["start", "nobody is named: start NAME…"],
  ["start others", 'no peer can be called "others"'],
  ["start 1st", '"1st" is no name for a peer'],
  [`start ${"x".repeat(32)}`, "is no name for a peer"],
  ["start d --manul", 'unknown flag "--manul": did you mean "--manual"?'],
  ["start d --key", "the value of --key is missing"],
  ["start d e --as a", "--as is for one peer"],
  ["start d --as a/b", '"a/b" is no name for a peer'],
  [`start d --label ${"x".repeat(256)}`, "this label is too long"],
  ["expect x", "what is expected is missing, in quotation marks or slashes: expect"],
  ['expect "x', '"x has no second quotation mark'],
  ["expect /x", "/x has no second slash"],
  ['expect ""', '"" is in every line'],
  ["expect /(/", "/(/ is no regular expression"],
  ["expect /x/g", "/x/g: of the flags, only i and u mean anything here"],
  ['expect "x" on', "nobody is named: expect"],
  ['expect "x" within', 'the time after "within" is missing'],
  ['expect "x" within 5', '"5" has no unit: say 5s or 5ms'],
  ['expect "x" within -5s', '"-5s" is before now: a time is 0s or more'],
  ['expect "x" within soon', '"soon" is no time: say 5s, 500ms or 2m'],
  ['expect "x" for 5s', '"for" is too much: expect'],
  ['expect not "x"', "for how long is missing"],
  ["expect exit 256 on a", '"256" is no exit code: say a whole number from 0 to 255'],
  ["expect exit 0", "whose exit is missing: expect exit 0 on NAME…"],
  ["members = 5", "only == can be asked: members == NUMBER"],
  ["members == many", '"many" is no number of members'],
  ["assert same-histry lobby", 'unknown assertion "same-histry": did you mean "same-history"?'],
  ["assert same-history", "the room is missing"],
  ["pause a for", "the time after for is missing"],
  ["cut a b", "from whom is missing: cut"],
  ["cut a |", "nobody is named: cut"],
  ["cut | a", "nobody is named: cut"],
  ["cut a | a b", "a cannot be cut off from a"],
  ["cut others | others", "others can stand on one side only"],
  ["cut a -> b -> c", '"->" is too much'],
  ["heal everything", '"everything" is too much: heal'],
  ["loss 140%", '"140%" is more than everything: say 0% to 100%'],
  ["loss -1%", '"-1%" is less than nothing: say 0% to 100%'],
  ["loss 0.2", '"0.2" has no percent sign: say 0.2%'],
  ["loss", "how much is missing: loss PERCENT%"],
  ["latency 200ms..50ms", '"200ms..50ms" ends before it begins: say 50ms..200ms'],
  ["latency 1ms..2ms..3ms", "is no range: say 50ms..200ms"],
  ["wait 2d", '"2d" has no unit that is known: say 2s or 2ms'],
  ["wait 25h", '"25h" is too long: a day is the most'],
  ["at -00:10", '"-00:10" is before the start'],
  ["at 10", '"10" is no moment: say 00:10'],
  ["at 00:60", '"00:60" is no moment'],
  ["at 25:00:00", "is too late: a day is the most"],
  ["at 00:10\nat 00:05", "this is before the moment of the last at"],
  ["bootstrap stop", "there is no registry of its own to stop"],
  ["bootstrap strat", 'unknown word "strat": did you mean "start"?'],
  ["repeat 0\nheal\nend", '"0" is no number of rounds: say a whole number from 1 to 1000'],
  ["repeat 3\nend", "nothing stands between repeat (line 2) and end"],
  ["repeat 3\nat 00:10\nheal\nend", "one moment does not come again and again"],
  ["repeat 3\nheal", "this repeat has no end"],
  ["end", "there is no repeat that this could end"],
  ["repeat 2\n".repeat(5) + "heal\n" + "end\n".repeat(5), "repeats stand too deep in each other"],
  ["profile lan", "profile comes before all that is done: put it at the top"],
  ["seed 7", "seed comes before all that is done: put it at the top"],
];

for (const [text, says] of MISTAKES) {
  Deno.test(`${JSON.stringify(text.slice(0, 60))} is refused: ${says}`, () => {
    const [first] = errorsOf(CAST + text);
    assertStringIncludes(first?.[1] ?? "nothing", says);
  });
}

Deno.test("everything that is wrong is told, each with its line", () => {
  assertEquals(errorsOf("# comment\n\nstart a\n  heel\n\tloss 140 %\nwait 5s\ncrash bob\n").map(([line]) => line), [
    4,
    5,
    7,
  ]);
});

Deno.test("what holds for the whole run is said once, at the top", () => {
  const { profile, seed, peers } = parsed("profile lan\nseed storm-7\nstart b a\nstart a");
  assertEquals([profile, seed, peers], ["lan", "storm-7", ["b", "a"]]);
  assertEquals([parsed("").profile, parsed("").seed], ["local", undefined]);
  assertEquals(errorsOf("profile lan\nprofile wan"), [[2, "there is a profile already: lan"]]);
  assertEquals(errorsOf("seed a;b"), [[1, '"a;b" is no seed: say a word of letters, digits and . _ -']]);
  assertEquals(errorsOf("profile moon"), [[1, 'unknown profile "moon": there are lan, wan, local']]);
});

Deno.test("rounds may stand in rounds, and statements know where they stand", () => {
  const [, outer] = parsed("start a\nrepeat 2  # twice\n  wait 1s\n  repeat 3\n    heal # all\n  end\nend").statements;
  assertEquals(outer, {
    type: "repeat",
    times: 2,
    line: 2,
    text: "repeat 2",
    body: [
      { type: "wait", forMs: 1_000, line: 3, text: "wait 1s" },
      { type: "repeat", times: 3, line: 4, text: "repeat 3", body: [{ type: "heal", line: 5, text: "heal" }] },
    ],
  });
});

Deno.test("a scenario may come from any editor", () => {
  assertEquals(acts("\uFEFFstart a\r\n\r\n# x\r\nheal\r\n").length, 2);
});

Deno.test("what is no text, and what is far too long, is refused as a whole", () => {
  assertEquals(errorsOf("start a\0"), [[1, "this is not a text"]]);
  assertEquals(errorsOf("\n".repeat(SCENARIO_LINES_MAX)).length, 1);
  const crowd = Array.from({ length: SCENARIO_PEERS_MAX + 1 }, (_, n) => `p${n}`).join(" ");
  assertEquals(errorsOf(`start ${crowd}`), [[1, `too many peers: ${SCENARIO_PEERS_MAX} are allowed`]]);
});

Deno.test("every form begins with its own word", () => {
  for (const [word, form] of Object.entries(FORMS)) assertEquals(form.split(" ")[0], word === "end" ? "end" : word);
});
