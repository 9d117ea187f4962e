import type { Brand } from "../actors/runtime/brand.ts";

/** An IP address with a port, in the one spelling we use: `127.0.0.1:7946` or `[::1]:7946`. Compares as a string. */
export type Address = Brand<string, "Address">;

/** Parses `HOST:PORT` with HOST a literal IP address; `undefined` when it is not one or the port is not 0 to 65,535. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const bytes = match[1] === undefined ? parseIpv4(match[2] ?? "") : parseIpv6(match[1]);
  const port = Number(match[3]);
  return bytes === undefined || port > 65_535 ? undefined : addressFromBytes(bytes, port);
}

/** The address of 4 or 16 raw bytes and a port; an IPv4-mapped one is written as IPv4. */
export function addressFromBytes(ip: Uint8Array, port: number): Address | undefined {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) return undefined;
  const v4 = ip.length === 4 ? ip : isMapped(ip) ? ip.subarray(12) : undefined;
  if (v4 !== undefined) return ipv4Address(v4, port);
  return ip.length === 16 ? `[${formatIpv6(ip)}]:${port}` as Address : undefined;
}

/**
 * Those of IPv4 that were asked for last: one place for each of so many groups, and the newest has it. Tables name the
 * same addresses again and again, and to write one takes ten times as long as to find it.
 */
const PLACE_BITS = 13;
const RECENT = 2 ** PLACE_BITS;
const recentIps = new Int32Array(RECENT);
const recentPorts = new Int32Array(RECENT).fill(-1);
const recent = new Array<Address>(RECENT);

function ipv4Address(ip: Uint8Array, port: number): Address {
  const number = ip[0]! << 24 | ip[1]! << 16 | ip[2]! << 8 | ip[3]!;
  const place = Math.imul(number ^ port, GOLDEN_RATIO) >>> 32 - PLACE_BITS;
  if (recentIps[place] === number && recentPorts[place] === port) return recent[place]!;
  const address = `${ip[0]}.${ip[1]}.${ip[2]}.${ip[3]}:${port}` as Address;
  recentIps[place] = number;
  recentPorts[place] = port;
  recent[place] = address;
  return address;
}

/** Fibonacci hashing: a multiplication by 2³²/φ spreads neighbours; the bits at its top are the place. */
const GOLDEN_RATIO = 0x9e3779b1;

/** The two halves of an address, the way sockets want them. */
export function splitAddress(address: Address): { readonly hostname: string; readonly port: number } {
  const colon = address.lastIndexOf(":");
  const host = address.slice(0, colon);
  return { hostname: host.startsWith("[") ? host.slice(1, -1) : host, port: Number(address.slice(colon + 1)) };
}

/** The inverse of {@linkcode splitAddress}: what sockets say; `undefined` when the host is not a literal IP address. */
export function joinAddress(hostname: string, port: number): Address | undefined {
  return parseAddress(hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`);
}

/** The IP address in network order: 4 bytes, or 16. */
export function ipBytes(address: Address): Uint8Array {
  const { hostname } = splitAddress(address);
  const bytes = hostname.includes(":") ? parseIpv6(hostname) : parseIpv4(hostname);
  if (bytes === undefined) throw new TypeError(`Not an address: "${address}"`);
  return bytes;
}

/** The same host with another port. */
export function withPort(address: Address, port: number): Address {
  return `${address.slice(0, address.lastIndexOf(":"))}:${port}` as Address;
}

/** Whether an address stands for all of a machine's, and so for none that others could be told. */
export function isWildcard(address: Address): boolean {
  return ipBytes(address).every((byte) => byte === 0);
}

/** Whether only this machine can reach an address. Asked for each packet; there is one spelling of each address. */
export function isLoopback(address: Address): boolean {
  return address.startsWith("127.") || address.startsWith("[::1]:");
}

function isMapped(ip: Uint8Array): boolean {
  return ip.length === 16 && ip.subarray(0, 10).every((byte) => byte === 0) && ip[10] === 0xff && ip[11] === 0xff;
}

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) {
    return undefined;
  }
  return Uint8Array.from(parts, Number);
}

function parseIpv6(text: string): Uint8Array | undefined {
  const lastColon = text.lastIndexOf(":");
  if (text.includes(".")) { // the last 32 bits in IPv4's spelling
    const v4 = parseIpv4(text.slice(lastColon + 1));
    if (v4 === undefined) return undefined;
    const word = (at: number): string => ((v4[at]! << 8) | v4[at + 1]!).toString(16);
    return parseIpv6(`${text.slice(0, lastColon + 1)}${word(0)}:${word(2)}`);
  }
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const words = halves.map((half) => half === "" ? [] : half.split(":"));
  const given = words.flat();
  if (!given.every((word) => /^[0-9A-Fa-f]{1,4}$/.test(word))) return undefined;
  const missing = 8 - given.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...words[0]!, ...Array<string>(halves.length === 2 ? missing : 0).fill("0"), ...(words[1] ?? [])];
  return Uint8Array.from(all.flatMap((word) => [parseInt(word, 16) >> 8, parseInt(word, 16) & 0xff]));
}

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero words as `::`. */
function formatIpv6(ip: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, i) => (ip[2 * i]! << 8) | ip[2 * i + 1]!);
  let best = { at: -1, length: 1 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (at + length < 8 && words[at + length] === 0) length++;
    if (length > best.length) best = { at, length };
  }
  const hex = (from: number, to: number): string => words.slice(from, to).map((word) => word.toString(16)).join(":");
  return best.at < 0 ? hex(0, 8) : `${hex(0, best.at)}::${hex(best.at + best.length, 8)}`;
}
