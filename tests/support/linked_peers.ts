import { published, type PublishOptions } from "../../actors/links/exports.ts";
import { type LinkGuard, links, type LinksMessage, type LinksStatus } from "../../actors/links.ts";
import { linksCourier } from "../../actors/links/courier.ts";
import { DEAD_LETTERS, type DeadLetter } from "../../actors/runtime/dead_letters.ts";
import { seededRandom } from "../../actors/runtime/random.ts";
import { Deadlines } from "../../actors/runtime/deadlines.ts";
import { type ActorRef, AskError } from "../../actors/runtime/ref.ts";
import type { LogRecord } from "../../actors/runtime/log.ts";
import { type Courier, RemoteRef } from "../../actors/runtime/remote_ref.ts";
import { ActorSystem } from "../../actors/runtime/system.ts";
import { type OpenReply, transport, type TransportMessage, type TransportStatus } from "../../actors/transport.ts";
import { Network } from "../../sim/network.ts";
import { ProcessClock } from "../../sim/process_clock.ts";
import { VirtualClock } from "../../sim/virtual_clock.ts";
import { type Address, parseAddress } from "../../transport/address.ts";
import { type Envelope, EnvelopeCodec, LINK_VERSION } from "../../transport/link/envelope.ts";
import { encodeFrame, FrameReader, LINK_PREAMBLE } from "../../transport/link/frame.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import { type Protection, UNPROTECTED } from "../../transport/wire/protection.ts";
import type { Stream, Transport } from "../../transport/transport.ts";
import { type StreamRecorder, TransportRecorder } from "../transport/recorder.ts";
import { CountingClock } from "./counting_clock.ts";

/** What became of a promise by now. */
export type Outcome<T> = { value?: T; error?: unknown; settled: boolean };

/** Writes down what becomes of a promise, so that virtual time can pass meanwhile. */
export function outcomeOf<T>(promise: Promise<T>): Outcome<T> {
  const outcome: Outcome<T> = { settled: false };
  promise.then(
    (value) => Object.assign(outcome, { value, settled: true }),
    (error) => Object.assign(outcome, { error, settled: true }),
  );
  return outcome;
}

/** Why an ask failed, or `undefined` as long as it did not. */
export function failure({ error }: Outcome<unknown>): AskError["reason"] | undefined {
  return error instanceof AskError ? error.reason : undefined;
}

/** What the actors of these tests say to each other. */
export type Word =
  | { readonly text: string; readonly bytes?: Uint8Array }
  | { readonly echo: unknown; readonly replyTo: ActorRef<unknown> };

/** Takes words, and refs in them as refs. */
export function decodeWord(value: unknown): Word | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if ("text" in value && typeof value.text === "string") return value as Word;
  const isEcho = "echo" in value && "replyTo" in value && isRef(value.replyTo);
  return isEcho ? value as Word : undefined;
}

function isRef(value: unknown): boolean {
  return typeof value === "object" && value !== null && "tell" in value && typeof value.tell === "function";
}

export const ANY_PORT = parseAddress("127.0.0.1:0")!;

/** Peers of nothing but a transport and links, on one simulated network. */
export class LinkedPeers {
  readonly clock: VirtualClock = new VirtualClock();
  readonly network: Network;
  /** How the links of peers are protected where it is not said otherwise: set by who runs plain tests with keys. */
  static usual: Protection = UNPROTECTED;
  readonly #seed: string;
  readonly #protection: Protection;

  constructor(seed = "links", protection: Protection = LinkedPeers.usual) {
    this.#seed = seed;
    this.#protection = protection;
    this.network = new Network(this.clock, seededRandom(seed));
  }

  async start(name: string, bind: Address = ANY_PORT, protection = this.#protection): Promise<LinkedPeer> {
    const peer = new LinkedPeer(name, this.network, `${this.#seed} ${name} ${this.clock.now()}`, protection);
    await peer.open(bind);
    return peer;
  }

  async startAll<const N extends readonly string[]>(...names: N): Promise<{ [K in keyof N]: LinkedPeer }> {
    const peers: LinkedPeer[] = [];
    for (const name of names) peers.push(await this.start(name));
    return peers as { [K in keyof N]: LinkedPeer };
  }

  async stranger(): Promise<Stranger> {
    const told = new TransportRecorder();
    return new Stranger(await openSimulatedTransportOn(this.network)(ANY_PORT, told), told);
  }
}

/** One process: a transport, links over it, and actors that are published on them. */
export class LinkedPeer {
  readonly name: string;
  readonly system: ActorSystem;
  readonly clock: CountingClock;
  readonly deadLetters: DeadLetter[] = [];
  readonly log: LogRecord[] = [];
  readonly links: ActorRef<LinksMessage>;
  readonly transport: ActorRef<TransportMessage>;
  readonly courier: Courier;
  address: Address = "" as Address;
  /** May be changed while it runs. */
  protection: Protection;
  readonly #process: ProcessClock;
  readonly #network: Network;

  constructor(name: string, network: Network, seed: string, protection: Protection) {
    this.name = name;
    this.protection = protection;
    this.#network = network;
    this.#process = new ProcessClock(network.clock);
    this.clock = new CountingClock(this.#process);
    this.system = new ActorSystem({
      clock: this.clock,
      random: seededRandom(seed),
      log: (record) => this.log.push(record),
    });
    this.system.events.subscribe(DEAD_LETTERS, (letter) => this.deadLetters.push(letter));
    const secrets = seededRandom(`${seed} secrets`);
    this.links = this.system.spawn<LinksMessage>("links", (ctx) => {
      this.transport?.tell({ type: "introduce_links" });
      const act = links(ctx);
      const guard: LinkGuard = { protection: () => this.protection, secrets: (length) => secrets.bytes(length) };
      return (message) => act(message.type === "attach" ? { ...message, ...guard } : message);
    });
    this.transport = this.system.spawn(
      "transport",
      transport({
        openTransport: openSimulatedTransportOn(network),
        memory: { closing: Promise.resolve() },
        links: () => this.links,
      }),
    );
    this.courier = linksCourier(this.links, this.system);
  }

  async open(bind: Address): Promise<void> {
    const reply = await this.#ask(
      this.transport.ask<OpenReply>((replyTo) => ({ type: "open", bind, name: this.name, replyTo }), 1_000),
    );
    if (!reply.ok) throw reply.error;
    this.address = reply.address;
  }

  async close(): Promise<void> {
    await this.#ask(this.transport.ask<"closed">((replyTo) => ({ type: "close", replyTo }), 1_000));
  }

  /** Publishes an actor that writes down what it is told, and answers what it is asked with the same. */
  listen(id: string, options?: PublishOptions): { readonly heard: Word[]; readonly ref: ActorRef<Word> } {
    const heard: Word[] = [];
    const ref = this.system.spawn<Word>(id, () => (word) => {
      heard.push(word);
      if ("replyTo" in word) word.replyTo.tell(word.echo);
    });
    this.publish(id, ref, options);
    return { heard, ref };
  }

  publish(id: string, ref: ActorRef<Word>, options?: PublishOptions): void {
    this.links.tell({ type: "publish", id, actor: published(ref, decodeWord, options) });
  }

  /** The ref of another peer's actor. Replies have to be texts. */
  to(peer: Pick<LinkedPeer, "address"> | Address, id: string): RemoteRef<Word> {
    const address = typeof peer === "string" ? peer : peer.address;
    return new RemoteRef(this.courier, address, id, (reply) => typeof reply === "string" ? reply : undefined);
  }

  async status(): Promise<LinksStatus> {
    return await this.#ask(this.links.ask<LinksStatus>((replyTo) => ({ type: "status", replyTo }), 1_000));
  }

  async transportStatus(): Promise<TransportStatus> {
    return await this.#ask(this.transport.ask<TransportStatus>((replyTo) => ({ type: "status", replyTo }), 1_000));
  }

  /** How often any of its actors was restarted. */
  get restarts(): number {
    return this.system.tree().reduce((sum, { restarts }) => sum + restarts, 0);
  }

  /** Ends the process without a word. */
  kill(): void {
    this.#process.kill();
    this.#network.crash(this.address);
  }

  async stop(): Promise<void> {
    await this.#ask(this.system.stop());
  }

  async #ask<T>(promise: Promise<T>): Promise<T> {
    const outcome = outcomeOf(promise);
    await this.#network.clock.until(() => outcome.settled, 2_000, "an answer", 1);
    return await promise;
  }
}

/** Somebody who speaks in bytes. */
export class Stranger {
  readonly transport: Transport;
  readonly told: TransportRecorder;
  readonly codec: EnvelopeCodec = new EnvelopeCodec({
    isRef: (value): value is ActorRef<never> => value instanceof RemoteRef,
    describe: (ref) => ({ address: this.transport.address, id: (ref as unknown as RemoteRef<unknown>).id }),
    resolve: (address, id) => new RemoteRef(NO_COURIER, address, id),
  });

  constructor(transport: Transport, told: TransportRecorder) {
    this.transport = transport;
    this.told = told;
  }

  get address(): Address {
    return this.transport.address;
  }

  /** A ref of its own under `id`, to be put into messages. */
  ref(id: string): ActorRef<unknown> {
    return new RemoteRef(NO_COURIER, this.address, id);
  }

  hello(overrides: Partial<Extract<Envelope, { type: "hello" }>> = {}): Uint8Array {
    const hello = {
      type: "hello",
      version: LINK_VERSION,
      address: this.address,
      name: "stranger",
      instance: "stranger",
    } as const;
    return this.frame({ ...hello, ...overrides });
  }

  frame(envelope: Envelope): Uint8Array {
    return encodeFrame(this.codec.encode(envelope));
  }

  /** Connects and writes. */
  dial(peer: Pick<LinkedPeer, "address">, ...parts: readonly Uint8Array[]): { stream: Stream; told: StreamRecorder } {
    const dialled = this.told.connect(this.transport, peer.address);
    for (const part of parts) dialled.stream.write(part);
    return dialled;
  }

  /** Connects as a peer does, with its preamble. */
  link(peer: Pick<LinkedPeer, "address">, ...parts: readonly Uint8Array[]): { stream: Stream; told: StreamRecorder } {
    return this.dial(peer, LINK_PREAMBLE, ...parts);
  }

  /** What the other side said on a stream, after the preamble if it began with one. */
  heard({ bytes }: StreamRecorder): Envelope[] {
    const isDialled = bytes[0] === LINK_PREAMBLE[0];
    const bodies = new FrameReader().push(isDialled ? bytes.subarray(LINK_PREAMBLE.length) : bytes) ?? [];
    return bodies.map((body) => this.codec.decode(body)!);
  }
}

const NO_COURIER: Courier = {
  deadlines: new Deadlines(new VirtualClock()),
  late: () => {},
  send: () => {},
  sendWhenRoom: () => {},
  stop: () => {},
  watch: () => () => {},
};
