import { fstatSync } from "node:fs";
import type { Socket } from "node:net";

/** Whether that stream of ours is a pipe, which can be waited for as a socket can. */
export function isPipe(fd: number): boolean {
  if (Deno.build.os === "windows") return false;
  try {
    return fstatSync(fd).isFIFO();
  } catch {
    return false; // it is closed: who uses it will hear of it
  }
}

/** As a socket, a pipe does not block; it is others' too, who use it after us and are not prepared for that. */
export function blockAtEnd(socket: Socket): void {
  const { _handle: handle } = socket as unknown as {
    readonly _handle?: { setBlocking?(isBlocking: boolean): unknown };
  };
  const block = (): unknown => handle?.setBlocking?.(true);
  socket.on("end", block); // before it is closed
  globalThis.addEventListener("unload", block);
}
