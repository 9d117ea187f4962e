import data from "../../data/serf.json" with { type: "json" };

/** Bytes that Serf's own code wrote, by name. */
export function vector(name: keyof typeof data.vectors): Uint8Array {
  return Uint8Array.fromHex(data.vectors[name]);
}

/** Asserts that every beginning of `bytes` is refused, and that nothing throws whichever byte is another. */
export function assertSturdy(bytes: Uint8Array, decode: (bytes: Uint8Array) => { readonly ok: boolean }): void {
  for (let length = 0; length < bytes.length; length++) {
    if (decode(bytes.slice(0, length)).ok) {
      throw new Error(`The first ${length} of ${bytes.length} bytes were accepted`);
    }
  }
  for (let at = 0; at < bytes.length; at++) {
    for (const byte of [0x00, 0x90, 0xc0, 0xc1, 0xdb, 0xdd, 0xdf, 0xff]) decode(bytes.with(at, byte));
  }
}
