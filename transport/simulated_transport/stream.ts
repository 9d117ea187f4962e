import type { Cancel, Clock } from "../../actors/runtime/clock.ts";
import type { Address } from "../address.ts";
import {
  type Stream,
  STREAM_BUFFER_BYTES_MAX,
  type StreamCloseReason,
  type StreamHandler,
  type TransportCounters,
} from "../transport.ts";
import type { OrderedSegment, Segment, StreamId } from "./segment.ts";

/** Bytes on their way or unread at the other side before a sender must wait: about what Linux starts with. */
const WINDOW_BYTES = 256 * 1024;

/** The receiver tells what it read when it is so much, so that small messages cost no second event. */
const TAKEN_BYTES_MIN = WINDOW_BYTES / 4;

/** The longest piece that is carried at once. */
const SEGMENT_BYTES_MAX = 64 * 1024;

/** What a stream needs of its transport. */
type SimulatedStreamContext = Readonly<{
  id: StreamId;
  remote: Address;
  clock: Clock;
  counters: TransportCounters;
  send: (segment: Segment) => void;
  /** Called once, before the owner is told. */
  gone: () => void;
}>;

/** One end of a simulated stream: order, flow control, half close and close reasons as TCP has them. */
export class SimulatedStream implements Stream {
  readonly remote: Address;
  readonly #context: SimulatedStreamContext;
  #handler: StreamHandler | undefined;
  #isOpen = false;
  #opened: () => void = () => {};
  #cancelTimeout: Cancel = () => {};
  #reason: StreamCloseReason | undefined;

  // What we send: queued, then within the window, then taken by the other side.
  readonly #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #window = WINDOW_BYTES;
  #nextSequence = 0;
  #ending = false;
  #endSent = false;

  // What we receive: put in order, then held while paused, then given to the owner.
  readonly #early = new Map<number, OrderedSegment>();
  readonly #unread: OrderedSegment[] = [];
  #expectedSequence = 0;
  #untoldBytes = 0;
  #paused = false;
  #endReceived = false;

  constructor(context: SimulatedStreamContext) {
    this.#context = context;
    this.remote = context.remote;
  }

  /** Begins the opening from our side. */
  connect(timeoutMs: number, handler: StreamHandler, opened: () => void): void {
    this.#handler = handler;
    this.#opened = opened;
    this.#cancelTimeout = this.#context.clock.after(timeoutMs, () => this.#close("timed_out"));
    this.#send({ type: "open", stream: this.#context.id });
  }

  /** Opens from the other side; `choose` says who hears of it. */
  accept(choose: () => StreamHandler): void {
    this.#isOpen = true;
    this.#send({ type: "accepted", stream: this.#context.id, sequence: this.#nextSequence++ });
    this.#handler = choose();
  }

  get bufferedBytes(): number {
    return this.#queuedBytes;
  }

  write(bytes: Uint8Array): void {
    if (this.#reason !== undefined || this.#ending) return;
    if (this.#queuedBytes + bytes.length > STREAM_BUFFER_BYTES_MAX) {
      this.#context.counters.streamsOverflowed++;
      return this.#break("overflow");
    }
    this.#context.counters.streamBytesSent += bytes.length;
    if (this.#goesAtOnce(bytes)) return this.#sendData(bytes.slice());
    for (let at = 0; at < bytes.length; at += SEGMENT_BYTES_MAX) {
      this.#queue.push(bytes.slice(at, at + SEGMENT_BYTES_MAX));
    }
    this.#queuedBytes += bytes.length;
    this.#flush();
  }

  end(): void {
    if (this.#reason !== undefined || this.#ending) return;
    this.#ending = true;
    this.#flush();
  }

  destroy(): void {
    this.#break("destroyed");
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#context.clock.soon(() => this.#deliver());
  }

  /** Destroys and tells at once what is still to be told. */
  destroyNow(): void {
    this.destroy();
    this.#tellClosed();
  }

  /** Is gone without a word to anybody. */
  vanish(): this {
    this.#cancelTimeout();
    this.#reason ??= "destroyed";
    this.#handler = undefined;
    return this;
  }

  /** Takes what arrived from the other side. */
  receive(segment: Segment): void {
    if (this.#reason !== undefined) return;
    switch (segment.type) {
      case "open":
        return;
      case "taken":
        this.#window += segment.length;
        return this.#flush();
      case "reset":
        return this.#close(this.#isOpen ? "reset" : "refused");
      case "data":
        if (!this.#isNext(segment)) return this.#putInOrder(segment);
        this.#expectedSequence++;
        return this.#take(segment);
      case "accepted":
      case "end":
        return this.#putInOrder(segment);
    }
  }

  /** The network gave up on something that we sent. */
  undeliverable(segment: Segment): void {
    if (segment.type === "reset") return;
    this.#close(this.#isOpen ? "reset" : "timed_out");
  }

  /** As most do: it comes in its turn, nothing is before it, and the owner wants it now. */
  #isNext({ sequence }: OrderedSegment): boolean {
    return sequence === this.#expectedSequence && this.#early.size === 0 && this.#unread.length === 0 && !this.#paused;
  }

  #putInOrder(segment: OrderedSegment): void {
    this.#early.set(segment.sequence, segment);
    for (let next = this.#early.get(this.#expectedSequence); next; next = this.#early.get(this.#expectedSequence)) {
      this.#early.delete(this.#expectedSequence++);
      this.#unread.push(next);
    }
    this.#deliver();
  }

  #deliver(): void {
    while (this.#reason === undefined) {
      const next = this.#unread[0];
      if (next === undefined || (this.#paused && next.type !== "accepted")) return;
      this.#unread.shift();
      this.#take(next);
    }
  }

  #take(next: OrderedSegment): void {
    switch (next.type) {
      case "accepted":
        return this.#becomeOpen();
      case "data":
        this.#context.counters.streamBytesReceived += next.bytes.length;
        this.#handler?.data(next.bytes);
        return this.#tellTaken(next.bytes.length);
      case "end":
        this.#endReceived = true;
        this.#handler?.ended?.();
        this.#closeIfEnded();
    }
  }

  #becomeOpen(): void {
    this.#isOpen = true;
    this.#cancelTimeout();
    this.#opened();
    this.#handler?.opened?.();
    this.#flush();
  }

  #tellTaken(length: number): void {
    this.#untoldBytes += length;
    if (this.#untoldBytes < TAKEN_BYTES_MIN) return;
    this.#send({ type: "taken", stream: this.#context.id, length: this.#untoldBytes });
    this.#untoldBytes = 0;
  }

  /** Sends what the window has room for, and the end behind it. */
  #flush(): void {
    if (!this.#isOpen || this.#reason !== undefined) return;
    for (let next = this.#queue[0]; next !== undefined && next.length <= this.#window; next = this.#queue[0]) {
      this.#queue.shift();
      this.#queuedBytes -= next.length;
      this.#sendData(next);
    }
    if (!this.#ending || this.#endSent || this.#queue.length > 0) return;
    this.#endSent = true;
    this.#send({ type: "end", stream: this.#context.id, sequence: this.#nextSequence++ });
    this.#closeIfEnded();
  }

  /** As most do: one piece, nothing waits before it, and there is room. */
  #goesAtOnce({ length }: Uint8Array): boolean {
    return this.#isOpen && this.#queue.length === 0 && length > 0 &&
      length <= Math.min(SEGMENT_BYTES_MAX, this.#window);
  }

  #sendData(bytes: Uint8Array): void {
    this.#window -= bytes.length;
    this.#send({ type: "data", stream: this.#context.id, sequence: this.#nextSequence++, bytes });
  }

  #closeIfEnded(): void {
    if (this.#endSent && this.#endReceived) this.#close("ended");
  }

  /** Closes, and lets the other side know that not everything came. */
  #break(reason: StreamCloseReason): void {
    if (this.#reason !== undefined) return;
    this.#send({ type: "reset", stream: this.#context.id });
    this.#close(reason);
  }

  #close(reason: StreamCloseReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#cancelTimeout();
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    this.#context.clock.soon(() => this.#tellClosed());
  }

  #tellClosed(): void {
    const handler = this.#handler;
    if (handler === undefined) return;
    this.#handler = undefined;
    this.#context.gone();
    handler.closed(this.#reason!);
  }

  #send(segment: Segment): void {
    this.#context.send(segment);
  }
}
