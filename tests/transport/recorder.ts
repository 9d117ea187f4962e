import type { Address } from "../../transport/address.ts";
import type {
  Stream,
  StreamCloseReason,
  StreamHandler,
  Transport,
  TransportHandler,
} from "../../transport/transport.ts";

/** Writes down what a stream's owner is told, and fails on what must never come. */
export class StreamRecorder implements StreamHandler {
  readonly chunks: Uint8Array[] = [];
  calls = 0;
  isOpen = false;
  isEnded = false;
  closedAs: StreamCloseReason | undefined;

  opened(): void {
    this.#called();
    this.isOpen = true;
  }

  data(bytes: Uint8Array): void {
    this.#called();
    this.chunks.push(bytes);
  }

  ended(): void {
    this.#called();
    this.isEnded = true;
  }

  closed(reason: StreamCloseReason): void {
    this.#called();
    this.closedAs = reason;
  }

  get length(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.chunks.flatMap((chunk) => [...chunk]));
  }

  get text(): string {
    return new TextDecoder().decode(this.bytes);
  }

  #called(): void {
    if (this.closedAs !== undefined) throw new Error("A callback after `closed`");
    this.calls++;
  }
}

/** An owner of a transport that writes down all it is told. */
export class TransportRecorder implements TransportHandler {
  readonly packets: { readonly from: Address; readonly bytes: Uint8Array }[] = [];
  readonly accepted: { readonly stream: Stream; readonly told: StreamRecorder }[] = [];
  readonly opened: StreamRecorder[] = [];
  /** What is done with a stream as soon as it is accepted. */
  onAccept: (stream: Stream) => void = () => {};

  packet(from: Address, bytes: Uint8Array): void {
    this.packets.push({ from, bytes });
  }

  accept(stream: Stream): StreamHandler {
    const told = new StreamRecorder();
    this.accepted.push({ stream, told });
    this.onAccept(stream);
    return told;
  }

  /** Opens a stream from `transport`, which this owns. */
  connect(transport: Transport, to: Address, timeoutMs = 5_000): { stream: Stream; told: StreamRecorder } {
    const told = new StreamRecorder();
    this.opened.push(told);
    return { stream: transport.connect(to, timeoutMs, told), told };
  }

  /** Everything that was ever told. */
  get calls(): number {
    return this.packets.length + this.streams.reduce((sum, told) => sum + told.calls, this.accepted.length);
  }

  get streams(): StreamRecorder[] {
    return [...this.opened, ...this.accepted.map(({ told }) => told)];
  }
}
