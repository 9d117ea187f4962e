import {
  type Claim,
  claimFault,
  type ClaimKey,
  isMemberlistPacket,
  isMemberlistStream,
  isSameClaim,
  MARK_BYTES,
  POOL_MAGIC,
  protocolBytes,
  type ProtocolId,
} from "./claim.ts";
import { HTTP_METHODS } from "./http_methods.ts";
import { LABEL_HEADER_BYTES } from "./wire/label.ts";
import { MESSAGE_TYPE } from "./wire/message_type.ts";

/** Somebody, and what of the port is his. */
export type Entry<O> = Readonly<{ claim: Claim; owner: O }>;

/** It is for him; of the bytes, he is to be given those from `skip` on. */
type Owned<O> = Readonly<{ type: "owner"; entry: Entry<O>; skip: number }>;

/** Whom an incoming stream is for. */
export type StreamRoute<O> =
  | Owned<O>
  | Readonly<{ type: "http" | "need_more" }>
  | Readonly<{ type: "nobody"; why: "no pool" | "unknown pool" | "unknown stream" }>;

/** Whom a packet is for. */
export type PacketRoute<O> =
  | Owned<O>
  | Readonly<{ type: "nobody"; why: "no pool" | "unknown pool" | "unknown packet" }>;

/**
 * Who shares the port, and whose what comes in is, by its first bytes.
 *
 * What looks like memberlist's and has no label that we know is still given to a pool, the first one: it refuses that,
 * names the reason, and answers as memberlist does. So does a packet that is nobody's, unless somebody takes plain ones.
 */
export class Mux<O> {
  readonly #entries: Entry<O>[] = [];
  readonly #byByte = new Map<number, Entry<O>>();
  readonly #byLabel = new Map<string, Entry<O>>();
  readonly #streams = new Map<ProtocolId, Entry<O>>();
  readonly #packets = new Map<ProtocolId, Entry<O>>();
  readonly #texts = new Map<number, Entry<O>>();
  #httpStreams: Entry<O> | undefined;
  #plainStreams: Entry<O> | undefined;
  #plainPackets: Entry<O> | undefined;

  /** Gives `owner` what it claims; the reason if that cannot be. */
  claim(claim: Claim, owner: O): string | undefined {
    const fault = claimFault(claim, this.#entries.map((entry) => entry.claim));
    if (fault !== undefined) return fault;
    this.#entries.push({ claim, owner });
    this.#index();
    return undefined;
  }

  /** Takes it back, and returns whose it was. */
  release(key: ClaimKey): O | undefined {
    const entry = this.#find(key);
    if (entry === undefined) return undefined;
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    this.#index();
    return entry.owner;
  }

  /** Whose it is. */
  ownerOf(key: ClaimKey): O | undefined {
    return this.#find(key)?.owner;
  }

  /** Everybody, in the order of coming. */
  get entries(): readonly Entry<O>[] {
    return this.#entries;
  }

  /** Who takes the streams that are nobody's. */
  get plainStreams(): Entry<O> | undefined {
    return this.#plainStreams;
  }

  /**
   * Tells from all bytes that a stream has brought so far whom it is for; on `need_more` ask again with more. Eight bytes
   * always decide; where several pools have labels, the label does, and of what only begins like HTTP its head. When nothing more will come (`isWhole`), whatever is
   * there decides.
   */
  routeStream(bytes: Uint8Array, isWhole = false): StreamRoute<O> {
    const [first, second] = bytes;
    if (first === undefined) return isWhole ? UNKNOWN_STREAM : NEED_MORE;
    if (first === POOL_MAGIC) {
      if (second === undefined && !isWhole) return NEED_MORE;
      return this.#byByteOf(second) ?? UNKNOWN_POOL;
    }
    if (isMemberlistStream(first) && this.#byLabel.size > 0) {
      const entry = this.#labelled(bytes) ?? (isWhole ? this.#firstPool : undefined);
      return owned(entry, 0) ?? NEED_MORE;
    }
    const reader = owned(this.#texts.get(first), 0);
    if (reader !== undefined) return reader;
    const listener = second === undefined ? undefined : owned(this.#streams.get(first << 8 | second), MARK_BYTES);
    if (listener !== undefined) return listener;
    if (HTTP_METHODS.some((method) => startsWith(bytes, method))) return this.#routeHttp(bytes, isWhole);
    if (!isWhole && this.#mayBecomeKnown(bytes)) return NEED_MORE;
    return owned(this.#plainStreams, 0) ?? (isMemberlistStream(first) ? NO_POOL : UNKNOWN_STREAM);
  }

  /** Tells whom a packet is for. */
  routePacket(bytes: Uint8Array): PacketRoute<O> {
    const [first, second] = bytes;
    if (first === undefined) return owned(this.#plainPackets, 0) ?? owned(this.#firstPool, 0) ?? UNKNOWN_PACKET;
    if (first === POOL_MAGIC) return this.#byByteOf(second) ?? UNKNOWN_POOL;
    const isMemberlist = isMemberlistPacket(first);
    const pool = isMemberlist ? this.#labelled(bytes) ?? this.#firstPool : undefined;
    const listener = second === undefined ? undefined : this.#packets.get(first << 8 | second);
    return owned(pool, 0) ?? owned(listener, MARK_BYTES) ?? owned(this.#plainPackets, 0) ??
      owned(this.#firstPool, 0) ?? (isMemberlist ? NO_POOL : UNKNOWN_PACKET);
  }

  /** What begins like a request that is none is known by its head; all else is HTTP, at once. */
  #routeHttp(bytes: Uint8Array, isWhole: boolean): StreamRoute<O> {
    const entry = this.#httpStreams;
    if (entry?.claim.type !== "http_streams") return HTTP;
    const { start, header } = entry.claim;
    const seen = LATIN.decode(bytes.subarray(0, HTTP_HEAD_BYTES_MAX)).toLowerCase();
    if (!seen.startsWith(start.slice(0, seen.length).toLowerCase())) return HTTP;
    const [head = "", ...rest] = seen.split("\r\n\r\n", 2);
    if (`${head}\r\n`.includes(`\r\n${header.toLowerCase()}\r\n`)) {
      return rest.length > 0 ? owned(entry, 0)! : NEED_MORE;
    }
    return isWhole || rest.length > 0 || seen.length >= HTTP_HEAD_BYTES_MAX ? HTTP : NEED_MORE;
  }

  #find(key: ClaimKey): Entry<O> | undefined {
    return this.#entries.find(({ claim }) => isSameClaim(claim, key));
  }

  #byByteOf(byte: number | undefined): Owned<O> | undefined {
    return byte === undefined ? undefined : owned(this.#byByte.get(byte), MARK_BYTES);
  }

  /** The pool that what begins like this is for, or that will refuse it; `undefined` as long as the label is not whole. */
  #labelled(bytes: Uint8Array): Entry<O> | undefined {
    if (this.#byLabel.size <= 1) return this.#firstPool;
    if (bytes[0] !== MESSAGE_TYPE.label) return this.#byLabel.get("") ?? this.#firstPool;
    const end = LABEL_HEADER_BYTES + (bytes[1] ?? 0);
    if (bytes[1] === undefined || bytes.length < end) return undefined;
    return this.#byLabel.get(labelKey(bytes.subarray(LABEL_HEADER_BYTES, end))) ?? this.#firstPool;
  }

  /** The first of the pools that have no byte of their own. */
  get #firstPool(): Entry<O> | undefined {
    return this.#byLabel.values().next().value;
  }

  #mayBecomeKnown(bytes: Uint8Array): boolean {
    if (HTTP_METHODS.some((method) => startsWith(method, bytes))) return true;
    return bytes.length === 1 && [...this.#streams.keys()].some((protocol) => protocol >> 8 === bytes[0]);
  }

  #index(): void {
    for (const index of [this.#byByte, this.#byLabel, this.#streams, this.#packets, this.#texts]) index.clear();
    this.#httpStreams = this.#plainStreams = this.#plainPackets = undefined;
    for (const entry of this.#entries) this.#indexOne(entry);
  }

  #indexOne(entry: Entry<O>): void {
    const { claim } = entry;
    switch (claim.type) {
      case "pool":
        if ("byte" in claim.mark) this.#byByte.set(claim.mark.byte, entry);
        else this.#byLabel.set(labelKey(claim.mark.label), entry);
        return;
      case "streams":
        return void this.#streams.set(claim.protocol, entry);
      case "packets":
        return void this.#packets.set(claim.protocol, entry);
      case "text_streams":
        return void this.#texts.set(claim.first, entry);
      case "http_streams":
        this.#httpStreams = entry;
        return;
      case "plain_streams":
        this.#plainStreams = entry;
        return;
      case "plain_packets":
        this.#plainPackets = entry;
        return;
    }
  }
}

/** A head without its end in so many bytes is left to who answers HTTP. */
const HTTP_HEAD_BYTES_MAX = 4 * 1024;

/** A byte a character, whatever it is. */
const LATIN = new TextDecoder("latin1");

const NEED_MORE = { type: "need_more" } as const;
const HTTP = { type: "http" } as const;
const NO_POOL = { type: "nobody", why: "no pool" } as const;
const UNKNOWN_POOL = { type: "nobody", why: "unknown pool" } as const;
const UNKNOWN_STREAM = { type: "nobody", why: "unknown stream" } as const;
const UNKNOWN_PACKET = { type: "nobody", why: "unknown packet" } as const;

/** What somebody puts in front of a packet, or of a stream that he opens. */
export function withProtocol(protocol: ProtocolId, bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(MARK_BYTES + bytes.length);
  all.set(protocolBytes(protocol));
  all.set(bytes, MARK_BYTES);
  return all;
}

function owned<O>(entry: Entry<O> | undefined, skip: number): Owned<O> | undefined {
  return entry === undefined ? undefined : { type: "owner", entry, skip };
}

function labelKey(label: Uint8Array): string {
  return String.fromCharCode(...label);
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length >= prefix.length && prefix.every((byte, at) => bytes[at] === byte);
}
