import { assert, assertEquals } from "@std/assert";
import { isMeant } from "../../../actors/serf/filters.ts";
import { matchesExpression } from "../../../actors/serf/expression.ts";
import { vector } from "./vectors.ts";

const NODES = vector("filter-nodes"); // alice, bob
const TAG = vector("filter-tag"); // role =~ ^web.*
const web = (name: string) => ({ name, tags: new Map([["role", "web-1"]]) });

Deno.test("a query without filters is for everybody", () => {
  assertEquals(isMeant([], { name: "carol", tags: new Map() }), "yes");
});

Deno.test("a query may name who shall answer, and which tags", () => {
  assertEquals(isMeant([NODES], web("bob")), "yes");
  assertEquals(isMeant([NODES], web("carol")), "no");
  assertEquals(isMeant([TAG], web("carol")), "yes");
  assertEquals(isMeant([TAG], { name: "bob", tags: new Map([["role", "db"]]) }), "no");
  assertEquals(isMeant([TAG], { name: "bob", tags: new Map() }), "no");
  assertEquals(isMeant([NODES, TAG], web("bob")), "yes");
  assertEquals(isMeant([TAG, NODES], web("carol")), "no");
});

Deno.test("a filter that is none, or unknown, lets nobody through", () => {
  for (
    const filter of [
      new Uint8Array(),
      Uint8Array.of(2),
      Uint8Array.of(0),
      Uint8Array.of(0, 0xdc, 0),
      Uint8Array.of(0, 0xdd, 0xff, 0xff, 0xff, 0xff),
      TAG.slice(0, -1),
    ]
  ) {
    assertEquals(isMeant([filter], web("bob")), "unclear");
  }
});

/** Expression, what it matches, what it does not: as Go's `regexp.MatchString`, which looks for a part. */
const EXPRESSIONS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["", ["", "web"], []],
  ["web", ["web", "a web b"], ["we", ""]],
  ["^web", ["web-1"], ["a web"]],
  ["web$", ["a web"], ["web-1"]],
  ["^web$", ["web"], ["web\n", "webweb", ""]],
  ["^$", [""], ["a"]],
  ["^(web|db)-[0-9]+$", ["web-1", "db-42"], ["web-", "dbx-1", "web-1a"]],
  ["^a*b+c?$", ["b", "aabb", "abc"], ["a", "abcc", ""]],
  ["^a*?b$", ["b", "aab"], ["a"]],
  ["^[^a-c]$", ["d", "é"], ["a", "b", ""]],
  ["^[]a-]+$", ["]a-"], ["b"]],
  ["^[\\d_]+$", ["1_2"], ["a"]],
  ["^\\w+\\.\\S\\s\\D$", ["ab.x y"], ["ab.x1y", "abxx y"]],
  ["^.$", ["a", "東", "😀"], ["", "ab", "\n"]],
  ["^(?:ab)*$", ["", "abab"], ["aba"]],
  ["a||b", ["", "x"], []],
  ["^(a|)$", ["a", ""], ["b"]],
  ["^(a*)*$", ["", "aaa"], ["b"]],
  ["us-.*-1", ["us-east-1"], ["us-east-2"]],
  ["^(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)(l)(m)(n)(o)(p)(q)(r)$", ["abcdefghijklmnopqr"], ["a"]],
  ["constructor", ["constructor"], [""]],
];

for (const [expression, matching, others] of EXPRESSIONS) {
  Deno.test(`the expression /${expression}/ finds what it should`, () => {
    for (const text of matching) assertEquals(matchesExpression(expression, text), true, text);
    for (const text of others) assertEquals(matchesExpression(expression, text), false, text);
  });
}

Deno.test("an expression that is malformed or not known here is said to be so", () => {
  const unknown = [
    "(",
    ")",
    "a)",
    "(a",
    "[a",
    "[b-a]",
    "[[:alpha:]]",
    "*a",
    "a**",
    "a+*",
    "a{2}",
    "{",
    "\\",
    "\\b",
    "\\pL",
    "(?i)a",
    "(?P<n>a)",
    "[A-\\d]",
    "x".repeat(257),
    "(".repeat(17) + ")".repeat(17),
  ];
  for (const expression of unknown) assertEquals(matchesExpression(expression, "a"), undefined, expression);
});

Deno.test("no expression takes long, also those that others try for ever", () => {
  const began = performance.now();
  const text = "a".repeat(500) + "b";
  for (
    const expression of ["^(a+)+$", "^(a|a)*$", "(a*)*(a*)*(a*)*c", ".*.*.*.*.*.*x", "((((((((a+)+)+)+)+)+)+)+)+c"]
  ) {
    assertEquals(matchesExpression(expression, text), false);
  }
  assert(performance.now() - began < 5_000);
});
