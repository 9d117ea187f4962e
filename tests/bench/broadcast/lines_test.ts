/** What the peers of the benchmark of broadcasts say, and what it reads in that. */
import { assertEquals } from "@std/assert";
import { markedPart, MESSAGE_BYTES, messageIn, messageText } from "../../../bench/broadcast/message.ts";
import { heardIn, joinedIn } from "../../../bench/broadcast/parley.ts";
import { largestShare, sentBytesIn } from "../../../bench/broadcast/sockets.ts";

Deno.test("a message has 200 bytes and its number", () => {
  const bytes = new TextEncoder().encode(messageText(12_345));
  assertEquals(bytes.length, MESSAGE_BYTES);
  assertEquals(messageIn(messageText(12_345)), 12_345);
  assertEquals(new TextDecoder().decode(markedPart(bytes)), "~12345~");
});

Deno.test("a line without a message has no number", () => {
  assertEquals(["ready", "at 127.0.0.1:1", "~", "~x~"].map(messageIn), [undefined, undefined, undefined, undefined]);
});

const CHAT = `{"v":1,"type":"chat","time":"2026-11-21T16:38:05.104Z",`;

Deno.test("a peer has a message when it shows it as said, not when it speaks of something else", () => {
  assertEquals(heardIn(`${CHAT}"event":"said","room":"lobby","author":"p1","own":false,"text":"~7~xxx"}`), 7);
  assertEquals(heardIn(`${CHAT}"event":"came","room":"lobby","author":"~7~"}`), undefined);
  assertEquals(heardIn(`{"v":1,"type":"error","text":"Too long: ~7~"}`), undefined);
});

Deno.test("a peer sees another when it says that it joined", () => {
  const line = (event: string) => `{"v":1,"type":"member","time":"t","event":"${event}","name":"p3","state":"alive"}`;
  assertEquals([line("joined"), line("updated"), "joined"].map(joinedIn), ["p3", undefined, undefined]);
});

Deno.test("what a process sent is the sum over its connections, of processes that are asked for", () => {
  const text = [
    `ESTAB 0 0 127.0.0.1:1 127.0.0.1:2 users:(("deno",pid=41,fd=7)) cubic bytes_sent:100 bytes_acked:90`,
    `ESTAB 0 0 127.0.0.1:1 127.0.0.1:3 users:(("deno",pid=41,fd=8)) cubic bytes_sent:11 bytes_received:5`,
    `ESTAB 0 0 127.0.0.1:2 127.0.0.1:1 users:(("deno",pid=42,fd=7)) cubic bytes_received:100`,
    `ESTAB 0 0 127.0.0.1:9 127.0.0.1:8 users:(("other",pid=7,fd=7)) cubic bytes_sent:1000`,
    "",
  ].join("\n");
  assertEquals([...sentBytesIn(text, [41, 42, 43])], [[41, 111], [42, 0], [43, 0]]);
});

Deno.test("the largest share is of others than the author, in percent of what each would send in equal parts", () => {
  assertEquals(largestShare(100, [0, 300, 0]), 300);
  assertEquals(largestShare(400, [0, 0, 0]), 0);
  assertEquals(largestShare(0, [0, 0]), 0);
});
