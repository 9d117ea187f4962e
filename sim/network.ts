import type { Cancel } from "../actors/runtime/clock.ts";
import type { Random } from "../actors/runtime/random.ts";
import { type Address, splitAddress, withPort } from "../transport/address.ts";
import type { Segment, StreamId } from "../transport/simulated_transport/segment.ts";
import type { SimulatedHost, SimulatedNetwork } from "../transport/simulated_transport.ts";
import type { Carried, Rule, Verdict } from "./rule.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** The ports given out for port 0, in turn; below those that outgoing streams seem to come from. */
const PORT_FIRST = 10_000;
const PORT_LAST = 32_767;

/** What no rule decides takes so long. */
const LATENCY_DEFAULT_MS = 1;

/** A lost piece of a stream is sent again after so long, then after twice as long, and so on (Linux's minimum). */
export const RETRANSMIT_FIRST_MS = 200;
/** The longest between two tries: how late a stream may notice that a cut has healed. */
export const RETRANSMIT_MAX_MS = 3_200;
/** A piece that did not arrive within this breaks its stream. Linux tries for a quarter of an hour. */
export const RETRANSMIT_GIVE_UP_MS = 20_000;

/** What the network did, in the order in which it did it. */
type NetworkEvent = Readonly<{ atMs: number; carried: Carried; verdict: Verdict }>;

/** Counted since the start. */
type NetworkCounters = {
  packetsCarried: number;
  packetsDropped: number;
  /** Packets that arrived where nobody is. */
  packetsUnheard: number;
  segmentsCarried: number;
  segmentsRetransmitted: number;
  segmentsGivenUp: number;
};

type RuleEntry = { readonly rule: Rule; readonly random: Random };

/** A network in virtual time. Hosts bind to addresses; rules decide what becomes of what they send. */
export class Network implements SimulatedNetwork {
  readonly clock: VirtualClock;
  readonly counters: NetworkCounters = {
    packetsCarried: 0,
    packetsDropped: 0,
    packetsUnheard: 0,
    segmentsCarried: 0,
    segmentsRetransmitted: 0,
    segmentsGivenUp: 0,
  };
  /** Called with everything that a rule decided; for traces. */
  onEvent: ((event: NetworkEvent) => void) | undefined;
  readonly #random: Random;
  readonly #hosts = new Map<Address, SimulatedHost>();
  #rules: readonly RuleEntry[] = [];
  #rulesAdded = 0;
  #streamsOpened = 0;
  #portNext = PORT_FIRST;

  constructor(clock: VirtualClock, random: Random) {
    this.clock = clock;
    this.#random = random;
  }

  /** Puts `rule` before all others, until what is returned is called. The first rule that does not pass decides. */
  add(rule: Rule): Cancel {
    const entry = { rule, random: this.#random.child(`rule ${this.#rulesAdded++}`) };
    this.#rules = [entry, ...this.#rules];
    return () => {
      this.#rules = this.#rules.filter((other) => other !== entry);
    };
  }

  /**
   * The host is gone without a word and its address is free. Packets to it are lost; whoever writes to one of its
   * streams gets a reset. To make it fall silent altogether, cut it off as well.
   */
  crash(address: Address): void {
    this.#hosts.get(address)?.vanish();
    this.#hosts.delete(address);
  }

  bind(want: Address, host: SimulatedHost): Address | undefined {
    const address = splitAddress(want).port === 0 ? this.#freeAddress(want) : want;
    if (address === undefined || this.#hosts.has(address)) return undefined;
    this.#hosts.set(address, host);
    return address;
  }

  release(address: Address): void {
    this.#hosts.delete(address);
  }

  newStreamId(): StreamId {
    return this.#streamsOpened++ as StreamId;
  }

  carryPacket(from: Address, to: Address, bytes: Uint8Array): boolean {
    const verdict = this.#judge({ kind: "packet", from, to, bytes });
    if (verdict.type !== "deliver") {
      this.counters.packetsDropped++;
      return verdict.type !== "refuse";
    }
    this.#deliverPacket(from, to, bytes, verdict.afterMs);
    // A copy of its own each: what a host is given is its to keep.
    verdict.again?.forEach((afterMs) => this.#deliverPacket(from, to, bytes.slice(), afterMs));
    return true;
  }

  #deliverPacket(from: Address, to: Address, bytes: Uint8Array, afterMs: number): void {
    this.counters.packetsCarried++;
    this.clock.after(afterMs, () => {
      const host = this.#hosts.get(to);
      if (host === undefined) this.counters.packetsUnheard++;
      else host.packet(from, bytes);
    });
  }

  carrySegment(from: Address, to: Address, segment: Segment): void {
    this.#trySegment(from, to, segment, this.clock.now(), RETRANSMIT_FIRST_MS);
  }

  #trySegment(from: Address, to: Address, segment: Segment, since: number, againAfterMs: number): void {
    const bytes = segment.type === "data" ? segment.bytes : NOTHING;
    const verdict = this.#judge({ kind: "stream", from, to, bytes });
    // What cannot be acknowledged is sent again until it can, so a way that is cut in one direction stops both.
    const lost = verdict.type !== "deliver" ||
      this.#judge({ kind: "ack", from: to, to: from, bytes: NOTHING }).type !== "deliver";
    if (lost) return this.#tryLater(from, to, segment, since, againAfterMs);
    this.counters.segmentsCarried++;
    this.clock.after(verdict.afterMs, () => this.#arrive(from, to, segment));
  }

  #tryLater(from: Address, to: Address, segment: Segment, since: number, againAfterMs: number): void {
    const sender = this.#hosts.get(from);
    this.clock.after(againAfterMs, () => {
      if (sender === undefined || this.#hosts.get(from) !== sender) return; // it crashed or closed meanwhile
      if (this.clock.now() - since >= RETRANSMIT_GIVE_UP_MS) {
        this.counters.segmentsGivenUp++;
        return sender.undeliverable(segment);
      }
      this.counters.segmentsRetransmitted++;
      this.#trySegment(from, to, segment, since, Math.min(2 * againAfterMs, RETRANSMIT_MAX_MS));
    });
  }

  #arrive(from: Address, to: Address, segment: Segment): void {
    const host = this.#hosts.get(to);
    if (host !== undefined) host.segment(from, segment);
    else if (segment.type !== "reset") this.carrySegment(to, from, { type: "reset", stream: segment.stream });
  }

  #judge(carried: Carried): Verdict {
    const verdict = this.#firstVerdict(carried);
    this.onEvent?.({ atMs: this.clock.now(), carried, verdict });
    return verdict;
  }

  /** What the first rule from `first` on that decides says, and what those before it add. */
  #firstVerdict(carried: Carried, first = 0): Verdict {
    const rules = this.#rules;
    for (let at = first; at < rules.length; at++) {
      const { rule, random } = rules[at]!;
      const said = rule(carried, random);
      if (said === "pass") continue;
      if (said.type === "later") return later(this.#firstVerdict(carried, at + 1), said.byMs);
      if (said.type !== "twice") return said;
      return both(this.#firstVerdict(carried, at + 1), this.#firstVerdict(carried, at + 1));
    }
    return NO_RULE;
  }

  #freeAddress(want: Address): Address | undefined {
    for (let tried = PORT_FIRST; tried <= PORT_LAST; tried++) {
      const address = withPort(want, this.#portNext);
      this.#portNext = this.#portNext === PORT_LAST ? PORT_FIRST : this.#portNext + 1;
      if (!this.#hosts.has(address)) return address;
    }
    return undefined;
  }
}

const NO_RULE: Verdict = { type: "deliver", afterMs: LATENCY_DEFAULT_MS };

function later(verdict: Verdict, byMs: number): Verdict {
  if (verdict.type !== "deliver" || byMs === 0) return verdict;
  const { afterMs, again } = verdict;
  const delivered = { type: "deliver", afterMs: afterMs + byMs } as const;
  return again === undefined ? delivered : { ...delivered, again: again.map((ms) => ms + byMs) };
}

/** One verdict about a datagram and its copy, of which either may be lost. */
function both(one: Verdict, other: Verdict): Verdict {
  if (one.type !== "deliver") return other;
  if (other.type !== "deliver") return one;
  return { ...one, again: [...one.again ?? [], other.afterMs, ...other.again ?? []] };
}

const NOTHING = new Uint8Array();
