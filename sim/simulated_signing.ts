import { hash, timingSafeEqual } from "node:crypto";
import type { AuthorId } from "../actors/history/author.ts";
import type { Signing } from "../actors/history/room_log.ts";

/**
 * The key of a simulated device. Nobody forges in a simulation, so that a signature need not be hard to make: it is a
 * fiftieth of the work of a real one, but as long, and for another text or author it is another one.
 */
export function simulatedSigning(device: string): Signing {
  const author = hash("sha256", `device ${device}`, "hex") as AuthorId;
  return {
    author,
    sign: (bytes) => signatureOf(author, bytes),
    verifies: (by, bytes, signature) => {
      const expected = signatureOf(by, bytes);
      return signature.length === expected.length && timingSafeEqual(expected, signature);
    },
  };
}

function signatureOf(author: AuthorId, bytes: Uint8Array): Uint8Array {
  const half = hash("sha256", Buffer.concat([Buffer.from(author), bytes]), "buffer");
  return Uint8Array.from(Buffer.concat([half, half]));
}
