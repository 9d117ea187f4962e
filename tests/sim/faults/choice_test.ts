import { assertEquals, assertStringIncludes } from "@std/assert";
import { amountOf, parseFaults } from "../../../sim/faults/choice.ts";
import { FAULTS } from "../../../sim/faults/table.ts";

Deno.test("faults are named with commas between, with or without an amount", () => {
  assertEquals(parseFaults("none"), { ok: true, value: [] });
  assertEquals(parseFaults("all"), { ok: true, value: FAULTS.map(({ name }) => ({ name })) });
  assertEquals(parseFaults("crash, loss=10%"), {
    ok: true,
    value: [{ name: "crash" }, { name: "loss", amount: "10%" }],
  });
});

Deno.test("an amount is a number in the fault's own unit, and has a default", () => {
  assertEquals(amountOf({ name: "loss", amount: "10%" }), 0.1);
  assertEquals(amountOf({ name: "loss" }), 0.2);
  assertEquals(amountOf({ name: "slow", amount: "2s" }), 2_000);
  assertEquals(amountOf({ name: "crash" }), 0);
});

const WRONG: readonly (readonly [text: string, says: string])[] = [
  ["los", 'there is no fault "los"; did you mean "loss"?'],
  ["crash,non", 'did you mean "none"?'],
  ["xyz", "expected none, all or some of crash, restart,"],
  ["", 'there is no fault ""'],
  ["loss=140%", '"140%" is more than everything: say 0% to 100%'],
  ["loss=-1%", '"-1%" is less than nothing'],
  ["loss=10", '"10" has no percent sign: say 10%'],
  ["slow=1", '"1" has no unit: say 1s or 1ms'],
  ["loss=", '"" is no percentage'],
  ["loss=10%=20%", '"loss" takes no amount'],
  ["crash=2", '"crash" takes no amount: say crash'],
  ["crash,loss,crash", '"crash" is there twice'],
];

for (const [text, says] of WRONG) {
  Deno.test(`the faults ${JSON.stringify(text)} are refused, and it is said what would be right`, () => {
    const parsed = parseFaults(text);
    assertEquals(parsed.ok, false);
    if (!parsed.ok) assertStringIncludes(parsed.why, says);
  });
}

Deno.test("no two faults have one name, and each has a word about it and a default that it reads itself", () => {
  assertEquals(new Set(FAULTS.map(({ name }) => name)).size, FAULTS.length);
  for (const { name, summary, amount } of FAULTS) {
    assertEquals([name !== "", summary !== ""], [true, true]);
    if (amount !== undefined) assertEquals(typeof amount.read(amount.fallback), "number");
  }
});
