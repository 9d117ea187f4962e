import { assertEquals } from "@std/assert";
import { type RoomName, TEXT_BYTES_MAX } from "../../../actors/chat_room/entry.ts";
import { SIGN_BYTES_MAX } from "../../../actors/history/content.ts";
import { refusalOf, type Writable } from "../../../actors/history/refusal.ts";
import { RoomLog } from "../../../actors/history/room_log.ts";
import type { EntryHash } from "../../../actors/history/values.ts";
import { simulatedHistory } from "../../support/author.ts";

const DEV = "dev" as RoomName;
const NOWHERE = "00".repeat(32) as EntryHash;

/** alice's store, with something of hers and of bob's in it. */
function scene() {
  const alice = simulatedHistory("alice");
  const { store, signing: { author } } = alice;
  const write = (name: string, ...contents: readonly Parameters<RoomLog["write"]>[0][number][]) => {
    const entries = new RoomLog({ room: DEV, ...simulatedHistory(name) }).write(contents, { name, wallMs: 1 });
    store.put(entries);
    return entries.map(({ hash }) => hash);
  };
  const [own, guests, gone] = write(
    "alice",
    { type: "said", text: "hi" },
    { type: "said", text: "I am a guest", guest: "Mina" },
    { type: "said", text: "regretted" },
  );
  const log = new RoomLog({ room: DEV, ...alice });
  const [redaction] = log.write([{ type: "redacted", target: gone! }], { name: "alice", wallMs: 2 });
  const [others] = write("bob", { type: "did", text: "waves" });
  const targets = { own: own!, guests: guests!, gone: gone!, redaction: redaction!.hash, others: others! };
  return { targets, refusal: (content: Writable) => refusalOf(content, { store, room: DEV, author }) };
}

const { targets, refusal } = scene();

const NOTHING = "There is nothing to say";
const TOO_LONG = "The message is too long";
const SIGN = "A reaction is one sign or one short word";
const NO_SUCH = "There is no such message";
const SAYS_NOTHING = "That message says nothing any more";
const NOT_YOURS = "That is not yours: only its author can change it";
const LONG = "x".repeat(TEXT_BYTES_MAX + 1);

const ROWS: readonly (readonly [string, Writable, string | undefined])[] = [
  ["a text", { type: "said", text: "hi" }, undefined],
  ["blanks", { type: "did", text: " \n" }, NOTHING],
  ["too long a text", { type: "said", text: LONG }, TOO_LONG],
  ["an empty topic, which is none", { type: "topic", text: "" }, undefined],
  ["the longest topic", { type: "topic", text: "x".repeat(400) }, undefined],
  ["a topic of more bytes", { type: "topic", text: `${"x".repeat(399)}é` }, "The topic is too long"],
  ["an edit of one's own", { type: "edited", target: targets.own, text: "ho" }, undefined],
  ["an edit of what a guest of ours said", { type: "edited", target: targets.guests, text: "ho" }, undefined],
  ["an edit to nothing", { type: "edited", target: targets.own, text: " " }, NOTHING],
  ["an edit to too much", { type: "edited", target: targets.own, text: LONG }, TOO_LONG],
  ["an edit of another's", { type: "edited", target: targets.others, text: "ho" }, NOT_YOURS],
  ["an edit of what was taken back", { type: "edited", target: targets.gone, text: "ho" }, SAYS_NOTHING],
  ["an edit of nothing", { type: "edited", target: NOWHERE, text: "ho" }, NO_SUCH],
  ["taking back one's own", { type: "redacted", target: targets.own }, undefined],
  ["taking back another's", { type: "redacted", target: targets.others }, NOT_YOURS],
  ["taking back twice", { type: "redacted", target: targets.gone }, SAYS_NOTHING],
  ["taking back a taking back", { type: "redacted", target: targets.redaction }, SAYS_NOTHING],
  ["a sign at another's", { type: "reacted", target: targets.others, sign: "👍" }, undefined],
  ["a sign at one's own", { type: "reacted", target: targets.own, sign: "+1" }, undefined],
  ["a sign at what was taken back", { type: "reacted", target: targets.gone, sign: "👍" }, SAYS_NOTHING],
  ["no sign", { type: "reacted", target: targets.own, sign: "" }, SIGN],
  ["a sentence as a sign", { type: "reacted", target: targets.own, sign: "well done" }, SIGN],
  ["the longest sign", { type: "reacted", target: targets.own, sign: "x".repeat(SIGN_BYTES_MAX) }, undefined],
  ["a longer sign", { type: "reacted", target: targets.own, sign: "x".repeat(SIGN_BYTES_MAX + 1) }, SIGN],
];

for (const [what, content, why] of ROWS) {
  Deno.test(`${what} ${why === undefined ? "can be written" : `is refused: ${why}`}`, () => {
    assertEquals(refusal(content), why);
  });
}
