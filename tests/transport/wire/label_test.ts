import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Label,
  LABEL_BYTES_MAX,
  LABEL_HEADER_BYTES,
  labelFault,
  NO_LABEL,
  parseLabel,
  prependLabel,
  splitLabel,
} from "../../../transport/wire/label.ts";
import { decodePacket } from "../../../transport/wire/packet.ts";
import { UNPROTECTED } from "../../../transport/wire/protection.ts";
import { labelOf } from "./secrets.ts";
import { bytesOf, vectorsOf } from "./vectors.ts";

const CONTENT = bytesOf("0868656c6c6f2c20776f726c64");

/** Why a packet is not let in by who expects a label, or what is behind its own. */
function checked(hex: string, expected: Label): string {
  const split = splitLabel(bytesOf(hex));
  if (!split.ok) return split.reason;
  return labelFault(split.value.label, expected) ?? split.value.rest.toHex();
}

for (const { name, hex, receiver_label, label, rest, accepted, malformed } of vectorsOf("label-check")) {
  Deno.test(`splitLabel() and labelFault() judge ${name} as Go does`, () => {
    const split = splitLabel(bytesOf(hex));
    assertEquals(split.ok, !malformed);
    if (!split.ok) return;
    assertEquals(new TextDecoder().decode(split.value.label), label);
    assertEquals(split.value.rest.toHex(), rest);
    assertEquals(labelFault(split.value.label, labelOf(receiver_label!)) === undefined, accepted);
    const { messages } = decodePacket(bytesOf(hex), { ...UNPROTECTED, label: labelOf(receiver_label!) });
    assertEquals(messages.length, accepted ? 1 : 0);
  });
}

Deno.test("parseLabel() takes up to 255 bytes of UTF-8, and no half characters", () => {
  assertEquals(parseLabel("größe"), { text: "größe", bytes: bytesOf("6772c3b6c39f65") });
  assertEquals(parseLabel(""), NO_LABEL);
  assertEquals(parseLabel("x".repeat(LABEL_BYTES_MAX))?.bytes.length, LABEL_BYTES_MAX);
  assertEquals(parseLabel("x".repeat(LABEL_BYTES_MAX + 1)), undefined);
  assertEquals(parseLabel("ö".repeat(128)), undefined);
  assertEquals(parseLabel("\ud800"), undefined);
});

Deno.test("splitLabel() gives what prependLabel() was given", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 60 }).filter((text) => text.isWellFormed());
  fc.assert(fc.property(text, fc.uint8Array(), (text, content) => {
    const label = parseLabel(text);
    if (label === undefined || content[0] === 244) return;
    const bytes = prependLabel(label, content);
    const overhead = text === "" ? 0 : LABEL_HEADER_BYTES + label.bytes.length;
    assertEquals(bytes.length, overhead + content.length);
    assertEquals(splitLabel(bytes), { ok: true, value: { label: label.bytes, rest: content } });
  }));
});

Deno.test("faults row 10: a missing, unexpected, wrong, empty, truncated or doubled label says so", () => {
  const dc1 = labelOf("dc1");
  const labelled = prependLabel(dc1, CONTENT).toHex();
  assertEquals(checked(labelled, dc1), CONTENT.toHex());
  assertEquals(checked(CONTENT.toHex(), dc1), "unlabelled");
  assertEquals(checked(labelled, NO_LABEL), "labelled");
  assertEquals(checked(labelled, labelOf("dc")), "wrong_label");
  assertEquals(checked(labelled, labelOf("dc2")), "wrong_label");
  assertEquals(checked(labelled, labelOf("DC1")), "wrong_label");
  assertEquals(checked("f400" + CONTENT.toHex(), dc1), "malformed");
  for (const hex of ["f4", "f403", "f4036463", "f4ff" + "61".repeat(254)]) assertEquals(checked(hex, dc1), "truncated");
  const protection = { ...UNPROTECTED, label: dc1 };
  const drops = (hex: string) => decodePacket(bytesOf(hex), protection).drops;
  assertEquals(drops(prependLabel(dc1, bytesOf(labelled)).toHex()), [{ reason: "labelled", at: 5 }]);
  assertEquals(drops(CONTENT.toHex()), [{ reason: "unlabelled", at: 0 }]);
  assertEquals(drops("f403646331"), [{ reason: "empty", at: 5 }]);
  assertEquals(drops(""), [{ reason: "empty", at: 0 }]);
});

Deno.test("faults row 10: a label of 256 bytes cannot be said: the rest of it is taken for a message", () => {
  const long = bytesOf("f4ff" + "61".repeat(256) + CONTENT.toHex());
  assertEquals(decodePacket(long, { ...UNPROTECTED, label: labelOf("a".repeat(255)) }), {
    messages: [],
    drops: [{ reason: "unknown_type", at: 257 }],
  });
});
