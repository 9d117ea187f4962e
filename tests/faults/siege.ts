import type { Cast } from "../../actors/peer/cast.ts";
import { readCounters } from "../../actors/peer/counters.ts";
import type { LogRecord } from "../../actors/runtime/log.ts";
import { type SimulatedPeer, type StartOptions, World } from "../../sim/world.ts";
import type { Address } from "../../transport/address.ts";
import { openSimulatedTransportOn } from "../../transport/simulated_transport.ts";
import type { WireMessage } from "../../transport/wire/message.ts";
import { encodeMessage } from "../../transport/wire/messages.ts";
import { decodePacket } from "../../transport/wire/packet.ts";
import { outcomeOf, Stranger } from "../support/linked_peers.ts";
import { TransportRecorder } from "../transport/recorder.ts";

/** A peer of the real actors, and strangers from any address who send it what they like. */
export class Siege {
  readonly world: World;
  readonly log: LogRecord[] = [];
  readonly peer: SimulatedPeer;
  cast!: Cast;

  private constructor(world: World, options: StartOptions) {
    this.world = world;
    this.peer = world.start("alice", {
      ...options,
      log: (record) => this.log.push(record),
      repl: (_steps, cast) => () => {
        this.cast = cast;
        return () => {};
      },
    });
  }

  /** Alice, in the lobby of a cluster of one. */
  static async of(seed: string, options: StartOptions = {}): Promise<Siege> {
    return await Siege.in(new World({ seed }), options);
  }

  static async in(world: World, options: StartOptions = {}): Promise<Siege> {
    const siege = new Siege(world, options);
    await world.clock.until(() => siege.peer.memory.rooms.size > 0, 5_000, "alice is in");
    return siege;
  }

  get address(): Address {
    return this.peer.memory.address!;
  }

  /** Somebody at this IP address. */
  async from(host: string): Promise<Attacker> {
    const told = new TransportRecorder();
    const open = openSimulatedTransportOn(this.world.network);
    return new Attacker(this, await open(`${host}:0` as Address, told), told);
  }

  /** Everything alice has counted, as `counters` shows it. */
  async counters(): Promise<Readonly<Record<string, number>>> {
    const read = outcomeOf(readCounters(this.cast, {}));
    await this.world.clock.until(() => read.settled, 5_000, "the counters");
    return Object.fromEntries(read.value!);
  }
}

/** A stranger with its mind on one peer. */
export class Attacker extends Stranger {
  readonly #siege: Siege;

  constructor(siege: Siege, ...[transport, told]: ConstructorParameters<typeof Stranger>) {
    super(transport, told);
    this.#siege = siege;
  }

  packet(bytes: Uint8Array): void {
    this.transport.sendPacket(this.#siege.address, bytes);
  }

  say(message: Parameters<typeof encodeMessage>[0]): void {
    this.packet(encodeMessage(message));
  }

  /** Connects and writes. */
  knock(...parts: readonly Uint8Array[]): ReturnType<Stranger["dial"]> {
    return this.dial({ address: this.#siege.address }, ...parts);
  }

  /** All messages in all packets that came. */
  get messages(): readonly WireMessage[] {
    return this.told.packets.flatMap(({ bytes }) => decodePacket(bytes).messages);
  }
}
