import { assertEquals } from "@std/assert";
import { EXIT, EXIT_RESERVED, exitCodeOf } from "../../commands/exit_code.ts";

Deno.test("the README lists every exit code, those in use and those reserved", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const paragraph = /^Exit codes: ([^]*?)\n\n/m.exec(readme)?.[1] ?? "";
  const codes = new Set(paragraph.match(/\b\d+\b/g)?.map(Number));
  assertEquals([...codes].toSorted((a, b) => a - b), Object.values(EXIT).toSorted((a, b) => a - b));
  const [, reserved = ""] = /Codes ([\d, and]+) are reserved/.exec(paragraph) ?? [];
  assertEquals(reserved.match(/\d+/g)?.map(Number), [...EXIT_RESERVED]);
});

Deno.test("a code that is not in the table is a failure", () => {
  for (const code of Object.values(EXIT)) assertEquals(exitCodeOf(code), code);
  for (const code of [-1, 8, 128, 0.5, Number.NaN]) assertEquals(exitCodeOf(code), EXIT.failed);
});
