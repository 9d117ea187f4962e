import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../../actors/runtime/random.ts";
import type { Carried, Verdict } from "../../../sim/rule.ts";
import { Faults } from "../../../sim/scenario/faults.ts";
import type { Address } from "../../../transport/address.ts";

/** What becomes of something between two parties, whose addresses are their names. `?` is nobody's. */
function judged(faults: Faults, from: string, to: string, kind: Carried["kind"] = "packet"): Verdict | "pass" {
  const rule = faults.rule((address) => address === "?" ? undefined : address);
  const carried = { kind, from: from as Address, to: to as Address, bytes: new Uint8Array() };
  return rule(carried, seededRandom("faults"));
}

/** Which of these pairs nothing passes between, as `from>to`. */
function dropped(faults: Faults, names: string, kind: Carried["kind"] = "packet"): string {
  const pairs = [...names].flatMap((from) => [...names].filter((to) => to !== from).map((to) => [from, to] as const));
  const cut = pairs.filter(([from, to]) => judged(faults, from, to, kind) !== "pass");
  return cut.map(([from, to]) => `${from}>${to}`).join(" ");
}

Deno.test("a cut is between its sides, both ways, and who is on no side has both", () => {
  const faults = new Faults();
  faults.cut({ what: "everything", groups: [["a", "b"], ["c"]], oneWay: false });
  assertEquals(dropped(faults, "abcd"), "a>c b>c c>a c>b");
});

Deno.test("others are all whom no side names, whoever comes later", () => {
  const faults = new Faults();
  faults.cut({ what: "everything", groups: ["others", ["a"]], oneWay: false });
  assertEquals(dropped(faults, "abc"), "a>b a>c b>a c>a");
});

Deno.test("three sides are cut from each other", () => {
  const faults = new Faults();
  faults.cut({ what: "everything", groups: [["a"], ["b"], ["c"]], oneWay: false });
  assertEquals(dropped(faults, "abcd"), "a>b a>c b>a b>c c>a c>b");
});

Deno.test("a cut one way leaves the way back", () => {
  const faults = new Faults();
  faults.cut({ what: "everything", groups: [["a"], "others"], oneWay: true });
  assertEquals(dropped(faults, "abc"), "a>b a>c");
});

Deno.test("a cut of udp lets streams pass, and their acknowledgements", () => {
  const faults = new Faults();
  faults.cut({ what: "udp", groups: [["a"], ["b"]], oneWay: false });
  assertEquals(dropped(faults, "ab"), "a>b b>a");
  assertEquals(dropped(faults, "ab", "stream") + dropped(faults, "ab", "ack"), "");
});

Deno.test("cuts add up until all is healed", () => {
  const faults = new Faults();
  faults.cut({ what: "everything", groups: [["a"], ["b"]], oneWay: true });
  faults.cut({ what: "everything", groups: [["c"], ["a"]], oneWay: true });
  assertEquals(dropped(faults, "abc"), "a>b c>a");
  faults.heal();
  assertEquals(dropped(faults, "abc"), "");
});

Deno.test("what is no party's is nobody's fault", () => {
  const faults = new Faults();
  faults.cut({ what: "everything", groups: [["a"], "others"], oneWay: false });
  faults.lose(1);
  assertEquals([judged(faults, "a", "?"), judged(faults, "?", "a")], ["pass", "pass"]);
});

Deno.test("of packets and streams a share is lost, of acknowledgements none", () => {
  const faults = new Faults();
  faults.lose(0.2);
  const rule = faults.rule((address) => address);
  const random = seededRandom("share");
  const share = (kind: Carried["kind"]): number => {
    const carried = { kind, from: "a" as Address, to: "b" as Address, bytes: new Uint8Array() };
    return Array.from({ length: 1_000 }, () => rule(carried, random)).filter((verdict) => verdict !== "pass").length;
  };
  for (const kind of ["packet", "stream"] as const) {
    const lost = share(kind);
    assert(lost > 150 && lost < 250, `${lost} of 1000`);
  }
  assertEquals(share("ack"), 0);
  faults.lose(0);
  assertEquals(share("packet"), 0);
});

Deno.test("what is sent to a slow peer takes so much longer, on top of the latency", () => {
  const faults = new Faults();
  faults.slow("b", 300);
  assertEquals(judged(faults, "a", "b"), { type: "deliver", afterMs: 300 });
  assertEquals(judged(faults, "b", "a"), "pass");
  faults.delay(50, 50);
  assertEquals(judged(faults, "a", "b"), { type: "deliver", afterMs: 350 });
  assertEquals(judged(faults, "b", "a"), { type: "deliver", afterMs: 50 });
  faults.slow("b", 0);
  assertEquals(judged(faults, "a", "b"), { type: "deliver", afterMs: 50 });
});

Deno.test("a latency is anything between its least and its most", () => {
  const faults = new Faults();
  faults.delay(50, 200);
  const rule = faults.rule((address) => address);
  const random = seededRandom("latency");
  const carried = { kind: "packet", from: "a" as Address, to: "b" as Address, bytes: new Uint8Array() } as const;
  const times = Array.from({ length: 200 }, () => {
    const verdict = rule(carried, random);
    return verdict !== "pass" && verdict.type === "deliver" ? verdict.afterMs : NaN;
  });
  assert(Math.min(...times) >= 50 && Math.min(...times) < 60 && Math.max(...times) > 190 && Math.max(...times) <= 200);
});

Deno.test("what is in force can be told", () => {
  const faults = new Faults();
  assertEquals(faults.describe(), []);
  faults.cut({ what: "udp", groups: [["a", "b"], "others"], oneWay: true });
  faults.lose(0.2);
  faults.delay(5, 80);
  faults.slow("b", 300);
  assertEquals(faults.describe(), ["cut udp a, b -> others", "loss 20%", "latency 5ms..80ms", "slow b by 300ms"]);
  faults.heal();
  assertEquals(faults.describe(), []);
});
