import type { Clock } from "../../actors/runtime/clock.ts";
import type { Random } from "../../actors/runtime/random.ts";
import { type Address, splitAddress } from "../../transport/address.ts";
import type { OpenTransport, Stream, StreamHandler, Transport } from "../../transport/transport.ts";
import type { Carried, PlainRule, Verdict } from "../rule.ts";
import { Agenda } from "./agenda.ts";
import { RelayedStream } from "./relayed_stream.ts";

/** To where a relayed stream leads may take so long to answer; it is on this machine. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Somebody whose traffic is relayed: others find it at `outer`, and it listens at `inner`. Its IP address is its own,
 * the same in both, and what it sends comes from there: that is how it is known.
 */
type Party = Readonly<{ outer: Address; inner: Address }>;

type RelayOptions = Readonly<{
  openTransport: OpenTransport;
  clock: Clock;
  random: Random;
  /** What becomes of what passes, from `outer` to `outer`. */
  rule: PlainRule;
  onEvent?: (carried: Carried, verdict: Verdict) => void;
}>;

/**
 * Stands between processes that talk to each other, so that what passes there can be lost, delayed and kept back as in a
 * simulated network. What it passes on comes from the outer address of who sent it, so that answers come through it too.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #agenda: Agenda;
  readonly #doors = new Map<Address, Door>();

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#agenda = new Agenda(options.clock);
  }

  /** Begins to relay for a party; rejects as its outer address cannot be listened on. */
  async open(party: Party): Promise<void> {
    const door = new Door(party, this);
    door.transport = await this.#options.openTransport(party.outer, door);
    this.#doors.set(party.outer, door);
  }

  /** The party is gone: nobody listens at its outer address any more. */
  async shut(outer: Address): Promise<void> {
    const door = this.#doors.get(outer);
    this.#doors.delete(outer);
    await door?.transport?.close();
  }

  /** Ends it all, and what is on its way is lost. */
  async close(): Promise<void> {
    this.#agenda.cancelAll();
    await Promise.all([...this.#doors.keys()].map((outer) => this.shut(outer)));
  }

  /** A datagram came to a door. */
  packet(from: Address, to: Door, bytes: Uint8Array): void {
    const sender = this.#find(({ inner }) => inner === from);
    if (sender === undefined) return; // a stranger, or who is gone
    const verdict = this.#judge({ kind: "packet", from: sender.party.outer, to: to.party.outer, bytes });
    if (verdict !== "pass" && verdict.type !== "deliver") return;
    const deliver = (): void => sender.transport?.sendPacket(to.party.inner, bytes);
    if (verdict === "pass") deliver();
    else this.#agenda.after(verdict.afterMs, deliver);
  }

  /** Somebody opened a stream at a door. */
  stream(near: Stream, to: Door): StreamHandler {
    const { hostname } = splitAddress(near.remote);
    const sender = this.#find(({ outer }) => splitAddress(outer).hostname === hostname);
    if (sender === undefined) {
      near.destroy();
      return { data: () => {}, closed: () => {} };
    }
    const [dialler, dialled] = [sender.party.outer, to.party.outer];
    const passage = (from: Address, to: Address) => (bytes: Uint8Array): Verdict | "pass" => {
      const verdict = this.#judge({ kind: "stream", from, to, bytes });
      if (verdict !== "pass" && verdict.type !== "deliver") return verdict;
      // What cannot be acknowledged does not count as arrived, so a way that is cut in one direction stops both.
      const ack = this.#judge({ kind: "ack", from: to, to: from, bytes: NOTHING });
      return ack !== "pass" && ack.type !== "deliver" ? ack : verdict;
    };
    return new RelayedStream({
      near,
      connect: (handler) => sender.transport?.connect(to.party.inner, CONNECT_TIMEOUT_MS, handler),
      agenda: this.#agenda,
      there: passage(dialler, dialled),
      back: passage(dialled, dialler),
    }).nearHandler;
  }

  #find(is: (party: Party) => boolean): Door | undefined {
    return [...this.#doors.values()].find(({ party }) => is(party));
  }

  #judge(carried: Carried): Verdict | "pass" {
    const verdict = this.#options.rule(carried, this.#options.random);
    if (verdict !== "pass") this.#options.onEvent?.(carried, verdict);
    return verdict;
  }
}

/** A party's outer address. */
class Door {
  readonly party: Party;
  transport: Transport | undefined;
  readonly #relay: Relay;

  constructor(party: Party, relay: Relay) {
    this.party = party;
    this.#relay = relay;
  }

  packet(from: Address, bytes: Uint8Array): void {
    this.#relay.packet(from, this, bytes);
  }

  accept(stream: Stream): StreamHandler {
    return this.#relay.stream(stream, this);
  }
}

const NOTHING = new Uint8Array();
