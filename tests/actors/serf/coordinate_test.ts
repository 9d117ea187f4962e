import { assertEquals } from "@std/assert";
import { decodeCoordinate } from "../../../actors/serf/coordinate.ts";
import { assertSturdy, vector } from "./vectors.ts";

Deno.test("a coordinate is read as Serf writes it", () => {
  assertEquals(decodeCoordinate(vector("coordinate-new")), {
    ok: true,
    value: { vector: [0, 0, 0, 0, 0, 0, 0, 0], error: 1.5, adjustment: 0, height: 1e-5 },
  });
  const second = decodeCoordinate(vector("coordinate"));
  assertEquals(second.ok && [second.value.vector[0], second.value.adjustment], [0.0125, -0.001]);
  assertSturdy(vector("coordinate"), decodeCoordinate);
});

for (const name of ["coordinate-nan", "coordinate-inf", "coordinate-huge"] as const) {
  Deno.test(`a place that is nowhere is refused: ${name}`, () => {
    assertEquals(decodeCoordinate(vector(name)), { ok: false, reason: "out_of_range", at: 1 });
  });
}

Deno.test("an hour away is as far as it goes, either way", () => {
  const height = (hex: string): Uint8Array => Uint8Array.fromHex(`0181a6486569676874${hex}`);
  assertEquals(decodeCoordinate(height("cd0e10")).ok, true); // 3,600 as an integer
  assertEquals(decodeCoordinate(height("cd0e11")).ok, false);
  assertEquals(decodeCoordinate(height("ca45610000")).ok, true); // 3,600 as a float of four bytes
  assertEquals(decodeCoordinate(height("cac5611000")).ok, false); // -3,601
});

Deno.test("more dimensions than anybody has, another version, or nothing, are refused", () => {
  assertEquals(decodeCoordinate(Uint8Array.fromHex("0181a3566563dc0011")), { ok: false, reason: "too_large", at: 6 });
  assertEquals(decodeCoordinate(Uint8Array.of(2, 0x80)), { ok: false, reason: "unknown_version", at: 0 });
  assertEquals(decodeCoordinate(new Uint8Array()), { ok: false, reason: "empty", at: 0 });
});
