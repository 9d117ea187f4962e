import { assertEquals } from "@std/assert";
import { type AnsweredBy, BlockedLinks } from "../../../actors/failure_detector/blocked_links.ts";
import type { Address } from "../../../transport/address.ts";

const [SELF, BOB] = ["10.0.0.1:7946" as Address, "10.0.0.2:7946" as Address];

/** How often something was said, and how many links are blocked in the end. */
function after(...answers: readonly AnsweredBy[]): [number, number] {
  const links = new BlockedLinks();
  const said = answers.map((by) => links.note(SELF, BOB, by)).filter((sentence) => sentence !== undefined);
  return [said.length, links.count];
}

Deno.test("an answer on a stream only is told at once, and told once until datagrams pass again", () => {
  assertEquals(after("stream"), [1, 1]);
  assertEquals(after("stream", "stream", "stream"), [1, 1]);
  assertEquals(after("stream", "datagram"), [1, 0]);
  assertEquals(after("stream", "datagram", "stream"), [2, 1]);
});

Deno.test("four answers in a row by others are told; fewer may be bad luck", () => {
  assertEquals(after("others", "others", "others"), [0, 0]);
  assertEquals(after("others", "others", "others", "others", "others"), [1, 1]);
  assertEquals(after("others", "others", "others", "datagram", "others"), [0, 0]);
});

Deno.test("the sentence names both ends", () => {
  assertEquals(
    new BlockedLinks().note(SELF, BOB, "stream"),
    "UDP blocked between 10.0.0.1:7946 and 10.0.0.2:7946: only streams pass",
  );
});

Deno.test("no more links are watched than there may be", () => {
  const links = new BlockedLinks();
  for (let i = 0; i < 5_000; i++) links.note(SELF, `10.0.${i >> 8}.${i & 255}:1` as Address, "stream");
  assertEquals(links.count, 1_024);
});
