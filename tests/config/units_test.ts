import { assertEquals } from "@std/assert";
import { parseDurationMs } from "../../config/duration.ts";
import { parseSizeBytes } from "../../config/size.ts";

const permissions = "none";

const durations: readonly [text: string, ms: number | undefined][] = [
  ["500ms", 500],
  ["0ms", 0],
  ["5s", 5_000],
  ["1.5s", 1_500],
  ["2m", 120_000],
  ["1h", 3_600_000],
  ["24d", 2_073_600_000],
  ["25d", undefined],
  ["5", undefined],
  ["s", undefined],
  ["-5s", undefined],
  ["5 s", undefined],
  ["5S", undefined],
  ["1e3ms", undefined],
  ["", undefined],
];

for (const [text, ms] of durations) {
  Deno.test({
    name: `the duration ${JSON.stringify(text)} is ${ms === undefined ? "refused" : `${ms} ms`}`,
    permissions,
    fn() {
      const parsed = parseDurationMs(text);
      assertEquals(parsed.ok ? parsed.value : undefined, ms);
    },
  });
}

const sizes: readonly [text: string, bytes: number | undefined][] = [
  ["1400B", 1_400],
  ["1400b", 1_400],
  ["64KiB", 65_536],
  ["64kb", 64_000],
  ["1.5MB", 1_500_000],
  ["1MiB", 1_048_576],
  ["2GiB", 2_147_483_648],
  ["1400", undefined],
  ["-1B", undefined],
  ["1 KB", undefined],
  ["1K", undefined],
  ["1TB", undefined],
  ["", undefined],
];

for (const [text, bytes] of sizes) {
  Deno.test({
    name: `the size ${JSON.stringify(text)} is ${bytes === undefined ? "refused" : `${bytes} bytes`}`,
    permissions,
    fn() {
      const parsed = parseSizeBytes(text);
      assertEquals(parsed.ok ? parsed.value : undefined, bytes);
    },
  });
}
