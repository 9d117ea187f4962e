import { assertEquals } from "@std/assert";
import { LINK_PREAMBLE } from "../../transport/link/frame.ts";
import { sniffStream, type StreamKind } from "../../transport/mux.ts";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

const STREAMS: readonly (readonly [name: string, bytes: Uint8Array, type: StreamKind["type"]])[] = [
  ["nothing yet", new Uint8Array(), "need_more"],
  ["a memberlist ping", Uint8Array.of(0, 0x83), "memberlist"],
  ["a push/pull", Uint8Array.of(6), "memberlist"],
  ["a user message", Uint8Array.of(8), "memberlist"],
  ["a compressed stream", Uint8Array.of(9), "memberlist"],
  ["a type that memberlist only sends in packets", Uint8Array.of(1, 0x83), "unknown"],
  ["an encrypted stream", Uint8Array.of(10), "memberlist"],
  ["a labelled stream", Uint8Array.of(244), "memberlist"],
  ["half a link id", LINK_PREAMBLE.subarray(0, 1), "need_more"],
  ["a link", Uint8Array.of(0xca, 0x11), "link"],
  ["a link and more", Uint8Array.of(0xca, 0x11, 1, 2, 3), "link"],
  ["almost a link", Uint8Array.of(0xca, 0x12), "unknown"],
  ["one letter of a method", ascii("P"), "need_more"],
  ["two letters of a method", ascii("PU"), "need_more"],
  ["a method without its space", ascii("GET"), "need_more"],
  ["GET", ascii("GET / HTTP/1.1\r\n"), "http"],
  ["POST", ascii("POST "), "http"],
  ["PUT", ascii("PUT "), "http"],
  ["HEAD", ascii("HEAD "), "http"],
  ["DELETE", ascii("DELETE "), "http"],
  ["OPTIONS", ascii("OPTIONS "), "http"],
  ["PATCH", ascii("PATCH "), "http"],
  ["a method that we do not serve", ascii("CONNECT x"), "unknown"],
  ["a method in lower case", ascii("get /"), "unknown"],
  ["a longer word than the method", ascii("GETS"), "unknown"],
  ["a TLS hello", Uint8Array.of(0x16, 3, 1), "unknown"],
  ["64 bytes of nothing known", new Uint8Array(64).fill(0x7b), "unknown"],
];

for (const [name, bytes, type] of STREAMS) {
  Deno.test(`sniffStream() on ${name}: ${type}`, () => assertEquals(sniffStream(bytes).type, type));
}

Deno.test("sniffStream() decides every first byte within eight bytes", () => {
  for (let first = 0; first < 256; first++) {
    for (const next of ascii(" AEOTSGPD")) {
      const bytes = new Uint8Array(8).fill(next);
      bytes[0] = first;
      assertEquals(sniffStream(bytes).type === "need_more", false, `undecided: ${bytes}`);
    }
  }
});
