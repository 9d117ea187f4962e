import { type AddressRange, parseAddressRange } from "../actors/membership/allowed_addresses.ts";
import { parsePeerName, type PeerName } from "../actors/peer_name.ts";
import { type Address, isLoopback, isWildcard, joinAddress, parseAddress, splitAddress } from "../transport/address.ts";
import { type Label, LABEL_BYTES_MAX, parseLabel } from "../transport/wire/label.ts";
import type { Environment, Parsed } from "./setting.ts";

/** `IP:PORT` or `localhost:PORT`, which is 127.0.0.1. Other host names would need a resolver: they are refused. */
export function parseHostPort(text: string): Parsed<Address> {
  const address = parseAddress(text.replace(/^localhost:/i, "127.0.0.1:"));
  if (address !== undefined) return { ok: true, value: address };
  return { ok: false, why: "expected IP:PORT, such as 127.0.0.1:7946" };
}

/** An address to connect to: port 0 is nobody's. */
export function parseContact(text: string): Parsed<Address> {
  const parsed = parseHostPort(text);
  if (!parsed.ok || splitAddress(parsed.value).port !== 0) return parsed;
  return { ok: false, why: "nobody can be reached at port 0" };
}

/** Where others are told to find a peer; without a port, which is then 0, it is that on which it listens. */
export function parseAdvertised(text: string): Parsed<Address> {
  const address = parseAddress(text) ?? joinAddress(text, 0);
  if (address === undefined) return { ok: false, why: "expected IP or IP:PORT, such as 192.168.1.2" };
  if (isWildcard(address)) return { ok: false, why: "nobody can be reached at all addresses of a machine" };
  return { ok: true, value: address };
}

/** An address to listen on, of those that nobody beyond this machine can reach: what is said there is not sealed. */
export function parseListenAddress(text: string): Parsed<Address> {
  const parsed = parseHostPort(text);
  if (!parsed.ok || isLoopback(parsed.value)) return parsed;
  return { ok: false, why: "only loopback addresses for now: 127.0.0.1 or [::1]" };
}

/** A whole number from `least` to `most`, in decimal digits. */
export function parseCount(least: number, most: number): (text: string) => Parsed<number> {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return { ok: true, value };
    return { ok: false, why: `expected a whole number from ${least} to ${most}` };
  };
}

/** A number from `least` to `most`, in decimal digits, perhaps with a point. */
export function parseDecimal(least: number, most: number): (text: string) => Parsed<number> {
  return (text) => {
    const value = /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return { ok: true, value };
    return { ok: false, why: `expected a number from ${least} to ${most}` };
  };
}

/** A time in milliseconds, with its unit: a bare number would mean seconds to one and milliseconds to another. */
export function parseTime(leastMs: number, mostMs: number): (text: string) => Parsed<number> {
  return (text) => {
    const value = withUnit(text, MS_OF_UNITS);
    if (value !== undefined && value >= leastMs && value <= mostMs) return { ok: true, value };
    const [least, most] = [showTime(leastMs), showTime(mostMs)];
    return { ok: false, why: `expected a time from ${least} to ${most} with its unit, such as 500ms, 5s or 1m` };
  };
}

/** What {@linkcode parseTime} reads, in the largest unit that gives a whole number; one day is 24 hours. */
export function showTime(ms: number): string {
  if (ms === 0) return "0s";
  const units = Object.entries(MS_OF_UNITS).filter(([unit]) => unit !== "d" || ms >= 2 * MS_OF_UNITS.d);
  const [unit, size] = units.toReversed().find(([, size]) => ms % size === 0)!;
  return `${ms / size}${unit}`;
}

/** A number of bytes, with its unit. */
export function parseSize(leastBytes: number, mostBytes: number): (text: string) => Parsed<number> {
  return (text) => {
    const value = withUnit(text, BYTES_OF_UNITS);
    if (value !== undefined && value >= leastBytes && value <= mostBytes) return { ok: true, value };
    const [least, most] = [showSize(leastBytes), showSize(mostBytes)];
    return { ok: false, why: `expected a size from ${least} to ${most} with its unit, such as 1400B or 8KiB` };
  };
}

/** What {@linkcode parseSize} reads; great ones in the largest unit that gives a whole number. */
export function showSize(bytes: number): string {
  const [unit, size] = Object.entries(BYTES_OF_UNITS).toReversed()
    .find(([, size]) => bytes >= BYTES_OF_UNITS.MiB && bytes % size === 0) ?? ["B", 1];
  return `${bytes / size}${unit}`;
}

/** What `parse` reads, or `none` for no limit. */
export function parseLimit(parse: (text: string) => Parsed<number>): (text: string) => Parsed<number | undefined> {
  return (text) => {
    const parsed = text === "none" ? { ok: true, value: undefined } as const : parse(text);
    return parsed.ok ? parsed : { ok: false, why: `${parsed.why}, or none` };
  };
}

/** What {@linkcode parseLimit} reads. */
export function showLimit(show: (value: number) => string): (value: number | undefined) => string {
  return (value) => value === undefined ? "none" : show(value);
}

/** Ascending, each a multiple of the one before. */
const MS_OF_UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const BYTES_OF_UNITS = { B: 1, KiB: 1_024, MiB: 1_024 ** 2, GiB: 1_024 ** 3 };

function withUnit(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, digits, unit = ""] = /^(\d{1,9})([A-Za-z]+)$/.exec(text) ?? [];
  return Object.hasOwn(units, unit) ? Number(digits) * units[unit]! : undefined;
}

/** Addresses that begin alike, as `IP/BITS`. */
export function parseRange(text: string): Parsed<AddressRange> {
  const value = parseAddressRange(text);
  return value === undefined
    ? { ok: false, why: "expected IP/BITS, such as 10.0.0.0/8 or fd00::/8" }
    : { ok: true, value };
}

/** What a member announces of its application: the least and the greatest version it understands, and the one it speaks. */
export function parseDelegateVersions(text: string): Parsed<readonly [number, number, number]> {
  const numbers = /^\d{1,3},\d{1,3},\d{1,3}$/.test(text) ? text.split(",").map(Number) : [];
  const [least = NaN, most = NaN, current = NaN] = numbers;
  if (least <= current && current <= most && most <= 255) return { ok: true, value: [least, most, current] };
  return { ok: false, why: "expected three numbers up to 255, the last between the others, such as 2,5,4" };
}

/** One of a few words. */
export function parseChoice<const W extends string>(...words: readonly W[]): (text: string) => Parsed<W> {
  return (text) => {
    const value = words.find((word) => word === text);
    if (value !== undefined) return { ok: true, value };
    return { ok: false, why: `expected one of ${words.join(", ")}` };
  };
}

/** A file. `~/` is the home directory, also where no shell expanded it; a relative path counts from `start`. */
export function parsePath(text: string, start: string | undefined, env: Environment): Parsed<string> {
  if (text === "" || text.includes("\0")) return { ok: false, why: "expected a path" };
  if (text.startsWith("~/") && env["HOME"]) return { ok: true, value: env["HOME"] + text.slice(1) };
  if (text.startsWith("/")) return { ok: true, value: text };
  if (start === undefined) return { ok: false, why: "expected an absolute path where there is no home directory" };
  return { ok: true, value: `${start}/${text}` };
}

/** A cluster's label; without any letter it is none. */
export function parseClusterLabel(text: string): Parsed<Label> {
  const label = parseLabel(text);
  return label === undefined
    ? { ok: false, why: `expected at most ${LABEL_BYTES_MAX} bytes of UTF-8` }
    : { ok: true, value: label };
}

/** A peer's name, see {@linkcode parsePeerName}. */
export function parseName(text: string): Parsed<PeerName> {
  const parsed = parsePeerName(text);
  return parsed.ok ? { ok: true, value: parsed.name } : parsed;
}

/** A room's name: written with or without `#`, otherwise as a peer's. */
export function parseRoom(text: string): Parsed<string> {
  return parseName(text.replace(/^#/, ""));
}

/** What a run of the simulator is named by: it is told to others and typed again. */
export function parseSeed(text: string): Parsed<string> {
  if (/^[\w.-]{1,64}$/.test(text)) return { ok: true, value: text };
  return { ok: false, why: "expected a word of letters, digits and . _ -, 64 at most" };
}
