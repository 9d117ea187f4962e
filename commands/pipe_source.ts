import { Buffer } from "node:buffer";
import { openSync } from "node:fs";
import { Socket } from "node:net";
import { blockAtEnd } from "./pipe.ts";

/** Who is told what comes out of a pipe, and, once, that nothing more does: after a failure, why. */
export type PipeReader = Readonly<{ bytes(bytes: Uint8Array): void; ended(error?: unknown): void }>;

/**
 * Reads a pipe as a socket is read, when the event loop says that there is something. Deno's own streams have a thread wait
 * for it, which has to be woken, and wakes us: for a line that comes alone, as much as saying it costs. What was handed out
 * stays as it is.
 */
export function readPipe(fd: number, bytesMax: number, reader: PipeReader): void {
  const buffer = Buffer.alloc(bytesMax);
  let failure: unknown;
  const socket = new Socket({
    fd,
    readable: true,
    writable: false,
    onread: {
      buffer,
      callback: (count) => {
        reader.bytes(new Uint8Array(buffer.subarray(0, count)));
        if (count < bytesMax) return true;
        setImmediate(() => socket.resume()); // there is more, and others have something to do too
        return false;
      },
    },
  });
  socket.on("error", (error) => failure = error);
  socket.on("close", () => {
    takePlace();
    reader.ended(failure);
  });
  blockAtEnd(socket);
  socket.resume();
}

/** The pipe's number is free now: what is opened next, such as a history, would be everybody's stdin. */
function takePlace(): void {
  try {
    openSync("/dev/null", "r");
  } catch {
    // It may not be read here. Nothing of ours reads from stdin again.
  }
}
