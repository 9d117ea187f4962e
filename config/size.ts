import type { Parsed } from "./setting.ts";

const UNIT_BYTES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/** Bytes of `1400b`, `64KiB`, `1.5MB`: decimal units as in SI, binary ones with an `i`; upper or lower case. */
export function parseSizeBytes(text: string): Parsed<number> {
  const match = /^(\d{1,10}(?:\.\d{1,3})?)([kmg]i?b|b)$/i.exec(text);
  if (match === null) return { ok: false, why: "expected a size with its unit, such as 1400B or 64KiB" };
  return { ok: true, value: Math.round(Number(match[1]) * UNIT_BYTES[match[2]!.toLowerCase()]!) };
}
