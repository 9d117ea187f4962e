import type { Address } from "../../transport/address.ts";
import type { DecodeReason } from "../../transport/wire/decoded.ts";
import { Bucket, SourceBudget } from "./budget.ts";
import { streamSource } from "../../transport/source.ts";

/** As much as the longest message (40 MiB) for who has behaved; for who has not, a 40 s wait for the next such. */
const EACH = { burst: 48 * 1024 * 1024, perSecond: 1024 * 1024 };

/** All together: what the process can spare, and opens in vain in a second on one core. */
const ALL = { burst: 192 * 1024 * 1024, perSecond: 16 * 1024 * 1024 };

const SOURCES_MAX = 1_024;

/** What a message that is refused costs at least: a few hundred bytes of LZW unpack into as much as we allow. */
const REFUSED_BYTES = 2 * 1024 * 1024;

/** Refused without having been unpacked: that has cost what it took to read it. */
const NOT_UNPACKED: ReadonlySet<DecodeReason> = new Set([
  "encrypted",
  "unencrypted",
  "undecryptable",
  "unknown_version",
  "frame_too_large",
  "labelled",
  "unlabelled",
  "wrong_label",
  "unknown_type",
  "not_in_streams",
]);

/**
 * The bytes of requests that have not proved to be worth reading. A sealed message proves itself only at its end, after
 * it was kept in memory and opened with each key. So everybody has credit for that, and gets it back with the proof.
 */
export class UnreadBytes {
  readonly #bySource = new SourceBudget(EACH, SOURCES_MAX);
  readonly #all: Bucket;

  constructor(now: number) {
    this.#all = new Bucket(ALL, now);
  }

  /** Whether so many bytes more may be read from there before it has proved itself. */
  spend(from: Address, bytes: number, now: number): boolean {
    const source = streamSource(from);
    if (!this.#all.spend(bytes, now)) return false;
    if (source === undefined || this.#bySource.spend(source, bytes, now)) return true;
    this.#all.correct(bytes);
    return false;
  }

  /** A message of so many bytes was what it should be: its sender has its credit back. */
  accepted(from: Address, bytes: number): void {
    this.#correct(from, bytes);
  }

  /** A message of so many bytes was refused, which may have cost more than to read it. */
  refused(from: Address, bytes: number, reason: DecodeReason): void {
    if (!NOT_UNPACKED.has(reason)) this.#correct(from, -Math.max(0, REFUSED_BYTES - bytes));
  }

  #correct(from: Address, amount: number): void {
    const source = streamSource(from);
    this.#all.correct(amount);
    if (source !== undefined) this.#bySource.correct(source, amount);
  }
}
