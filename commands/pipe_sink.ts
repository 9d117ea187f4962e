import { fstatSync } from "node:fs";
import { Socket } from "node:net";
import type { Sink } from "./pipe_writer.ts";

/** The numbers that every process has its streams under. */
const STDOUT = 1;
const STDERR = 2;

/**
 * Where lines to stdout or stderr go. A pipe is written as a socket is, when the event loop says that it has room: that
 * costs a tenth of what Deno's own streams do, which hand each write to another thread. All else takes those. Their
 * `writeSync` would cost less still, but keeps a part of what a full pipe does not take and says that nothing was written.
 */
export function openSink(stream: "stdout" | "stderr"): Sink {
  const fd = stream === "stdout" ? STDOUT : STDERR;
  return isPipe(fd) ? new PipeSink(fd) : Deno[stream];
}

function isPipe(fd: number): boolean {
  if (Deno.build.os === "windows") return false;
  try {
    return fstatSync(fd).isFIFO();
  } catch {
    return false; // it is closed: the first write says so
  }
}

class PipeSink implements Sink {
  readonly #fd: number;
  #socket: Socket | undefined;
  #broken: Error | undefined;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Resolves when all is in the pipe; rejects as Deno's own streams do where nobody reads any more. */
  write(bytes: Uint8Array): Promise<number> {
    const socket = this.#socket ??= this.#open();
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    socket.write(bytes, (error) => error ? reject(this.#reason(error)) : resolve(bytes.length));
    return promise;
  }

  #open(): Socket {
    const socket = new Socket({ fd: this.#fd, readable: false, writable: true });
    socket.on("error", (error) => this.#broken ??= error); // without it, a closed pipe ends the process
    socket.unref(); // whoever reads from us keeps nobody alive
    blockAtEnd(socket);
    return socket;
  }

  /** A write that comes after the failure only hears that the stream is destroyed. */
  #reason(error: Error): Error {
    const { code, message } = (this.#broken ?? error) as Error & { readonly code?: string };
    return code === "EPIPE" || code === "ERR_STREAM_DESTROYED" ? new Deno.errors.BrokenPipe(message) : error;
  }
}

/** As a socket, the pipe does not block; it is others' too, who write to it after us and may lose what it has no room for. */
function blockAtEnd(socket: Socket): void {
  const { _handle: handle } = socket as unknown as {
    readonly _handle?: { setBlocking?(isBlocking: boolean): unknown };
  };
  globalThis.addEventListener("unload", () => handle?.setBlocking?.(true));
}
