/** Chance as actors see it: one seeded generator for each peer, from which each actor grows a child. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A uniform integer in [0, limit); `limit` is at least 1. */
  below(limit: number): number;
  /** `length` uniform bytes. Not for keys: those take {@linkcode randomBytes}. */
  bytes(length: number): Uint8Array;
  /** A random UUID, version 4. */
  uuid(): string;
  /** A generator of its own, determined by this one's seed and `label`, whatever else is drawn. */
  child(label: string): Random;
}

/** A generator that yields the same for the same seed (sfc32, seeded through a mixing hash of the text). */
export function seededRandom(seed: string | number): Random {
  const text = String(seed);
  let [a, b, c, counter] = mix(text);

  const next32 = (): number => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + result | 0;
    return result >>> 0;
  };
  for (let i = 0; i < 12; i++) next32();

  const random: Random = {
    next: () => next32() / 0x1_0000_0000,
    below: (limit) => Math.floor(random.next() * limit),
    bytes: (length) => Uint8Array.from({ length }, () => next32() >>> 24),
    uuid: () => formatUuid(random.bytes(16)),
    child: (label) => seededRandom(`${text}/${label}`),
  };
  return random;
}

/** Bytes of the operating system's, which nobody can foretell: for keys, and for what must never repeat. */
export function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** A generator seeded by the operating system. */
export function systemRandom(): Random {
  return seededRandom([...crypto.getRandomValues(new Uint32Array(4))].join("-"));
}

/** Four well-spread 32-bit words from a text (FNV-1a with four offsets, each finished by a murmur mix). */
function mix(text: string): [number, number, number, number] {
  const word = (offset: number): number => {
    let hash = 0x811c9dc5 ^ offset;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) | 0;
  };
  return [word(0), word(0x9e3779b9), word(0x7f4a7c15), word(0x5851f42d)];
}

function formatUuid(bytes: Uint8Array): string {
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toHex();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
