import { Socket } from "node:net";
import { blockAtEnd, isPipe } from "./pipe.ts";
import type { Sink } from "./pipe_writer.ts";

/** The numbers that every process has its streams under. */
const STDOUT = 1;
const STDERR = 2;

/**
 * What a pipe takes as a whole or not at all, in bytes: `PIPE_BUF` of pipe(7). Elsewhere it is less, and nobody has measured
 * there. Of what is longer Deno's `writeSync` keeps a part that the pipe has no room for, and says that nothing was written.
 */
const WHOLE_BYTES_MAX = Deno.build.os === "linux" ? 4_096 : 0;

/**
 * Where lines to stdout or stderr go. What is short goes into a pipe at once if there is room; all else is written as a
 * socket is, when the event loop says that there is some. Deno's own streams, which what is no pipe takes, cost ten times
 * as much: they hand each write to another thread.
 */
export function openSink(stream: "stdout" | "stderr"): Sink {
  const fd = stream === "stdout" ? STDOUT : STDERR;
  return isPipe(fd) ? new PipeSink(fd, Deno[stream]) : Deno[stream];
}

class PipeSink implements Sink {
  readonly #fd: number;
  readonly #stream: Pick<typeof Deno.stdout, "writeSync">;
  #socket: Socket | undefined;
  #broken: Error | undefined;

  constructor(fd: number, stream: Pick<typeof Deno.stdout, "writeSync">) {
    this.#fd = fd;
    this.#stream = stream;
  }

  /** Whole lines. Done when all is in the pipe; fails as Deno's own streams do where nobody reads any more. */
  write(lines: Uint8Array): number | Promise<number> {
    const socket = this.#socket ??= this.#open(); // with it, the pipe does not block
    if (lines.length > WHOLE_BYTES_MAX) return this.#writeLater(socket, lines);
    try {
      return this.#stream.writeSync(lines);
    } catch (error) {
      if (error instanceof Deno.errors.WouldBlock) return this.#writeLater(socket, lines);
      throw error;
    }
  }

  #writeLater(socket: Socket, lines: Uint8Array): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    socket.write(lines, (error) => error ? reject(this.#reason(error)) : resolve(lines.length));
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
