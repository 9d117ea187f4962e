import { parsePeerName, type PeerName } from "../actors/peer_name.ts";
import { type Address, ipBytes, parseAddress, splitAddress } from "../transport/address.ts";
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

/** Whether an address stands for all of this machine's, and so for none that others could be told. */
export function isWildcard(address: Address): boolean {
  return ipBytes(address).every((byte) => byte === 0);
}

/** Whether only this machine can reach an address. */
export function isLoopback(address: Address): boolean {
  const ip = ipBytes(address);
  return ip.length === 4 ? ip[0] === 127 : ip.every((byte, i) => byte === (i === 15 ? 1 : 0));
}
