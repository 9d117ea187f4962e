/** Which addresses members may have (`CIDRsAllowed` and `IPAllowed` in memberlist's `config.go`). */
import { type Address, addressFromBytes, ipBytes, parseAddress, splitAddress } from "../../transport/address.ts";

/** All addresses that begin with the first `bits` of `network`: 4 bytes, or 16. The bits behind those are 0. */
export type AddressRange = Readonly<{ network: Uint8Array; bits: number }>;

/** Parses `10.0.0.0/8` or `fd00::/8`; bits behind the prefix may be set, and are cleared. */
export function parseAddressRange(text: string): AddressRange | undefined {
  const match = /^([0-9A-Fa-f.:]+)\/(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  const [, ip = "", digits = ""] = match;
  const address = parseAddress(ip.includes(":") ? `[${ip}]:0` : `${ip}:0`);
  // An IPv4-mapped address is written as IPv4, and its prefix would not be what was typed.
  if (address === undefined || ip.includes(":") !== address.startsWith("[")) return undefined;
  const network = ipBytes(address);
  const bits = Number(digits);
  if (bits > 8 * network.length) return undefined;
  return { network: network.map((byte, at) => byte & maskAt(at, bits)), bits };
}

/** The range as one would type it. */
export function showAddressRange({ network, bits }: AddressRange): string {
  return `${splitAddress(addressFromBytes(network, 0)!).hostname}/${bits}`;
}

/**
 * Whether an address, 4 or 16 raw bytes, is in one of the ranges; without any, all are. An IPv4-mapped address counts as
 * IPv4, which no range of IPv6 holds.
 */
export function isAllowed(ranges: readonly AddressRange[], addr: Uint8Array): boolean {
  if (ranges.length === 0) return true;
  const address = addressFromBytes(addr, 0);
  if (address === undefined) return false;
  const ip = ipBytes(address);
  return ranges.some((range) => isWithin(range, ip));
}

/** The same of an address with a port. */
export function isAllowedAddress(ranges: readonly AddressRange[], address: Address): boolean {
  return ranges.length === 0 || isAllowed(ranges, ipBytes(address)); // asked for each packet
}

function isWithin({ network, bits }: AddressRange, ip: Uint8Array): boolean {
  return network.length === ip.length && network.every((byte, at) => byte === (ip[at]! & maskAt(at, bits)));
}

/** Which bits of the byte at this place belong to a prefix of `bits`. */
function maskAt(at: number, bits: number): number {
  const inByte = Math.min(8, Math.max(0, bits - 8 * at));
  return (0xff << (8 - inByte)) & 0xff;
}
