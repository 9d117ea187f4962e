import { assertEquals } from "@std/assert";
import { isPlain, VECTORS } from "./vectors.ts";

Deno.test("every vector is tested here, except those of encryption and labels, and formulas", () => {
  const left = VECTORS.filter((vector) => !isPlain(vector));
  const formulas = left.filter(({ kind }) => kind === "formula");
  assertEquals(formulas.map(({ name }) => name), [
    "formula-retransmit-limit",
    "formula-suspicion-timeout",
    "formula-push-pull-scale",
    "formula-remaining-suspicion",
    "formula-encrypted-length",
    "formula-awareness",
  ]);
  assertEquals(left.filter(({ kind }) => kind !== "formula").map(({ name }) => name), [
    "packet-encrypted-v1-aes128",
    "packet-encrypted-v1-aes192",
    "packet-encrypted-v1-aes256-all-layers",
    "packet-encrypted-v0-aes128",
    "packet-encrypted-v0-full-pad",
    "packet-encrypted-second-key",
    "stream-push-pull-encrypted-v1",
    "stream-push-pull-encrypted-v0",
    "stream-user-compressed-encrypted",
    "captured-encrypted-join-request",
    "captured-encrypted-join-reply",
    "captured-encrypted-gossip-packet",
    "captured-encrypted-probe-ping",
    "label-packet-plain",
    "label-packet-encrypted-v1",
    "label-packet-encrypted-v0",
    "label-packet-255",
    "label-join-plain-request",
    "label-join-encrypted-request",
    "label-join-encrypted-reply",
    "label-check-match",
    "label-check-other",
    "label-check-missing",
    "label-check-unwanted",
    "label-check-empty",
    "label-check-truncated",
    "label-check-one-byte",
  ]);
  assertEquals(VECTORS.length - left.length, 68);
});
