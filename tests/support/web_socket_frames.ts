/** Frames of RFC 6455 as bytes, to send what no library would. */

/** A request for a WebSocket, as a program sends it. */
export function webSocketRequest(path: string, host: string, ...headers: readonly string[]): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** A frame of a client, with a mask of zeros; its head may claim another length than it has. */
export function masked(first: number, payload: Uint8Array | readonly number[], claimed = payload.length): Uint8Array {
  const length = claimed < 126
    ? [claimed]
    : claimed < 65_536
    ? [126, claimed >> 8, claimed & 255]
    : [127, 0, 0, 0, 0, claimed >>> 24, (claimed >> 16) & 255, (claimed >> 8) & 255, claimed & 255];
  return new Uint8Array([first, length[0]! | 0x80, ...length.slice(1), 0, 0, 0, 0, ...payload]);
}

/** The code of the close frame that stands behind the head of an answer; `undefined` if there is none. */
export function closeCodeIn(answer: Uint8Array): number | undefined {
  const at = new TextDecoder("latin1").decode(answer).indexOf("\r\n\r\n") + 4;
  return answer[at] === 0x88 ? answer[at + 2]! << 8 | answer[at + 3]! : undefined;
}

const MIB = 1024 * 1024;
const NONE: readonly number[] = [];

/** What no client may send, and the code with which it is answered. */
export const FORBIDDEN_FRAMES: readonly (readonly [what: string, frames: Uint8Array, code: number])[] = [
  ["a frame without a mask", new Uint8Array([0x81, 1, 65]), 1002],
  ["the first reserved bit", masked(0xc1, [65]), 1002],
  ["the second reserved bit", masked(0xa1, [65]), 1002],
  ["the third reserved bit", masked(0x91, [65]), 1002],
  ["a reserved opcode", masked(0x83, [65]), 1002],
  ["a reserved opcode of control", masked(0x8b, [65]), 1002],
  ["a ping of 126 bytes", masked(0x89, new Uint8Array(126)), 1002],
  ["a ping in two fragments", masked(0x09, [65]), 1002],
  ["a close in two fragments", masked(0x08, [3, 0xe8]), 1002],
  ["a continuation of nothing", masked(0x80, [65]), 1002],
  ["a text amid the fragments of another", new Uint8Array([...masked(0x01, [65]), ...masked(0x81, [66])]), 1002],
  ["a close of one byte", masked(0x88, [3]), 1002],
  ["a close with code 0", masked(0x88, [0, 0]), 1002],
  ["a close with code 1005", masked(0x88, [0x03, 0xed]), 1002],
  ["a close with code 1006", masked(0x88, [0x03, 0xee]), 1002],
  ["a close with code 1015", masked(0x88, [0x03, 0xf7]), 1002],
  ["a close with a reason that is no UTF-8", masked(0x88, [0x03, 0xe8, 0xff]), 1007],
  ["text that is no UTF-8", masked(0x81, [0xff, 0xfe]), 1007],
  [
    "text that is no UTF-8 at the seam of fragments",
    new Uint8Array([...masked(0x01, [0xe2, 0x82]), ...masked(0x80, [65])]),
    1007,
  ],
];

/** What is too much, and is known to be so by the heads alone. */
export const TOO_LONG_FRAMES: readonly (readonly [what: string, frames: Uint8Array, code: number])[] = [
  ["a message one byte too long", masked(0x81, NONE, 64 * 1024 + 1), 1009],
  ["a frame of 32 MiB", masked(0x82, NONE, 32 * MIB), 1009],
  ["a frame of 800 MB", masked(0x82, NONE, 800_000_000), 1009],
  [
    "a fragment too many of a message that is never finished",
    new Uint8Array([...masked(0x02, new Uint8Array(40_000)), ...masked(0x00, NONE, 40_000)]),
    1009,
  ],
];
